"""The smaller contract of everything that is only read: hands, operators' devices, cameras."""

import gc
import itertools
import math
import time
from collections.abc import Callable

import psutil

from sutura.hw_drivers.camera import Camera, CameraFrame
from sutura.hw_drivers.contract.clause import Broken, Figure, Finding, NotApplicable, Verdict, require, within
from sutura.hw_drivers.contract.reader_rig import READS, ReaderClause, ReaderRig, Sample, reader_of
from sutura.hw_drivers.errors import DeviceLost, DriverError, WrongState
from sutura.hw_drivers.input_device import HandSample

_LIVES = 5
_LOST_S = 0.5
_UNIT = 1e-6
_BLOCKED = 3  # the longest two reads may be the machine's doing
_READY_S = 1.0
_PICTURE_S = 0.5  # a camera waits for a picture no longer


def closed_is_closed(rig: ReaderRig) -> None:
    """Before open and after close."""
    driver = rig.make()
    for when in ("before open()", "after close()"):
        try:
            reader_of(driver)()
        except WrongState:
            driver.open()
            driver.close()
            continue
        raise Broken(f"read() {when} is allowed, expected WrongState")


def idempotent(rig: ReaderRig) -> None:
    """Open and close, each twice; close before open; and then a life once more."""
    driver = rig.make()
    driver.close()
    for _ in range(2):
        driver.open()
        driver.open()
        reader_of(driver)()
        driver.close()
        driver.close()


def sample_sound(rig: ReaderRig) -> None:
    """Finite numbers, unit quaternions, one shape of picture."""
    samples = rig.samples()
    shapes = set()
    for sample in samples:
        if isinstance(sample, HandSample):
            pose = sample.pose
            if not all(map(math.isfinite, (*pose.position, *pose.orientation, sample.gripper))):
                raise Broken(f"a sample is not finite: {sample}")
            if abs(math.hypot(*pose.orientation) - 1.0) > _UNIT:
                raise Broken(f"a quaternion has the length {math.hypot(*pose.orientation):.6g}, expected 1")
        elif isinstance(sample, CameraFrame):
            shapes.add(sample.pixels.shape)
    require(len(shapes) <= 1, f"pictures have several shapes: {sorted(shapes)}")


def stamped_in_order(rig: ReaderRig) -> None:
    """A camera's stamps: each later than the one before, none to come."""
    if not issubclass(rig.kind, Camera):
        raise NotApplicable("no camera")
    stamps = [sample.stamp for sample in rig.samples() if isinstance(sample, CameraFrame)]
    for before, after in itertools.pairwise(stamps):
        if after <= before:
            raise Broken(f"a picture is {(before - after) * 1e-6:.1f} ms older than the one before it")


def read_bounded(rig: ReaderRig) -> Figure:
    """Hands and operators' devices never wait; a camera no longer than it takes pictures."""
    bound = _PICTURE_S if issubclass(rig.kind, Camera) else 0.5 / rig.rate
    times = []
    with rig.opened() as read:
        for _ in range(READS):
            begun = time.perf_counter()
            read()
            times.append(time.perf_counter() - begun)
    return within(sorted(times)[-_BLOCKED], bound, "s", "read() waits")


def lost_is_told(rig: ReaderRig) -> None:
    """Unplug it: DeviceLost; plug it: a new life."""
    if rig.device is None:
        raise NotApplicable("needs an emulated device, that can be pulled out")
    with rig.opened() as read:
        rig.device.unplug()
        try:
            _require_lost(rig, read)
        finally:
            rig.device.plug()
    with rig.opened() as read:
        read()


def _require_lost(rig: ReaderRig, read: Callable[[], Sample | None]) -> None:
    end = time.monotonic() + _LOST_S
    while time.monotonic() < end:
        try:
            read()
        except DeviceLost:
            return
        time.sleep(0.5 / rig.rate)
    raise Broken(f"no DeviceLost within {_LOST_S:g} s after it was unplugged")


def nothing_leaked(rig: ReaderRig) -> None:
    """Threads, files and sockets of this process, before and after some lives."""
    _live(rig)
    before = _held()
    for _ in range(_LIVES):
        _live(rig)
    gc.collect()
    end = time.monotonic() + _READY_S
    while any(a > b for a, b in zip(_held(), before, strict=True)) and time.monotonic() < end:
        time.sleep(0.01)
    more = tuple(a - b for a, b in zip(_held(), before, strict=True))
    left = f"{more[0]} threads, {more[1]} files and sockets are left after {_LIVES} lives"
    require(max(more) <= 0, left)


def _live(rig: ReaderRig) -> None:
    with rig.opened() as read:
        read()


def _held() -> tuple[int, int]:
    process = psutil.Process()
    return process.num_threads(), process.num_fds()


READER_CLAUSES = (
    ReaderClause("closed", "read is refused before open and after close", closed_is_closed),
    ReaderClause("idempotent", "open and close may be called twice, and a driver lives again", idempotent),
    ReaderClause("samples", "samples are finite, quaternions of length 1, pictures of one shape", sample_sound),
    ReaderClause("stamps", "pictures are stamped in order, when they were taken", stamped_in_order),
    ReaderClause("bounded", "read does not wait", read_bounded),
    ReaderClause("unplugged", "a device that is pulled is told as DeviceLost, and comes back", lost_is_told),
    ReaderClause("leaks", "no thread, file or socket outlives a driver", nothing_leaked),
)


def check_reader(rig: ReaderRig, progress: Callable[[Finding], None] = lambda finding: None) -> tuple[Finding, ...]:
    """All clauses, whatever the driver does."""
    findings = []
    for clause in READER_CLAUSES:
        findings.append(_look_at(rig, clause))
        progress(findings[-1])
    return tuple(findings)


def _look_at(rig: ReaderRig, clause: ReaderClause) -> Finding:
    begun = time.monotonic()

    def found(verdict: Verdict, text: str = "", figure: Figure | None = None) -> Finding:
        value, bound, unit = figure or (None, None, "")
        return Finding(
            clause=clause.id,
            promise=clause.promise,
            verdict=verdict,
            text=text,
            value=value,
            bound=bound,
            unit=unit,
            seconds=round(time.monotonic() - begun, 3),
        )

    try:
        return found("pass", figure=clause.check(rig))
    except NotApplicable as reason:
        return found("skip", str(reason))
    except Broken as broken:
        return found("fail", str(broken), broken.figure)
    except DriverError as error:
        return found("fail", f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 (whatever a driver raises that is no DriverError is a broken promise)
        return found("fail", f"raised {type(error).__name__}, which is no DriverError: {error}")
