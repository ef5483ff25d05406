"""Cameras of the real world: V4L2 devices and video files."""
