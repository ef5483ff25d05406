"""Orders to actuators, watchdogs and operators of live runs, and what came of them."""

from collections.abc import Iterable
from contextlib import ExitStack

from sutura.cli.errors import NothingToDo
from sutura.cli.live_run import Answer, LiveRun, Order, acted_run, opened_runs
from sutura.runtime.clock import monotonic

_HEARD_NS = 200_000_000


def stop_at_once(run_name: str | None) -> list[Answer]:
    """Emergency stop of every matching run: to actuators first, then to operators and watchdogs.

    Everything is sent to every run before any answer is awaited. Raises NoSuchRun.
    """
    with ExitStack() as stack:
        runs = [stack.enter_context(run) for run in opened_runs(run_name)]
        sent = [(run, run.send(_orders(_can_stop(run), "estop"))) for run in runs]
        return [answer for run, orders in sent for answer in run.answers(orders)]


def release_estop(run_name: str | None) -> list[Answer]:
    """Release the operators' emergency stop; what it has stopped stays stopped until a reset."""
    return command_operators("release_estop", None, run_name)


def reset_all(run_name: str | None) -> list[Answer]:
    """Reset the actuators, and the watchdogs only if every actuator could be. Raises NoSuchRun, SeveralRuns."""
    with acted_run(run_name) as run:
        info = run.info
        if not info.actuators and not info.watchdogs:
            raise NothingToDo(f"run {info.name} has no actuator and no watchdog to reset")
        answers = run.carry_out(_orders(info.actuators, "reset"))
        if all(answer.ok for answer in answers):
            return answers + _reset_watchdogs(run, info.watchdogs)
    reason = "not asked, as an actuator could not be reset"
    return answers + [Answer(order, refused=reason) for order in _orders(info.watchdogs, "reset")]


def _reset_watchdogs(run: LiveRun, watchdogs: Iterable[str]) -> list[Answer]:
    """A watchdog learns with the next heartbeat that a fault is cleared, so it may need a second asking."""
    orders = _orders(watchdogs, "reset")
    end = monotonic() + _HEARD_NS
    while True:
        answers = run.carry_out(orders)
        if all(answer.ok for answer in answers) or monotonic() > end:
            return answers


def command_actuators(command: str, name: str | None, run_name: str | None) -> list[Answer]:
    """A state command to one actuator, or to all. Raises UnknownLiveNode, NothingToDo, NoSuchRun, SeveralRuns."""
    with acted_run(run_name) as run:
        return _command(run, run.named("actuator", run.info.actuators, name), command)


def command_operators(command: str, name: str | None, run_name: str | None) -> list[Answer]:
    """A state command to one operator node, or to all. Raises as `command_actuators`."""
    with acted_run(run_name) as run:
        return _command(run, run.named("operator", run.info.operators, name), command)


def _can_stop(run: LiveRun) -> tuple[str, ...]:
    return (*run.info.actuators, *run.info.operators, *run.info.watchdogs)


def _command(run: LiveRun, nodes: Iterable[str], command: str) -> list[Answer]:
    return run.carry_out(_orders(nodes, command))


def _orders(nodes: Iterable[str], command: str) -> list[Order]:
    return [Order(node, "command", command) for node in nodes]
