"""Who holds the controls, over all that clients may do in any order."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sutura.console.controls import Controls

TOKEN = "c0ffee"
CLIENTS = st.integers(0, 3)


class ManyClients(RuleBasedStateMachine):
    """A second book of who may do what, kept beside the controls."""

    def __init__(self) -> None:
        super().__init__()
        self.controls = Controls(TOKEN)
        self.trusted: set[int] = set()
        self.holder: int | None = None
        self.stopped = False

    @rule(client=CLIENTS, token=st.sampled_from([TOKEN, f" {TOKEN}\n", "", "c0ffe", "é"]))
    def show(self, client: int, token: str) -> None:
        is_right = token.strip() == TOKEN
        assert self.controls.show(client, token) == is_right
        self.trusted |= {client} if is_right else set()

    @rule(client=CLIENTS)
    def take(self, client: int) -> None:
        if self.holder is None and client in self.trusted:
            self.holder = client
        assert self.controls.take(client) == (self.holder == client)

    @rule(client=CLIENTS)
    def let_go(self, client: int) -> None:
        self.controls.let_go(client)
        self.holder = None if self.holder == client else self.holder

    @rule(client=CLIENTS)
    def gone(self, client: int) -> None:
        self.controls.gone(client)
        self.holder = None if self.holder == client else self.holder
        self.trusted.discard(client)

    @rule(client=CLIENTS, pressed=st.booleans())
    def clutch(self, client: int, pressed: bool) -> None:
        assert self.controls.clutch(client, pressed) == (self.holder == client)
        if self.holder == client:
            assert self.controls.levels.clutch == pressed

    @rule(client=CLIENTS)
    def stop(self, client: int) -> None:
        assert self.controls.stop(client) == (client in self.trusted)
        self.stopped |= client in self.trusted

    @rule(client=CLIENTS)
    def release_stop(self, client: int) -> None:
        assert self.controls.release_stop(client) == (self.holder == client)
        self.stopped &= self.holder != client

    @invariant()
    def says_what_is(self) -> None:
        levels = self.controls.levels
        assert levels.present == (self.holder is not None)
        assert levels.estop == self.stopped
        assert levels.clutch or levels.present, "nobody there means clutched"


TestManyClients = ManyClients.TestCase


def test_controls_that_change_hands_come_with_the_clutch_pressed() -> None:
    controls = Controls(TOKEN)
    for client in (1, 2):
        controls.show(client, TOKEN)
    controls.take(1)
    controls.clutch(1, False)
    controls.gone(1)
    controls.take(2)
    assert controls.levels.clutch
