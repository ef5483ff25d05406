"""What this process has used."""

import resource


def cpu_seconds() -> float:
    """Processor time of all threads of this process so far [s]."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
