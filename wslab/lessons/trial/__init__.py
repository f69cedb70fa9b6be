"""Tries one answer: somebody else's code, on a thread of its own, in a lab of its own, and nothing of it stays.

    Trial                  what a check may do with an answer: call it, watch it, expect something of it        trial
      TrialEnvironment     a lab, random inputs, and an eye on handlers that run on a server's thread         environment
      Script               an answer in JavaScript, in a Node of its own                                            node
    Sandbox                the thread and loop that an answer runs on, and how it is ended           sandbox, stopping
    UnawaitedListener      coroutines that an answer made and never awaited                                    unawaited
    looks, turns           waiting for as long as something moves, not by the clock                             liveness
    Failure                an exception, or a place, with the learner's own line               source_location, outcome
    AnswerSpec             all that a trial must know of its exercise                                       answer_spec

Nothing here judges what all exercises have in common: that is `wslab.lessons.checks`.
"""

from __future__ import annotations

from wslab.lessons.trial import source_location
from wslab.lessons.trial.answer_spec import AnswerSpec, Wants
from wslab.lessons.trial.environment import Handler, ended
from wslab.lessons.trial.liveness import LONGEST_WAIT, stays_open, turned
from wslab.lessons.trial.node import node_lacks, reply_to, undefined
from wslab.lessons.trial.outcome import NO_FAILURE, Ending, Failure
from wslab.lessons.trial.sandbox import Sandbox
from wslab.lessons.trial.source_location import words_in
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
    "node_lacks",
    "source_location",
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
