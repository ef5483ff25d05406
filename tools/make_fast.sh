#!/bin/sh
# Makes build/fast: the package with its hot paths compiled, and beside it what runs on it. Without a compiler it is
# the package as it is, so that what needs it runs all the same, slower.
set -eu

say() { echo "fast: $*"; }
log=build/fast.log

mkdir -p build
rm -rf build/fast
if "$VENV/bin/python" -c 'import mypyc.build' 2>/dev/null && command -v cc >/dev/null 2>&1; then
  say "compiling the hot paths into build/fast (half a minute)"
  SUTURA_COMPILE=1 "$VENV/bin/python" setup.py -q build --build-lib build/fast >"$log" 2>&1 || {
    say "cannot compile, see $log; often the headers are missing: sudo apt-get install build-essential python3-dev"
    rm -rf build/fast
  }
else
  say "no compiler found, so nothing is compiled; install one: sudo apt-get install build-essential python3-dev"
fi
mkdir -p build/fast
[ -e build/fast/sutura ] || ln -s ../../sutura build/fast/sutura
for part in bench tests examples docs pyproject.toml; do ln -sfn "../../$part" "build/fast/$part"; done
say "ready: run with PYTHONSAFEPATH=1 PYTHONPATH=$PWD/build/fast"
