"""The master: reads a hand controller and publishes where the hand is."""

from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers import HandSample, load_input
from sutura.messages import Clutch, JointState, OperatorPresence, Pose
from sutura.nodes import Node, NodeParams, Output, RequestRefused, every
from sutura.nodes.stock.device_keeper import DeviceKeeper

_GRIPPER = ("gripper",)


class MasterInput(Node):
    """Read an input device at a fixed rate and publish the hand's pose, gripper angle, and joints if known.

    While the device is lost nothing is published: a pose that stood still would look like a hand that does.
    """

    class Params(NodeParams):
        """rate [Hz]: of the pose and the joints; gripper_rate [Hz]: of the gripper's angle and the levels."""

        rate: Annotated[float, Meta(gt=0.0, le=2000.0)] = 1000.0
        gripper_rate: Annotated[float, Meta(gt=0.0, le=2000.0)] = 100.0

    params: Params
    uses_input_device = True

    measured_cp = Output(Pose, valid_for=0.05, frame="{measured_cp}_base", rate="rate")
    measured_js = Output(JointState, valid_for=0.05, rate="rate")
    gripper = Output(JointState, valid_for=0.05, rate="gripper_rate")
    present = Output(OperatorPresence, valid_for=0.05, rate="gripper_rate")
    clutch = Output(Clutch, valid_for=0.05, rate="gripper_rate")

    device: DeviceKeeper[HandSample]

    def on_start(self) -> None:
        self._newest: HandSample | None = None
        choice = self.driver_choice
        if choice is None:
            raise RequestRefused(f"node {self.name} needs a driver: an input device")
        self.device = DeviceKeeper(self, load_input(choice.use)(choice.options, self.driver_context()))
        self.device.open()

    @every("rate")
    def read(self) -> None:
        """One reading, its origin the time it was taken."""
        sample = self.device.read()
        if sample is not None:
            self.measured_cp.publish(sample.pose)
            if sample.joints is not None:
                self.measured_js.publish(sample.joints)
        self._newest = sample

    @every("gripper_rate")
    def tell_gripper(self) -> None:
        """The angle of the newest reading, and whether a hand holds the device: present, or else clutched."""
        sample = self._newest
        if sample is None:
            return
        self.gripper.publish(JointState(_GRIPPER, (sample.gripper,)))
        if sample.held is not None:
            self.present.publish(OperatorPresence(sample.held))
            self.clutch.publish(Clutch(not sample.held))

    def on_stop(self) -> None:
        if hasattr(self, "device"):
            self.device.close()
