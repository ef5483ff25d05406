"""Probes that really do the thing: a round trip over ZeroMQ, a second of physics."""

import re
import statistics
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import zmq

from sutura.cli.finding import Finding, missing, ok

_ROUNDS = 300
_STEPS = 200
_APT = {
    "libGL": "libgl1",
    "libEGL": "libegl1",
    "libOSMesa": "libosmesa6",
    "libOpenGL": "libopengl0",
    "libglfw": "libglfw3",
    "libX11": "libx11-6",
    "libgomp": "libgomp1",
    "libstdc++": "libstdc++6",
}
_LIBRARY = re.compile(r"(lib[\w+-]+?)(?:-\d[\d.]*)?\.so")


def zeromq() -> Finding:
    """A round trip between two threads over ipc."""
    versions = f"libzmq {zmq.zmq_version()}, pyzmq {zmq.pyzmq_version()}"
    try:
        with tempfile.TemporaryDirectory(prefix="sutura-") as folder:
            times = _round_trips(f"ipc://{Path(folder) / 'echo'}")
    except (zmq.ZMQError, OSError) as error:
        return missing("ZeroMQ", f"{versions}: {error}", "ipc sockets must work in the folder for temporary files")
    return ok("ZeroMQ", f"{versions}; ipc round trip p50 {statistics.median(times) * 1e6:.0f} µs")


def physics() -> Finding:
    """The simulated arm on its table, stepped."""
    try:
        import mujoco

        from sutura.sim_driver.physics import Physics
    except (ImportError, OSError) as error:
        return missing("physics", f"MuJoCo cannot be loaded: {error}", library_hint(str(error)))
    world = Physics(rings=1)
    begun = time.perf_counter()
    for _ in range(_STEPS):
        world.step()
    cost = (time.perf_counter() - begun) / _STEPS
    return ok("physics", f"MuJoCo {mujoco.__version__}, one arm and one ring: {cost * 1e6:.0f} µs a step of 1 ms")


def library_hint(error: str) -> str:
    """The command that installs the system library that an import misses."""
    found = _LIBRARY.search(error)
    if found is None:
        return "pip install --force-reinstall mujoco"
    package = _APT.get(found[1])
    return f"sudo apt-get install {package}" if package else f"install the system library {found[1]}"


def _round_trips(address: str) -> list[float]:
    context = zmq.Context()
    try:
        server = context.socket(zmq.REP)
        server.setsockopt(zmq.RCVTIMEO, 1000)
        server.bind(address)
        thread = threading.Thread(target=_echo, args=(server,), daemon=True)
        thread.start()
        client = context.socket(zmq.REQ)
        client.setsockopt(zmq.RCVTIMEO, 1000)
        client.connect(address)
        times = []
        for _ in range(_ROUNDS):
            begun = time.perf_counter()
            client.send(b"?")
            client.recv()
            times.append(time.perf_counter() - begun)
        thread.join(1.0)
        return times[10:]
    finally:
        context.destroy(linger=0)


def _echo(server: "zmq.Socket[bytes]") -> None:
    with suppress(zmq.Again):  # the client gave up first and says why
        for _ in range(_ROUNDS):
            server.send(server.recv())
