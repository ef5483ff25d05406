"""The simulated world: physics, its drives, and the hands that are scripted or recorded."""
