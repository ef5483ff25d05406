"""The console's page: a server on loopback, what all clients see, and a panel for each of them."""

from functools import partial
from threading import Lock

import numpy as np
import viser
from numpy.typing import NDArray

from sutura.console.attach import is_loopback
from sutura.console.controls import Controls
from sutura.console.desk import Desk
from sutura.console.errors import BindRefused
from sutura.console.figures import NodeRow
from sutura.console.panel import Hand, Panel
from sutura.console.plots import Plots
from sutura.console.scene_model import SceneModel
from sutura.console.stage import VIEWS, Stage, look, prepare
from sutura.console.words import STYLE, Heard, nodes_html, state_html
from sutura.kinematics.rotations import Vector3


class Page:
    """Serves at `host`, on `port` or the next free one. Raises BindRefused.

    The node's thread calls its methods; what people press runs on the server's threads.
    """

    def __init__(
        self, host: str, port: int, controls: Controls, desk: Desk, *, holding: bool, scale: float
    ) -> None:
        if not is_loopback(host):
            raise BindRefused(host)
        self._controls, self._desk = controls, desk
        self._holding, self._scale = holding, scale
        self.hand = Hand()
        self._lock = Lock()
        self._panels: dict[int, Panel] = {}
        self._stage: Stage | None = None
        self._image: viser.GuiImageHandle | None = None
        self._server = viser.ViserServer(host=host, port=port, label="Sutura", verbose=False)
        self._dress()
        self._server.on_client_connect(self._welcome)
        self._server.on_client_disconnect(self._part)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.get_port()

    @property
    def is_watched(self) -> bool:
        """Whether any client is there."""
        return bool(self._panels)

    def bring_scene(self, model: SceneModel) -> None:
        """What stands in the scene; once."""
        with self._lock:
            self._stage = Stage(self._server, model)

    def draw(self) -> None:
        """Show the scene as its model has it now."""
        if self._stage is not None:
            self._stage.draw()

    def show(self, heard: Heard, tip: Vector3 | None) -> None:
        """Show how the run stands, and what each client may do."""
        levels, holder = self._controls.levels, self._controls.holder
        held = "free" if holder is None else f"client {holder}"
        self._set(self._state, state_html(heard, held))
        with self._lock:
            panels = list(self._panels.values())
        for panel in panels:
            panel.refresh(levels, tip)

    def show_nodes(self, rows: list[NodeRow]) -> None:
        """Show every node's rate and age."""
        self._set(self._nodes, nodes_html(rows))

    def show_picture(self, picture: NDArray[np.uint8]) -> None:
        """Show what the endoscope sees, (height, width, 3)."""
        if self._image is None:
            self._image = self._server.gui.add_image(
                picture, label="Endoscope", format="jpeg", jpeg_quality=80, order=15
            )
        else:
            self._image.image = picture

    def close(self) -> None:
        """Let every client go."""
        self._server.stop()

    def _dress(self) -> None:
        gui = self._server.gui
        gui.configure_theme(dark_mode=True, control_width="large", show_logo=False, show_share_button=False)
        gui.main_panel.dock_right()
        gui.add_html(STYLE, order=0)
        self._state = gui.add_html("", order=1)
        self.plots = Plots(gui, order=20)
        with gui.add_folder("Nodes", order=30):
            self._nodes = gui.add_html("")
        prepare(self._server)

    def _welcome(self, client: viser.ClientHandle) -> None:
        self._controls.show(client.client_id, _shown_token(self._server, client.client_id))
        panel = Panel(client, self._controls, self._desk, self.hand, holding=self._holding, scale=self._scale)
        for order, name in enumerate(VIEWS):
            button = client.gui.add_button(name, color="gray", order=40 + order)
            button.on_click(partial(self._look, name))
        with self._lock:
            self._panels[client.client_id] = panel

    def _part(self, client: viser.ClientHandle) -> None:
        self._controls.gone(client.client_id)
        with self._lock:
            self._panels.pop(client.client_id, None)

    def _look(self, name: str, event: viser.GuiEvent[viser.GuiButtonHandle]) -> None:
        view = self._stage.view(name) if self._stage is not None else None
        if view is not None and event.client is not None:
            look(event.client.camera, view)

    @staticmethod
    def _set(handle: viser.GuiHtmlHandle, content: str) -> None:
        if handle.content != content:
            handle.content = content


def _shown_token(server: viser.ViserServer, client: int) -> str:
    """The token in the path of a client's connection, empty without one.

    viser has no public way to that path; where it changes, people paste the token into the page.
    """
    connections = getattr(getattr(server, "_websock_server", None), "_live_connections", {})
    request = getattr(connections.get(client), "request", None)
    path = getattr(request, "path", "")
    return path.strip("/") if isinstance(path, str) else ""
