"""Input devices of hands and feet: gamepad, keyboard, foot pedals, SpaceMouse."""
