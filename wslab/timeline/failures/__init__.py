"""Exceptions: in words, where they were raised, and those that nobody waits for.

    source_line    the line of the learner's own code
    error_words    an exception in words
    reporting      a failure of wslab's own becomes a row and a log record
    watchers       callbacks, whose failures are reported

Net, view and lab report their failures with these, too.
"""

from __future__ import annotations

from wslab.timeline.failures.error_words import error_and_line as error_and_line
from wslab.timeline.failures.error_words import error_text as error_text
from wslab.timeline.failures.error_words import error_words as error_words
from wslab.timeline.failures.reporting import CONTAINED as CONTAINED
from wslab.timeline.failures.reporting import GOES_ON as GOES_ON
from wslab.timeline.failures.reporting import NOTHING_DONE as NOTHING_DONE
from wslab.timeline.failures.reporting import Failed as Failed
from wslab.timeline.failures.reporting import Failures as Failures
from wslab.timeline.failures.reporting import forgotten_words as forgotten_words
from wslab.timeline.failures.reporting import log_failure as log_failure
from wslab.timeline.failures.source_line import SourceLine as SourceLine
from wslab.timeline.failures.source_line import is_own_code as is_own_code
from wslab.timeline.failures.source_line import raised_at as raised_at
from wslab.timeline.failures.source_line import source_line as source_line
from wslab.timeline.failures.source_line import steps_of as steps_of
from wslab.timeline.failures.watchers import Watchers as Watchers

__all__ = [
    "CONTAINED",
    "GOES_ON",
    "NOTHING_DONE",
    "Failed",
    "Failures",
    "SourceLine",
    "Watchers",
    "error_and_line",
    "error_text",
    "error_words",
    "forgotten_words",
    "is_own_code",
    "log_failure",
    "raised_at",
    "source_line",
    "steps_of",
]
