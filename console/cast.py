"""Whom a console can ask, and what for: the nodes of its run, by what they are."""

import msgspec


class Cast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Node names by what the nodes do; places: the nodes of each place.

    models: the arm file of each arm, by the namespace of its topics, where no world says what stands there.
    """

    places: dict[str, tuple[str, ...]] = {}
    actuators: tuple[str, ...] = ()
    watchdogs: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    scalings: tuple[str, ...] = ()
    models: dict[str, str] = {}

    def place_of(self, node: str) -> str:
        """The place a node lives in; empty where nobody knows it."""
        return next((place for place, nodes in self.places.items() if node in nodes), "")
