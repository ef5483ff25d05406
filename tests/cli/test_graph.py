"""`sutura graph` of a topology: the same nodes and topics in every form."""

from collections.abc import Callable
from typing import Any

import pytest

from sutura.launch import load_topology

Sutura = Callable[..., Any]
NODES = set(load_topology("teleop").nodes)


def test_json_has_every_node_topic_and_reader(sutura: Sutura) -> None:
    graph = sutura("graph", "teleop", "--format", "json").table
    assert {node["name"] for node in graph["nodes"]} == NODES
    topics = {topic["name"]: topic for topic in graph["topics"]}
    assert topics["PSM1/servo_jp"]["writer"] == "ik"
    assert [reader["node"] for reader in topics["PSM1/servo_jp"]["readers"]] == ["arm"]
    assert {r["node"]: r["feedback"] for r in topics["PSM1/setpoint_js"]["readers"]}["ik"] is True
    assert "arm/heartbeat" in topics


@pytest.mark.parametrize("form", ["text", "dot", "mermaid"])
def test_every_form_names_nodes_and_topics(sutura: Sutura, form: str) -> None:
    drawn = sutura("graph", "teleop", "--format", form).out
    assert all(node in drawn for node in NODES)
    assert "PSM1/servo_jp" in drawn


def test_heartbeats_are_drawn_only_when_asked_for(sutura: Sutura) -> None:
    assert "arm/heartbeat" not in sutura("graph", "teleop", "--format", "dot").out
    assert "arm/heartbeat" in sutura("graph", "teleop", "--format", "dot", "--all").out


def test_settings_change_the_graph(sutura: Sutura) -> None:
    assert "PSM2/servo_jp" in sutura("graph", "teleop", "--set", "arm=PSM2").out


def test_a_topology_and_a_run_are_not_asked_for_together(sutura: Sutura) -> None:
    assert sutura("graph", "teleop", "--run", "x").code == 2
    assert sutura("graph", "--set", "arm=PSM2").code == 2
