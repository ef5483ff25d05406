"""The shipped simulation with its endoscope, rehearsed, and on the real clock with a camera that dies."""

from pathlib import Path

import pytest

from sutura.launch import check_topology, load_topology
from sutura.launch.pytest_plugin import Rehearse
from sutura.messages import CompressedVideo
from sutura.nodes import Node
from sutura.nodes.stock.h264 import H264Decoder
from sutura.nodes.stock.time_code import read_time_code
from sutura.sim_driver import off_screen
from sutura.sim_driver.errors import NoRenderer
from tests.topologies.test_sim import EARLY

BENCH = Path(__file__).parents[2] / "bench" / "topologies" / "endoscope.yaml"
SMALL = ("camera=true", "camera.driver.width=160", "camera.driver.height=128")


@pytest.fixture
def _can_draw() -> None:
    try:
        off_screen.open_context(64, 64).free()
    except NoRenderer as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("_can_draw")
def test_in_lockstep_it_films_on_the_virtual_clock_and_is_the_same_again(rehearse: Rehearse) -> None:
    hashes = []
    for _ in range(2):
        run = rehearse("sim", *EARLY, *SMALL, "camera.time_code=true", seed=5)
        run.run_for(0.5)
        films = [sample.message for sample in run.history.of("endoscope/video", CompressedVideo)]
        assert len(films) >= 10
        decoder = H264Decoder()
        for film in films:
            pixels = decoder.decode(film.data, film.keyframe)
            assert pixels is not None
            assert read_time_code(pixels) == film.timestamp // 1000 * 1000
        assert films[-1].joints[0].topic == "PSM1/measured_js"
        assert films[-1].poses[0].topic == "PSM1/measured_cp"
        hashes.append(run.report().recording_hash)
    assert hashes[0] == hashes[1]


def test_without_a_renderer_the_run_goes_on_and_one_line_says_what_to_install(
    rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(off_screen, "_LIBRARIES", {"egl": "libnone-EGL.so", "osmesa": "libnone-OSMesa.so"})
    run = rehearse("sim", *EARLY, *SMALL, seed=5, record=False)
    run.run_for(1.0)
    said = [event for event in run.report().events if "camera" in str(event)]
    assert len(said) == 1
    assert "install libegl1" in str(said[0])
    assert run.report().verdict == "pass"


def test_without_the_argument_there_is_no_camera(rehearse: Rehearse) -> None:
    run = rehearse("sim", seed=5, record=False)
    assert "camera" not in run.report().nodes


@pytest.mark.parametrize("camera", ["true", "false"])
def test_the_bench_measures_a_sound_topology(camera: str) -> None:
    assert check_topology(load_topology(str(BENCH), [f"camera={camera}"])) == []


@pytest.mark.usefixtures("_can_draw")
def test_a_viewer_sees_every_picture_raw_and_as_video_with_its_own_time(rehearse: Rehearse) -> None:
    run = rehearse(BENCH, "camera.driver.width=160", "camera.driver.height=128", record=False)
    run.run_for(0.4)
    gauges = run.node("viewer", Node).gauges
    assert gauges["seen"] >= 16
    assert [gauges[name] for name in ("skipped", "wrong", "overwritten")] == [0, 0, 0]


@pytest.mark.usefixtures("_can_draw")
def test_in_the_cart_it_rides_on_the_camera_arm(rehearse: Rehearse) -> None:
    run = rehearse("sim_cart", *SMALL, record=False)
    run.run_for(0.2)
    films = [sample.message for sample in run.history.of("endoscope/video", CompressedVideo)]
    assert films[-1].joints[0].topic == "ECM/measured_js"
