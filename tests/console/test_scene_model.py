"""Meshes that a browser gets are the bodies that MuJoCo has."""

import mujoco
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.console import shapes
from sutura.console.scene_model import SceneModel
from sutura.sim_driver.make_world import make_world

SIZES = st.floats(0.001, 0.5)


def volume(mesh: shapes.Mesh) -> float:
    """Enclosed by a closed mesh whose faces are turned outwards [m³]; less where they are not."""
    a, b, c = (mesh[0].astype(np.float64)[mesh[1][:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


@given(x=SIZES, y=SIZES, z=SIZES)
def test_a_box_and_an_ellipsoid_are_closed_and_turned_outwards(x: float, y: float, z: float) -> None:
    assert volume(shapes.box((x, y, z))) == pytest.approx(8.0 * x * y * z, rel=1e-3)
    assert volume(shapes.ellipsoid((x, y, z))) == pytest.approx(4.0 / 3.0 * np.pi * x * y * z, rel=0.08)


@given(radius=SIZES, half=SIZES)
def test_a_capsule_and_a_cylinder_are_too(radius: float, half: float) -> None:
    tube = 2.0 * np.pi * radius**2 * half
    assert volume(shapes.cylinder(radius, half)) == pytest.approx(tube, rel=0.03)
    assert volume(shapes.capsule(radius, half)) == pytest.approx(tube + 4.0 / 3.0 * np.pi * radius**3, rel=0.08)


def test_joined_and_moved_meshes_keep_what_they_enclose() -> None:
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    one, other = shapes.box((0.1, 0.2, 0.3)), shapes.moved(shapes.box((0.1, 0.1, 0.1)), np.ones(3), turned)
    assert volume(shapes.joined([one, other])) == pytest.approx(0.048 + 0.008, rel=1e-3)


def test_the_scene_of_the_simulation_has_arm_rings_board_and_eyes() -> None:
    world = make_world(("PSM1",), "psm_classic_lnd", 2)
    scene = SceneModel(world.model)
    moving = {body.name for body in scene.bodies if body.moves}
    assert {"ring0", "ring1", "PSM1/link3", "PSM1/jaw_a", "PSM1/jaw_b"} <= moving
    assert any(not body.moves for body in scene.bodies), "the board"
    assert scene.view("endoscope", 0.1) is not None
    assert scene.view("nowhere", 0.1) is None
    data = mujoco.MjData(world.model)
    data.qpos[:] = world.qpos()
    mujoco.mj_kinematics(world.model, data)
    assert scene.place(world.qpos())
    for body in scene.bodies:
        position, wxyz = scene.pose(body.index)
        assert position == pytest.approx(data.xpos[body.index])
        assert wxyz == pytest.approx(data.xquat[body.index])


def test_joint_positions_of_another_model_are_refused() -> None:
    scene = SceneModel(make_world(("PSM1",), "psm_classic_lnd", 0).model)
    assert not scene.place((0.0, 1.0))


@pytest.mark.parametrize(("arm", "model"), [("PSM1", "psm_classic_lnd"), ("ARM1", "seven_joint")])
def test_an_arm_is_drawn_from_its_joints_alone(arm: str, model: str) -> None:
    world = make_world((arm,), model)
    joints, _ = world.joints(arm)
    by_joints, by_world = SceneModel(world.model), SceneModel(world.model)
    assert by_joints.place_joints(arm, joints)
    assert by_world.place(world.qpos())
    for body in by_world.bodies:
        if "jaw" not in body.name:
            assert by_joints.pose(body.index)[0] == pytest.approx(by_world.pose(body.index)[0], abs=1e-6)
    assert not by_joints.place_joints(arm, joints[:-2])
    shown = {body.name for body in SceneModel(world.model, alone=arm).bodies}
    assert "world" not in shown or arm == "ARM1", "no board that is not there"


def test_a_serial_arm_is_drawn_too() -> None:
    scene = SceneModel(make_world(("ARM1",), "seven_joint", 0).model)
    assert sum(body.moves for body in scene.bodies) >= 7
    assert scene.base("ARM1") == ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
