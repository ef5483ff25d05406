"""The start of a run: every place is started, ready and agreed with before any is told to go."""

from collections.abc import Callable, Sequence

from sutura.launch.child import LEAD_NS
from sutura.launch.crew import Crew
from sutura.launch.handshake import require_agreement
from sutura.launch.run_errors import StartFailed
from sutura.launch.wiring import Wiring
from sutura.runtime.clock import boot_id, monotonic
from sutura.runtime.config import PlaceConfig

START_TIMEOUT_S = 60.0
_ASK_EVERY_NS = 50_000_000


def start_together(
    crew: Crew,
    configs: Sequence[PlaceConfig],
    wiring: Wiring,
    note: Callable[[str], None],
    is_unwanted: Callable[[], bool],
) -> int:
    """Start all places and see their nodes run; returns the time of the first tick's grid [ns].

    Raises StartFailed (also when `is_unwanted` turns true on the way), SchemaMismatch.
    """
    for config in configs:
        crew.launch(config)
    note(f"{len(configs)} places started; waiting until all are ready")
    _wait_until_all_are("ready", crew, is_unwanted)
    require_agreement(wiring, crew.introductions, boot_id())
    start = monotonic() + LEAD_NS
    for child in crew.children.values():
        crew.go(child, start)
    _wait_until_all_are("running", crew, is_unwanted)
    note("all places are ready and agree; go")
    return start


def _wait_until_all_are(phase: str, crew: Crew, is_unwanted: Callable[[], bool]) -> None:
    deadline, ask_at = monotonic() + int(START_TIMEOUT_S * 1e9), 0
    children = crew.children.values()
    while missing := [child for child in children if child.phase != phase]:
        for child in children:
            if not child.is_running:
                raise StartFailed(f"place {child.place!r} {child.ending()} at the start: {child.last_words()}")
        now = monotonic()
        if is_unwanted():
            raise StartFailed("the run was asked to end before it had started")
        if now > deadline:
            names = ", ".join(f"{child.place} ({child.phase})" for child in missing)
            raise StartFailed(f"not {phase} after {START_TIMEOUT_S:g} s: {names}")
        if now >= ask_at:
            ask_at = now + _ASK_EVERY_NS
            crew.ask(missing)
        crew.read()
