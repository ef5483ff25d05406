"""Inverse kinematics of one arm by several libraries, each the way its own documentation shows it.

A solver takes a target in its library's own type, made beforehand, and the joints to start from, and returns
joints. Those of other libraries stop at an error of 1e-6 (m, rad), our serial arm at 1e-9.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.ik_arm import TIP, mjcf, placements, serial_file, tip_placement
from sutura.kinematics import Arm, open_arm
from sutura.kinematics.rotations import Quaternion, Vector3, from_matrix

Floats = NDArray[np.float64]
OURS = "sutura, closed form"
_MET = 1e-6
_ROUNDS = 100


class Solver(NamedTuple):
    """`target` makes a library's own target of a 4 x 4 pose; `solve` takes it and the last joints."""

    name: str
    target: Callable[[Floats], Any]
    solve: Callable[[Any, Any], Any]


def solvers(arm: Arm, folder: Path) -> tuple[list[Solver], dict[str, str]]:
    """Those that can be run here, and why the others are left out."""
    found, left_out = [_ours(arm), _ours_serial(arm, folder)], {}
    for package, module, make in (
        ("roboticstoolbox-python", "roboticstoolbox", _roboticstoolbox),
        ("pin", "pinocchio", _pinocchio),
        ("mink", "mink", _mink),
    ):
        try:
            found.append(make(arm, import_module(module), version(package)))
        except ImportError as error:
            left_out[package] = f"{error}; pip install sutura[bench]"
    return found, left_out


def _ours(arm: Arm) -> Solver:
    """What `inverse_kinematics` calls."""
    return Solver(OURS, _pose, lambda pose, near: arm.track(pose[0], pose[1], near).joints)


def _ours_serial(arm: Arm, folder: Path) -> Solver:
    serial = open_arm(serial_file(arm, folder))
    return Solver("sutura, serial arm", _pose, lambda pose, near: serial.track(pose[0], pose[1], near).joints)


def _pose(base_T_tip: Floats) -> tuple[Vector3, Quaternion]:
    x, y, z = base_T_tip[:3, 3].tolist()
    return (x, y, z), from_matrix(base_T_tip[:3, :3].tolist())


def _roboticstoolbox(arm: Arm, rtb: Any, number: str) -> Solver:
    """Its C++ solver, Levenberg-Marquardt in Chan's way, started once from the last joints."""
    chain = rtb.ETS()
    for row, frame in zip(arm.model.joints, placements(arm), strict=True):
        move = rtb.ET.Rz if row.type == "revolute" else rtb.ET.tz
        chain = chain * rtb.ET.SE3(frame) * move(qlim=[row.lower, row.upper])
    chain = chain * rtb.ET.SE3(tip_placement(arm))

    def solve(target: Floats, near: Floats) -> Floats:
        joints: Floats = chain.ik_LM(target, q0=near, ilimit=_ROUNDS, slimit=1, tol=0.5 * _MET**2)[0]
        return joints

    return Solver(f"roboticstoolbox {number}, C++", lambda target: target, solve)


def _pinocchio(arm: Arm, pin: Any, number: str) -> Solver:
    """The closed-loop inverse kinematics of its documentation, with full steps."""
    model, last = pin.Model(), 0
    for row, frame in zip(arm.model.joints, placements(arm), strict=True):
        kind = pin.JointModelRZ() if row.type == "revolute" else pin.JointModelPZ()
        last = model.addJoint(last, kind, pin.SE3(frame), row.name)
    tip = model.addFrame(pin.Frame(TIP, last, 0, pin.SE3(tip_placement(arm)), pin.FrameType.OP_FRAME))
    data, damping = model.createData(), 1e-12 * np.eye(6)

    def solve(target: Any, near: Floats) -> Floats:
        q = near
        for _ in range(_ROUNDS):
            pin.framesForwardKinematics(model, data, q)
            tip_T_target = data.oMf[tip].actInv(target)
            error = pin.log(tip_T_target).vector
            if np.linalg.norm(error) < _MET:
                break
            J = -pin.Jlog6(tip_T_target.inverse()) @ pin.computeFrameJacobian(model, data, q, tip, pin.LOCAL)
            q = pin.integrate(model, q, -J.T @ np.linalg.solve(J @ J.T + damping, error))
        return q

    return Solver(f"Pinocchio {number}, CLIK", pin.SE3, solve)


def _mink(arm: Arm, mink: Any, number: str) -> Solver:
    """One frame task within the joint limits, its quadratic programs solved by DAQP."""
    mujoco = import_module("mujoco")
    model = mujoco.MjModel.from_xml_string(mjcf(arm))
    configuration = mink.Configuration(model)
    task = mink.FrameTask(TIP, "site", position_cost=1.0, orientation_cost=1.0)
    limits, dt = [mink.ConfigurationLimit(model)], 0.001

    def solve(target: Any, near: Floats) -> Floats:
        configuration.update(near)
        task.set_target(target)
        for _ in range(_ROUNDS):
            if np.linalg.norm(task.compute_error(configuration)) < _MET:
                break
            speed = mink.solve_ik(configuration, [task], dt, "daqp", damping=1e-12, limits=limits)
            configuration.integrate_inplace(speed, dt)
        joints: Floats = configuration.q.copy()
        return joints

    return Solver(f"mink {number}, DAQP", mink.SE3.from_matrix, solve)
