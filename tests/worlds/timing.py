"""Whether one of two calls takes longer: measured in turns, by the CPU time of this thread, and judged by ranks.

A clock on a busy machine lies by more than a leak would. So the two calls take turns in pairs, in an order drawn for
each pair; of each pair it only counts which was slower, and by how much the median differs. What is called a leak is
found three times in a row: one is slower more often than chance would have it once in a million times (sign test), and
the medians differ by what somebody could measure from outside.
"""

from __future__ import annotations

import gc
import math
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

PAIRS = 40
ROUNDS = 3
#: standard deviations of the number of pairs in which one is slower: 4.9 is one in a million
SURE = 4.9
#: of the median of a call: less than this nobody measures through a network
RATIO = 1.03

Call = Callable[[], object]


@dataclass(frozen=True)
class Measured:
    """First against second: ``slower``, deviations from "each is as often the slower one"; ``ratio`` of the medians."""

    slower: float
    ratio: float

    @property
    def is_apart(self) -> bool:
        """True when the first takes longer, or shorter, beyond chance and beyond what nobody could measure."""
        far = max(self.ratio, 1 / self.ratio)
        return abs(self.slower) > SURE and far > RATIO and (self.slower > 0) == (self.ratio > 1)


def measured(first: Call, second: Call, pairs: int = PAIRS, seed: int = 0) -> Measured:
    """``pairs`` pairs of calls, each in an order that is drawn; CPU of this thread, without collection of waste."""
    drawn = random.Random(seed)
    took: tuple[list[int], list[int]] = ([], [])
    for call in (first, second):  # what is done once is done
        call()
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        for _ in range(pairs):
            order = [(first, took[0]), (second, took[1])]
            if drawn.random() < 0.5:
                order.reverse()
            for call, times in order:
                began = time.thread_time_ns()
                call()
                times.append(time.thread_time_ns() - began)
    finally:
        if was_on:
            gc.enable()
    more = sum(one > other for one, other in zip(*took, strict=True))
    less = sum(one < other for one, other in zip(*took, strict=True))
    deviations = (more - less) / math.sqrt(max(1, more + less))
    return Measured(deviations, statistics.median(took[0]) / max(1, statistics.median(took[1])))


def time_tells(first: Call, second: Call, pairs: int = PAIRS, rounds: int = ROUNDS) -> list[Measured]:
    """The rounds in which the two were told apart, [] as soon as one round says they can't be."""
    found: list[Measured] = []
    for number in range(rounds):
        one = measured(first, second, pairs, seed=number)
        if not one.is_apart or (found and (found[0].slower > 0) != (one.slower > 0)):
            return []
        found.append(one)
    return found
