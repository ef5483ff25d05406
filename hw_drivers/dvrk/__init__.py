"""A dVRK arm through its UDP socket streamer: the driver `dvrk`, and the emulated arm."""
