"""The web console of a launched run: put in, left out, and where it is told."""

from collections.abc import Callable

from sutura.console import (
    INSTALL,
    ConsoleMissing,
    holds_controls,
    is_installed,
    read_address,
    with_console,
    without_consoles,
)
from sutura.launch import Topology
from sutura.launch.watched_run import WatchedRun

MISSING = f"no web console: it needs the library viser; install it with: {INSTALL}"


def consoled(topology: Topology, *, wanted: bool, note: Callable[[str], None]) -> Topology:
    """The topology with a console; without any where nobody wants it or its library is missing, which `note` hears.

    Raises ConsoleMissing where a hand or an operator is the console and its library is missing.
    """
    if not wanted:
        return without_consoles(topology)
    if is_installed():
        return with_console(topology)
    if holds_controls(topology):
        raise ConsoleMissing("a hand or an operator of this topology is the console")
    note(MISSING)
    return without_consoles(topology)


class AddressTeller:
    """Says once where the console of a run is, when it is there; otherwise does what `update` does."""

    def __init__(self, update: Callable[[WatchedRun], None], note: Callable[[str], None]) -> None:
        self._update, self._note = update, note
        self._told = False

    def __call__(self, run: WatchedRun) -> None:
        """One round of figures."""
        address = None if self._told else read_address(run.run.path)
        if address is not None:
            self._told = True
            self._note(f"console: {address.url} (who opens this may take the controls)")
            self._note(f"console to watch only: {address.url_to_watch}")
        self._update(run)
