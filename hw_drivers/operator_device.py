"""The interface of everything by which an operator says that he is there, and what shall stop."""

import msgspec

from sutura.hw_drivers.reader import Reader


class OperatorSample(msgspec.Struct, frozen=True, gc=False):
    """The levels of this moment.

    present: the operator holds the dead-man button or stands on the pedal; clutch, estop: pressed; camera: the
    pedal that gives the hands to the camera arm; swap: the pedal that gives them to another arm.
    """

    present: bool
    clutch: bool
    estop: bool = False
    camera: bool = False
    swap: bool = False


class OperatorDevice(Reader[OperatorSample]):
    """Pedals, buttons, a head sensor. Nothing to say means absent, clutched and stopped.

    A device that is lost raises DeviceLost from `read`, which never waits; `close()` and then `open()` is the way
    back.
    """
