"""A whole run on a virtual clock with a process a place, compared with one process as it goes."""

import shutil
from collections.abc import Callable

from sutura.launch.blueprint import Blueprint
from sutura.launch.comparison import Compared
from sutura.launch.run_dir import RunDirectory
from sutura.launch.stepped_processes import SteppedProcesses
from sutura.launch.stepped_run import SteppedRun, stepped_configs
from sutura.runtime.lockstep import Lockstep

_ALONE = "one"  # folder, in the run's, of the one process


class ProcessesRun(SteppedRun):
    """One run of a topology in lockstep, a process a place, compared with one process as it goes."""

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int, is_unwanted: Callable[[], bool]) -> None:
        """is_unwanted: turns true when the run shall not start after all. Raises NotSimulated, NodeError."""
        folder = run.path / _ALONE
        folder.mkdir(mode=0o700)
        alone = Lockstep(stepped_configs(blueprint, folder, seed))
        configs = stepped_configs(blueprint, run.path, seed)
        homes = {node: place for place, members in blueprint.topology.places.items() for node in members}
        processes = SteppedProcesses(configs, blueprint.wiring, run, is_unwanted)
        super().__init__(blueprint, run, seed, Compared(processes, alone, homes))

    def end(self) -> None:
        """Stop every node and every process, and take the last figures. Twice changes nothing."""
        super().end()
        shutil.rmtree(self.run.path / _ALONE, ignore_errors=True)
