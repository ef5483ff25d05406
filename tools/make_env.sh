#!/bin/sh
# Makes the environment: a virtual environment with Sutura and its libraries, at the versions of constraints.txt.
# Says what it does, and names what the system lacks together with the command that installs it.
set -eu

say() { echo "env: $*"; }
fail() { echo "env: $*" >&2; exit 1; }

command -v "$PYTHON" >/dev/null 2>&1 || fail "no $PYTHON found; install Python 3.11 or newer: sudo apt-get install python3 python3-venv"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "$PYTHON is $("$PYTHON" -V 2>&1 | cut -d' ' -f2), Sutura needs 3.11 or newer; name another: make PYTHON=python3.12 $*"
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
  fail "$PYTHON has no venv; install it: sudo apt-get install python3-venv"

say "making the environment in $VENV with $("$PYTHON" -V)"
"$PYTHON" -m venv "$VENV"
say "installing Sutura and its libraries (a minute or two the first time)"
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"

for extra in can dynamixel feetech evdev spacemouse camera plot parquet foxglove prometheus top console; do
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$extra]" 2>/tmp/sutura-env.$$ || {
    say "the extra '$extra' cannot be installed: $(grep -v '^WARNING' /tmp/sutura-env.$$ | tail -n 1)"
    say "all that does not need it runs without; a compiler often helps: sudo apt-get install build-essential python3-dev"
  }
done

"$VENV/bin/python" -c 'import mujoco' 2>/tmp/sutura-env.$$ || {
  say "MuJoCo cannot be loaded: $(tail -n 1 /tmp/sutura-env.$$)"
  say "it needs system libraries: sudo apt-get install libgl1 libegl1; all that needs no physics runs without"
}
rm -f /tmp/sutura-env.$$
say "ready"
