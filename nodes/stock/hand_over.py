"""What keeps a hand from driving an arm: the clutch, the camera pedal, another arm; pure state."""


class HandOver:
    """clutch, camera: the pedals, pressed; selected: this arm is the one that the hand drives."""

    __slots__ = ("camera", "clutch", "selected")

    def __init__(self, *, has_camera: bool, has_selection: bool) -> None:
        """A pedal that is wired counts as pressed, and an arm as not selected, until something is heard."""
        self.clutch = False
        self.camera = has_camera
        self.selected = not has_selection

    def why_not(self) -> str | None:
        """Why the hand does not drive the arm, in words (of the clutch: none); None if nothing keeps it."""
        if self.camera:
            return "the hands move the camera"
        if not self.selected:
            return "the hand drives another arm"
        return "" if self.clutch else None
