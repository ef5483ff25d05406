"""Foot pedals: USB foot switches, which the kernel takes for a keyboard or a mouse."""

from sutura.hw_drivers.inputs.event_devices import EventOperator, EventOperatorOptions


class PedalsOptions(EventOperatorOptions):
    """As `EventOperatorOptions`; map must be given, and grabbed they do not click on the desktop."""

    grab: bool = True


class Pedals(EventOperator):
    """The levels of foot pedals."""

    Options = PedalsOptions
    options: PedalsOptions
