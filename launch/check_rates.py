"""Checks ages, expiries and rates against how often messages come."""

from collections.abc import Iterator, Mapping

from msgspec import inspect

from sutura.launch.check_nodes import Known
from sutura.launch.problems import Problem
from sutura.launch.rates import Rate, Rates, topics_of
from sutura.messages import Message
from sutura.messages.inspection import floats_in
from sutura.nodes import Input
from sutura.nodes.ports import Policy

_HARMLESS_RATIO = 10.0  # beyond it, a beat moves the age of what is seen by less than a tenth of a period
_EXACT = 1e-6


def rate_problems(known: Mapping[str, Known], rates: Rates) -> Iterator[Problem]:
    """All that time makes impossible: messages that are always too old, or gone before the next one comes."""
    for item in known.values():
        yield from _short_lives(item, rates)
        yield from _short_ages(item, rates)
        yield from _beats(item, rates)


def _short_lives(item: Known, rates: Rates) -> Iterator[Problem]:
    for port, topic in topics_of(item).items():
        valid_for = item.kind.declaration.outputs[port].valid_for
        rate = rates.of(item.node.name, port)
        if valid_for is not None and rate is not None and valid_for <= rate.period:
            reason = f"output {port!r} of node {item.node.name!r} is valid for {valid_for:g} s and comes every "
            reason += f"{rate.period:g} s ({rate}): each message runs out before the next one comes"
            mark = item.node.where("out", port)
            yield Problem.at(mark, "valid-for-too-short", reason, node=item.node.name, topic=topic)


def _short_ages(item: Known, rates: Rates) -> Iterator[Problem]:
    for port, declared in item.kind.declaration.inputs.items():
        came = rates.into(item.node.name, port)
        if declared.max_age is None or came is None:
            continue
        fastest = max(came, key=lambda rate: rate.hz)
        if declared.max_age <= fastest.period:
            topics = item.node.inputs[port]
            reason = (
                f"input {port!r} of node {item.node.name!r} takes nothing older than {declared.max_age:g} s, but "
            )
            reason += f"{', '.join(topics)} comes every {fastest.period:g} s ({fastest}): it is stale in between"
            mark = item.node.where("in", port)
            yield Problem.at(mark, "max-age-too-short", reason, node=item.node.name, topic=topics[0])


def _beats(item: Known, rates: Rates) -> Iterator[Problem]:
    if item.kind.drives_actuator:
        return  # its timer measures the device, and makes nothing of what comes in
    looks = list(_looks(item, rates))
    for port, declared in item.kind.declaration.inputs.items():
        if declared.feedback or declared.policy is not Policy.NEWEST or not _is_signal(declared.message):
            continue
        pairs = ((came, look) for came in rates.into(item.node.name, port) or () for look in looks)
        found = next((pair for pair in pairs if beats(pair[0].hz, pair[1].hz)), None)
        if found:
            reason = f"node {item.node.name!r} gets {port!r} at {found[0]}, and looks at it at {found[1]}: neither "
            reason += "is a whole multiple of the other, so that what it sees is now older, now newer, in a beat"
            mark, topic = item.node.where("in", port), item.node.inputs[port][0]
            yield Problem.at(mark, "aliasing-rates", reason, node=item.node.name, topic=topic)


def _looks(item: Known, rates: Rates) -> Iterator[Rate]:
    """The rates at which timers of a node make signals of what it has."""
    declaration = item.kind.declaration
    for output, port in declaration.outputs.items():
        rate = rates.of(item.node.name, output)
        if rate is not None and not isinstance(declaration.pace(output), Input) and _is_signal(port.message):
            yield rate


def _is_signal(message: type[Message]) -> bool:
    """Whether a message carries something continuous; a level that is seen late is still a level."""
    return any(True for _ in floats_in(inspect.type_info(message)))


def beats(came: float, looks: float) -> bool:
    """Whether two rates [Hz] on one grid drift against each other by much of a period."""
    ratio = max(came, looks) / min(came, looks)
    return ratio < _HARMLESS_RATIO and abs(ratio - round(ratio)) > _EXACT * ratio
