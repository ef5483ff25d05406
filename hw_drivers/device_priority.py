"""The place of emulated devices among a machine's processes."""

import os
from contextlib import suppress

PRIORITY = 45  # above the places of a run


def hurry() -> None:
    """Let this thread wait for no other, as far as the machine grants that: a device has a processor of its own."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
