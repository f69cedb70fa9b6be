"""Tries one answer: somebody else's code, on a thread of its own, in a lab of its own, and nothing of it stays.

    trial              what a check may do with an answer: call it, watch it, expect something of it
      environment      a lab, random inputs, and an eye on handlers that run on a server's thread
      node             an answer in JavaScript, in a Node of its own
    sandbox            the thread and loop that an answer runs on, and how it is ended
      stopping         an exception raised inside it, from another thread
      liveness         waiting for as long as something moves, not by the clock
      unawaited        coroutines that an answer made and never awaited
    source_location    the learner's own line: of an exception, a thread, a coroutine
    outcome            how it went: plain records
    answer_spec        all that a trial must know of its exercise

Nothing here judges what all exercises have in common: that is `wslab.lessons.checks`.
"""

from __future__ import annotations

from wslab.lessons.trial.answer_spec import AnswerSpec, Wants
from wslab.lessons.trial.environment import Handler, ended
from wslab.lessons.trial.liveness import LONGEST_WAIT, stays_open, turned
from wslab.lessons.trial.node import node_lacks, reply_to, undefined
from wslab.lessons.trial.outcome import NO_FAILURE, Ending, Failure
from wslab.lessons.trial.sandbox import Sandbox
from wslab.lessons.trial.source_location import failure_of, file_of, words_in
from wslab.lessons.trial.trial import Expectation, Trial
from wslab.lessons.trial.unawaited import UnawaitedListener

__all__ = [  # noqa: RUF022  (in groups)
    # what is tried, and how it went
    "AnswerSpec",
    "Wants",
    "Ending",
    "Failure",
    "NO_FAILURE",
    # for whoever tries
    "Expectation",
    "UnawaitedListener",
    "Sandbox",
    "Trial",
    "failure_of",
    "file_of",
    "node_lacks",
    "undefined",
    # for authors of exercises
    "Handler",
    "LONGEST_WAIT",
    "ended",
    "reply_to",
    "stays_open",
    "turned",
    "words_in",
]
