"""A recording that was exported for Foxglove, read back by the official MCAP packages of another language."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import pytest

from sutura.launch.foxglove.export import export_foxglove
from sutura.messages import (
    ArmState,
    Frame,
    Heartbeat,
    Message,
    OperatingState,
    WatchdogPhase,
    WatchdogState,
    message_types,
)
from sutura.record import REPORT_FILE, Recording, add_attachment
from tests.record.conftest import MS, START, frame, teleop, write

__all__ = ["teleop"]  # a fixture

PACKAGES = ("@mcap/core@2", "@mcap/support@1", "protobufjs@7")
Topics = dict[str, dict[str, Any]]
_VIDEO_FIELDS = [("timestamp", int), ("frame_id", str), ("data", bytes), ("format", str)]


class Reader:
    """Reads MCAP files with node."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, path: Path) -> Topics:
        program = self._folder / "read_mcap.mjs"
        told = subprocess.run(["node", program, path], capture_output=True, text=True, check=False, timeout=120)
        assert told.returncode == 0, told.stderr
        return msgspec.json.decode(told.stdout, type=Topics)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The reader; without node or its packages there is nobody to judge."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("node")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES]
    try:
        got = subprocess.run(install, capture_output=True, text=True, check=False, timeout=90)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not fetch the packages in 90 s")
    if got.returncode != 0:
        pytest.skip(f"npm cannot fetch {', '.join(PACKAGES)}: {got.stderr.strip()[-200:]}")
    shutil.copy(Path(__file__).with_name("read_mcap.mjs"), folder)
    return Reader(folder)


def exported(source: Path, folder: Path) -> Path:
    recording = Recording(source)
    export_foxglove(recording, recording.topics, folder / "out.mcap")
    return folder / "out.mcap"


def test_another_language_reads_every_message_in_full_and_in_the_well_known_schemas(
    read: Reader, teleop: Path, tmp_path: Path
) -> None:
    topics = read(exported(teleop, tmp_path))
    recording = Recording(teleop)
    for name, info in recording.topics.items():
        assert topics[name]["schema"] == f"sutura.{info.type}"
        kept = list(recording.messages({name}))
        assert len(topics[name]["messages"]) == len(kept)
        assert [m["envelope"]["seq"] for m in topics[name]["messages"]] == [m.frame.seq for m in kept]
    schemas = {found["schema"] for found in topics.values()}
    assert schemas >= {f"foxglove.{kind}" for kind in ("PoseInFrame", "FrameTransform", "JointStates", "Log")}
    assert "diagnostic_msgs/DiagnosticArray" in schemas
    assert all(found["schema"] and found["encoding"] in ("json", "protobuf") for found in topics.values())


def test_poses_joints_and_frames_are_what_was_recorded(read: Reader, teleop: Path, tmp_path: Path) -> None:
    topics, recording = read(exported(teleop, tmp_path)), Recording(teleop)
    poses = [m.frame.payload for m in recording.messages({"PSM1/measured_cp"})]
    for shown, pose in zip(topics["foxglove/PSM1/measured_cp"]["messages"], poses, strict=True):
        assert shown["frame_id"] == "PSM1_base"
        assert tuple(shown["pose"]["position"].get(axis, 0.0) for axis in "xyz") == pose.position  # type: ignore[attr-defined]
        assert tuple(shown["pose"]["orientation"].get(axis, 0.0) for axis in "xyzw") == pose.orientation  # type: ignore[attr-defined]
    states = [m.frame.payload for m in recording.messages({"PSM1/measured_js"})]
    for shown, state in zip(topics["foxglove/PSM1/measured_js"]["messages"], states, strict=True):
        assert [joint["name"] for joint in shown["joints"]] == list(state.name)  # type: ignore[attr-defined]
        assert [joint["position"] for joint in shown["joints"]] == list(state.position)  # type: ignore[attr-defined]
    tips = [t for t in topics["foxglove/transforms"]["messages"] if t["child_frame_id"] == "PSM1/measured_cp"]
    assert len(tips) == len(poses)
    assert {t["parent_frame_id"] for t in tips} == {"PSM1_base"}


def test_a_video_can_be_decoded_from_what_another_language_reads(read: Reader, tmp_path: Path) -> None:
    pictures = h264(12)
    video = _video_type()
    sent = [
        frame("camera/video", video(0, "camera", data, "h264"), n, n * 40 * MS, "camera@1")
        for n, data in enumerate(pictures, 1)
    ]
    found = read(exported(write(tmp_path / "in.mcap", sent), tmp_path))["foxglove/camera/video"]
    assert found["schema"] == "foxglove.CompressedVideo"
    assert {(m["frame_id"], m["format"]) for m in found["messages"]} == {("camera", "h264")}
    assert brightness([base64.b64decode(m["data"]) for m in found["messages"]]) == pytest.approx(
        [20 * n for n in range(12)], abs=6
    )


def test_the_log_says_what_changed_and_diagnostics_say_who_fell_silent(read: Reader, tmp_path: Path) -> None:
    def state(of: ArmState, cause: str = "") -> OperatingState:
        return OperatingState(of, True, False, cause)

    sent: list[Frame[Message]] = [
        frame("arm/heartbeat", Heartbeat("arm", 1), 1, 1 * MS),
        frame("PSM1/operating_state", state(ArmState.ENABLED), 1, 2 * MS),
        frame("PSM1/operating_state", state(ArmState.ENABLED), 2, 1500 * MS),
        frame("PSM1/operating_state", state(ArmState.FAULT, "the drive is hot"), 3, 2600 * MS),
        frame("watchdog/state", WatchdogState(WatchdogPhase.LATCHED, 0, 1, "arm fell silent"), 1, 3700 * MS, "w@1"),
    ]
    topics = read(exported(write(tmp_path / "in.mcap", sent), tmp_path))
    lines = [(line["level"], line["name"], line["message"]) for line in topics["foxglove/log"]["messages"]]
    assert lines == [
        (2, "arm", "PSM1/operating_state: ENABLED"),
        (4, "arm", "PSM1/operating_state: FAULT: the drive is hot"),
        (4, "w", "watchdog/state: latched: arm fell silent"),
    ]
    last = {s["name"]: (s["level"], s["message"]) for s in topics["diagnostics"]["messages"][-1]["status"]}
    assert last["arm: PSM1/operating_state"] == (2, "FAULT: the drive is hot")
    assert last["arm: arm/heartbeat"] == (3, "silent for 3.7 s")
    assert topics["diagnostics"]["messages"][0]["status"][0]["level"] == 0


def test_the_log_has_the_events_of_the_report_at_their_times(read: Reader, tmp_path: Path) -> None:
    sent = [frame("arm/heartbeat", Heartbeat("arm", n), n, n * 100 * MS) for n in range(1, 11)]
    path = write(tmp_path / "in.mcap", sent)
    report = {
        "connections": [],
        "events": [{"at_s": 0.45, "node": "arm", "kind": "hold", "text": "no permit"}],
        "trips": [{"at_s": 0.44, "cause": "fk fell silent"}],
    }
    add_attachment(path, REPORT_FILE, "application/json", msgspec.json.encode(report), START)
    lines = read(exported(path, tmp_path))["foxglove/log"]["messages"]
    assert [(line["level"], line["name"], line["message"]) for line in lines] == [
        (4, "watchdog", "trip: fk fell silent"),
        (3, "arm", "hold: no permit"),
    ]


def _video_type() -> type[Message]:
    """The message type of the camera, or one with its fields where there is none."""
    known = message_types().get("CompressedVideo")
    if known is not None:
        return known
    made: Any = msgspec.defstruct("CompressedVideo", _VIDEO_FIELDS, bases=(Message,), frozen=True)
    return cast(type[Message], made)


def h264(count: int) -> list[bytes]:
    """Grey pictures, each brighter than the one before, as H.264 access units."""
    av = pytest.importorskip("av")
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "yuv420p", Fraction(1, 25)
    codec.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "1"}
    packets: list[bytes] = []
    for n in range(count):
        grey = np.full((48, 64, 3), 20 * n, np.uint8)
        packets += [bytes(packet) for packet in codec.encode(av.VideoFrame.from_ndarray(grey, format="rgb24"))]
    return packets + [bytes(packet) for packet in codec.encode(None)]


def brightness(units: Sequence[bytes]) -> list[float]:
    """The mean of each picture."""
    av = pytest.importorskip("av")
    codec = av.CodecContext.create("h264", "r")
    frames = [found for unit in units for found in codec.decode(av.Packet(unit))]
    frames += codec.decode(None)
    return [float(found.to_ndarray(format="rgb24").mean()) for found in frames]
