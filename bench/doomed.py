"""A run that is there to be killed: `python -m bench.doomed SEED` says who is who once its arm moves."""

import sys

from bench.orphans import introduce
from bench.recording_arm import Marks
from bench.safety import safety_blueprint
from sutura.launch.run_dir import RunDirectory
from sutura.launch.supervisor import Supervisor
from sutura.runtime.clock import monotonic

_LIFE_S = 60.0
_MOVING = 200  # writes


def main() -> int:
    """Run until killed, or for a minute."""
    blueprint = safety_blueprint()
    arm, *_ = blueprint.actuators
    run = RunDirectory.create("doomed")
    marks = Marks(run.path, arm)
    supervisor = Supervisor(blueprint, run, int(sys.argv[1]))
    begun, told = monotonic(), False

    def is_over() -> bool:
        nonlocal told
        if not told and marks.writes > _MOVING:
            told = True
            pids = {place: child.pid for place, child in supervisor.children.items()}
            introduce(run.path, arm, {**pids, "guard": supervisor.guard_pid})
        return (monotonic() - begun) * 1e-9 > _LIFE_S

    try:
        supervisor.start(lambda text: None)
        supervisor.watch(is_over, lambda watched: None)
    finally:
        supervisor.stop()
    return 1


if __name__ == "__main__":
    sys.exit(main())
