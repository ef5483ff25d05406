"""A loaded topology written down as one YAML file without includes: what a run really was."""

import os
from pathlib import Path

import msgspec

from sutura.launch.arguments import escape
from sutura.launch.include import VERSION
from sutura.launch.topology import Topology, TopologyNode
from sutura.launch.trial_plan import as_said
from sutura.launch.yaml_source import write_yaml


def resolved_yaml(topology: Topology) -> str:
    """YAML that loads to the same topology, wherever it is stored on this machine."""
    document = {
        "sutura": VERSION,
        "description": topology.description,
        "args": {name: _argument(topology, name) for name in topology.args},
        "nodes": {name: _node(node) for name, node in topology.nodes.items()},
        "places": {place: list(members) for place, members in topology.places.items()},
        "realtime": {place: msgspec.to_builtins(setting) for place, setting in topology.realtime.items()},
        "expect": topology.expect,
        "faults": topology.faults,
        "silence": topology.silence,
        "test": as_said(topology.trial),
    }
    return write_yaml({key: _escaped(value) for key, value in document.items() if value not in ("", None, {}, [])})


def _argument(topology: Topology, name: str) -> dict[str, object]:
    declared = topology.arguments[name]
    spec = {
        "type": declared.type,
        "default": topology.args[name],
        "help": declared.help,
        "choices": list(declared.choices),
    }
    return {key: value for key, value in spec.items() if key in ("type", "default") or value}


def _node(node: TopologyNode) -> dict[str, object]:
    driver = {"use": node.driver.use, **node.driver.options} if node.driver else None
    said: dict[str, object] = {
        "node": os.fspath(Path(node.folder) / node.node) if node.folder else node.node,
        "params": node.params,
        "driver": driver,
        "in": {port: list(topics) for port, topics in node.inputs.items()},
        "out": node.outputs,
        "supervised": node.supervised,
        "restart": node.restart,
        "requires_report": node.requires_report,
    }
    return {key: value for key, value in said.items() if value not in (None, {}, "")}


def _escaped(value: object) -> object:
    """Texts and keys written so that loading does not take them for arguments."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    if isinstance(value, dict):
        return {escape(key): _escaped(item) for key, item in value.items()}
    return value
