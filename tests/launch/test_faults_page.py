"""The page on fault scripts is true: its example runs, says what is shown, and every kind is on it."""

import re
from pathlib import Path

from sutura.launch import examine, load_topology
from sutura.launch.faults import KINDS
from sutura.launch.trial import Trial

PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text()


def test_the_example_passes_as_a_test_and_says_what_is_shown(home: Path, tmp_path: Path) -> None:
    blocks = dict(re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    (tmp_path / "worn.yaml").write_text(blocks["yaml"])
    topology = load_topology(str(tmp_path / "worn.yaml"))
    assert examine(topology).problems == []
    report = Trial(topology=topology).run(note=lambda _: None, update=lambda _: None)
    assert report.test is not None
    assert report.test.passed, report.test
    said = [f"{event.at_s:.3f} s  {event.kind} {event.node}: {event.text}" for event in report.events]
    said += [f"{trip.at_s:.3f} s  trip watchdog: {trip.cause}" for trip in report.trips]
    assert set(blocks[""].splitlines()) <= set(said)


def test_the_table_has_every_kind_with_all_that_it_says() -> None:
    rows = {match[1]: match[2] for match in re.finditer(r"^\| `(\w+): \w+` \| (.*?) \|", PAGE, re.MULTILINE)}
    assert set(rows) == set(KINDS)
    for name, kind in KINDS.items():
        assert set(re.findall(r"`(\w+)`", rows[name])) == {*kind.may, *kind.must}, name
