"""Runs the contract of a driver: finds it, starts its device, tells each clause, writes the reports."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sutura.cli.errors import BadSetting, FileRefused
from sutura.cli.output import fail, say
from sutura.hw_drivers import ActuatedJoints, ActuatorDriver, Camera, InputDevice, OperatorDevice
from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.contract import (
    ContractReport,
    Finding,
    ReaderRig,
    Rig,
    check_reader,
    markdown,
    report_of,
    run_contract,
    write_json,
)
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.errors import BadDriver, UnknownDriver
from sutura.hw_drivers.joints import joints_of_arm
from sutura.hw_drivers.table import installed, installed_operator_devices
from sutura.launch.marks import Mark
from sutura.launch.shape import plain
from sutura.launch.yaml_source import parse_yaml
from sutura.plugins import is_target, load_attribute

WORLD = "world"
_READ_RATE = 100.0


@dataclass(frozen=True, kw_only=True)
class CheckOrder:
    """What was asked for; see `sutura driver check --help`."""

    driver: str
    settings: tuple[str, ...]
    model: str
    joints: str | None
    emulate: str | None
    emulator_settings: tuple[str, ...]
    rate: float | None
    duration: float
    allow_motion: bool
    judge_time: bool
    report: Path | None
    json: Path | None


def run_check(order: CheckOrder) -> bool:
    """Check, tell, write; whether the contract is kept."""
    for path in (order.report, order.json):
        _require_writable(path)
    kind = _find(order.driver)
    options, device_options = _options(order.settings), _options(order.emulator_settings)
    with (
        tempfile.TemporaryDirectory(prefix="sutura-check-") as folder,
        _device(order, kind, Path(folder), device_options) as device,
    ):
        given = {**options, **(device.options if device else {})}
        read_options(order.driver, kind.Options, given)
        report = _check(order, kind, given, Path(folder), device)
    _write(order, report)
    skipped = sum(finding.verdict == "skip" for finding in report.findings)
    counts = f"{len(report.findings)} clauses, {len(report.failed)} broken, {skipped} skipped"
    (say if report.passed else fail)(
        f"driver {order.driver} {'keeps' if report.passed else 'breaks'} its contract: {counts}"
    )
    return report.passed


Kind = type[ActuatorDriver] | type[InputDevice] | type[OperatorDevice] | type[Camera]


def _find(name: str) -> Kind:
    """The class of any kind of driver. Raises UnknownDriver, BadDriver."""
    table = {**installed_operator_devices(), **installed()}
    target = table.get(name, name)
    if not is_target(target):
        raise UnknownDriver(name, "", table)
    try:
        found = load_attribute(target)
    except ImportError as error:
        raise BadDriver(name, target, f"cannot be loaded: {error}") from error
    if isinstance(found, type) and issubclass(found, (ActuatorDriver, InputDevice, OperatorDevice, Camera)):
        return found
    raise BadDriver(name, target, f"expected a driver, came {found!r}")


@contextmanager
def _device(
    order: CheckOrder, kind: Kind, folder: Path, options: dict[str, object]
) -> Iterator[EmulatedDevice | None]:
    """The emulator that was asked for; a driver that needs a world gets one."""
    needs_world = issubclass(kind, ActuatorDriver) and kind.capabilities.needs_world
    emulator = order.emulate or (WORLD if needs_world else None)
    if emulator is None:
        yield None
        return
    if emulator == WORLD:
        options = {"model": order.model, **options, "device_dir": str(folder)}
    with EmulatedDevice(emulator, options) as device:
        yield device


def _check(
    order: CheckOrder, kind: Kind, options: dict[str, object], folder: Path, device: EmulatedDevice | None
) -> ContractReport:
    if not issubclass(kind, ActuatorDriver):
        rate = order.rate or _READ_RATE
        reader = ReaderRig(kind=kind, options=options, device_dir=folder, device=device, rate=rate)
        simulated = kind.capabilities.simulated if issubclass(kind, Camera) else kind.simulated
        return report_of(
            order.driver, check_reader(reader, _tell), options=options, simulated=simulated, rate_hz=reader.rate
        )
    rig = Rig(
        order.driver,
        _joints(order),
        options,
        folder,
        device=device,
        rate=order.rate,
        duration=order.duration,
        judges_time=order.judge_time,
        may_move=order.allow_motion or device is not None or kind.capabilities.simulated,
    )
    return run_contract(rig, progress=_tell)


def _tell(finding: Finding) -> None:
    figure = "" if finding.value is None else f"{finding.value:.4g} of {finding.bound:.4g} {finding.unit}"
    say(f"{finding.verdict:<8} {finding.clause:<16} {finding.text or figure or finding.promise}")


def _joints(order: CheckOrder) -> ActuatedJoints:
    if order.joints is None:
        return joints_of_arm(order.model)
    names, lower, upper, speed = [], [], [], []
    for part in order.joints.split(","):
        name, _, numbers = part.strip().partition("=")
        try:
            low, high, most = map(float, numbers.split(":"))
        except ValueError:
            raise BadSetting("--joints", part, "NAME=LOW:HIGH:SPEED") from None
        if not (name and low < high and most > 0.0):
            raise BadSetting("--joints", part, "NAME=LOW:HIGH:SPEED with LOW < HIGH and SPEED > 0")
        names.append(name)
        lower.append(low)
        upper.append(high)
        speed.append(most)
    home = tuple(min(max(0.0, low), high) for low, high in zip(lower, upper, strict=True))
    return ActuatedJoints(tuple(names), tuple(lower), tuple(upper), tuple(speed), home)


def _options(settings: tuple[str, ...]) -> dict[str, object]:
    """`OPTION=VALUE`, the value as YAML; a dotted option is one of a map."""
    options: dict[str, object] = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals or not all(key.split(".")):
            raise BadSetting("--set", text, "OPTION=VALUE")
        parsed = plain(parse_yaml(value, lambda line, column, said=text: Mark(f"--set {said}")))  # type: ignore[misc]
        *outer, last = key.split(".")
        inner = options
        for name in outer:
            deeper = inner.setdefault(name, {})
            if not isinstance(deeper, dict):
                raise BadSetting("--set", text, f"a map under {name}")
            inner = deeper
        inner[last] = parsed
    return options


def _require_writable(path: Path | None) -> None:
    if path is None:
        return
    try:
        path.open("a").close()
    except OSError as error:
        raise FileRefused(path, error.strerror or str(error)) from error


def _write(order: CheckOrder, report: ContractReport) -> None:
    if order.report is not None:
        order.report.write_text(markdown(report))
    if order.json is not None:
        write_json(report, order.json)
