"""The shipped simulation with physics, rehearsed."""

from sutura.launch.pytest_plugin import Rehearse
from sutura.messages import OperatingState, TrackingError

EARLY = (
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)


def test_the_simulated_arm_follows_and_is_the_same_again(rehearse: Rehearse) -> None:
    hashes = []
    for _ in range(2):
        run = rehearse("sim", *EARLY, seed=5)
        run.run_for(1.5)
        assert run.newest("PSM1/operating_state", OperatingState).is_busy
        errors = [sample.message.distance for sample in run.history.of("PSM1/tracking_error", TrackingError)]
        assert len(errors) > 100
        assert max(errors) < 0.001
        report = run.report()
        assert report.verdict == "pass", report.reasons
        hashes.append(report.recording_hash)
    assert hashes[0] == hashes[1]


def test_a_dead_driver_leaves_the_simulated_arm_holding(rehearse: Rehearse) -> None:
    run = rehearse("sim", *EARLY, seed=5, record=False)
    run.run_for(1.0)
    run.kill("arm")
    run.run_for(0.3)
    assert "arm" in run.report().trips[0].cause


def test_velocity_feed_forward_takes_most_of_the_drives_lag_away(rehearse: Rehearse) -> None:
    worst = []
    for lead in (0.0, 0.006):
        run = rehearse("sim", *EARLY, f"arm.lead={lead}", seed=5, record=False)
        run.run_for(2.0)
        worst.append(max(s.message.distance for s in run.history.of("PSM1/tracking_error", TrackingError)))
    assert worst[1] < 0.25 * worst[0]
