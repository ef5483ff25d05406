"""What a probe of the machine finds."""

from enum import Enum

import msgspec


class State(Enum):
    """ok: as it should be; notice: works with less; fail: something needed is missing."""

    OK = "ok"
    NOTICE = "notice"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. hint: what a person can do about it, empty where nothing is to be done."""

    name: str
    state: State
    detail: str
    hint: str = ""


def ok(name: str, detail: str) -> Finding:
    """All is well."""
    return Finding(name, State.OK, detail)


def notice(name: str, detail: str, hint: str) -> Finding:
    """It works, but less well than it could."""
    return Finding(name, State.NOTICE, detail, hint)


def missing(name: str, detail: str, hint: str) -> Finding:
    """Something needed does not work."""
    return Finding(name, State.FAIL, detail, hint)
