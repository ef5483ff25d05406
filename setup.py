"""Everything is in setup.cfg, but for one choice: with SUTURA_COMPILE=1 the hot paths are compiled by mypyc.

Compiled or not, the code and its results are the same; see docs/decisions/010-compiled-hot-paths.md.
"""

import os

from setuptools import setup

HOT = {
    "kinematics": (
        "arm braking capsules chain choice feed_forward joint_motion limits rotations scaling tip_limits "
        "tremor/band_pass tremor/blending tremor/bmflc tremor/butterworth tremor/fading tremor/fir tremor/kalman "
        "tremor/one_euro tremor/pose_filter tremor/position_filter tremor/sample_grid tremor/unfiltered tremor/wflc"
    ),
    "messages": "codec",
    "nodes": "inbox outbox",
    "runtime": "dispatcher faulty_host host timers",
}

if os.environ.get("SUTURA_COMPILE") == "1":
    from mypyc.build import mypycify

    files = [f"sutura/{room}/{name}.py" for room, names in HOT.items() for name in names.split()]
    setup(ext_modules=mypycify(files, opt_level="3"))
else:
    setup()
