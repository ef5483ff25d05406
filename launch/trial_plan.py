"""The `test` block of a topology: how `sutura test` runs it."""

from dataclasses import dataclass, field
from pathlib import Path

from sutura.launch.errors import BadValue
from sutura.launch.marks import Mark
from sutura.launch.quantities import read_quantity
from sutura.launch.shape import as_list, as_text, bad, keyed
from sutura.launch.yaml_source import Located, read_yaml

DURATION_S = 10.0
KEYS = ("duration", "seed", "set")


@dataclass(frozen=True)
class TrialPlan:
    """duration [s]: how long the run is; seed: of everything random in it; settings: as after `--set`, before those
    that a person gives (they are worked in already where a topology was written down resolved)."""

    duration: float = DURATION_S
    seed: int = 0
    settings: tuple[str, ...] = field(default=(), compare=False)


def read_trial_plan(tree: Located) -> TrialPlan:
    """The `test` block. Raises BadValue, UnknownName."""
    said = keyed(tree, "test", KEYS)
    plan = TrialPlan()
    return TrialPlan(
        duration=_duration(said["duration"]) if "duration" in said else plan.duration,
        seed=_seed(said["seed"]) if "seed" in said else plan.seed,
        settings=_settings(said["set"]) if "set" in said else plan.settings,
    )


def trial_settings(path: Path) -> list[tuple[str, Mark]]:
    """The settings in a file's `test` block, with where they stand: they must be known before it can be loaded.

    Raises TopologyError.
    """
    top = read_yaml(path).value
    block = top.get("test") if isinstance(top, dict) else None
    said = keyed(block, "test", KEYS).get("set") if block is not None else None
    items = as_list(said, "set of test") if said is not None else ()
    return [(as_text(item, "setting in test"), item.mark) for item in items]


def as_said(plan: TrialPlan) -> dict[str, object]:
    """The block, as far as it is not as it is without one, the settings left out."""
    said: dict[str, object] = {"duration": f"{plan.duration!r} s", "seed": plan.seed}
    return said if plan != TrialPlan() else {}


def _duration(tree: Located) -> float:
    duration = read_quantity(tree, "duration of test", "s")
    if duration <= 0.0:
        raise BadValue(tree.mark, "duration of test", "a time above 0 s", tree.text)
    return duration


def _seed(tree: Located) -> int:
    if isinstance(tree.value, bool) or not isinstance(tree.value, int) or tree.value < 0:
        raise bad(tree, "seed of test", "a whole number, 0 or more")
    return tree.value


def _settings(tree: Located) -> tuple[str, ...]:
    return tuple(as_text(item, "setting in test") for item in as_list(tree, "set of test"))
