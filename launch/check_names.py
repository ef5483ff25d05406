"""Checks for topics that are easily taken for one another: the one is probably a slip for the other."""

import re
from collections.abc import Iterator
from itertools import combinations

from sutura.launch.problems import Problem
from sutura.launch.wiring import Wiring, Writer
from sutura.messages import RawMessage

_MARKS = re.compile(r"[_.-]")
_SHORTEST = 4  # in shorter words, such as `PSM` and `cp`, a letter more or less is a name of its own


def name_problems(wiring: Wiring) -> Iterator[Problem]:
    """One problem for each pair of words that tell two written topics apart, at the topic that is read less."""
    seen: set[frozenset[str]] = set()
    for first, second in combinations(sorted(wiring.writers), 2):
        words = slip(first, second)
        if words and words not in seen:
            seen.add(words)
            less, more = sorted((second, first), key=lambda topic: _reads(wiring, topic))
            yield _problem(wiring.writers[less][0], less, more)


def slip(first: str, second: str) -> frozenset[str]:
    """The two words of two topics in which they differ as by a slip; empty where they do not.

    A slip is another case or separator, two neighbouring letters in the wrong order, or a letter more or less.
    Another letter or digit is none: PSM1 and PSM2, servo_cp and servo_jp are different on purpose.
    """
    left, right = first.split("/"), second.split("/")
    differing = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    if len(left) != len(right) or len(differing) != 1:
        return frozenset()
    return frozenset(differing[0]) if _slipped(*differing[0]) else frozenset()


def _slipped(a: str, b: str) -> bool:
    if _MARKS.sub("", a).casefold() == _MARKS.sub("", b).casefold():
        return True
    if min(len(a), len(b)) < _SHORTEST:
        return False
    short, long = sorted((a, b), key=len)
    if len(short) == len(long):
        at = next(i for i in range(len(a)) if a[i] != b[i])
        swapped = a[:at] + a[at : at + 2][::-1] + a[at + 2 :]
        return swapped == b and a[at : at + 2].isalpha()
    return any(long[i].isalpha() and long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _reads(wiring: Wiring, topic: str) -> int:
    return sum(reader.declared.message is not RawMessage for reader in wiring.readers.get(topic, ()))


def _problem(writer: Writer, less: str, more: str) -> Problem:
    reason = f"topic {less!r} of {writer} is easily taken for {more!r}: is it a slip?"
    return Problem.at(writer.mark, "near-miss-topic", reason, node=writer.node.name, topic=less)
