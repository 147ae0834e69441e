#!/bin/sh
# wheel.sh: the wheel is built from a copy of the tree without PyPI, installed into a fresh virtual environment, and passes
# the module's tests there. Skipped where pip or scikit-build-core is not installed. The build has the portable kernels
# alone: those of the others are this build's, and the other tests have them.
. "$(dirname "$0")/common.sh"
python=${PYTHON:-/usr/bin/python3}
need "$python"
for module in pip venv numpy scikit_build_core; do
    "$python" -c "import $module" 2>/dev/null || { echo "SKIPPED: $python has no $module"; exit 77; }
done
cd "$WORK"
rm -rf wheel venv
UNITVAR_ISAS=scalar "$python" -m pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir wheel \
    -C build-dir="$WORK/build" "$SOURCE"
"$python" -m venv --system-site-packages venv
venv/bin/python -m pip install --quiet --no-index --no-deps wheel/unitvar-*.whl
# A wheel for every Python 3, with its own C++ runtime.
case $(ls wheel) in unitvar-*-py3-none-linux_*.whl) ;; *) echo "FAIL $(ls wheel)"; exit 1 ;; esac
library=$(venv/bin/python -c 'import unitvar; print(unitvar._library.path)')
if ${OBJDUMP:-objdump} -p "$library" | grep -E 'NEEDED.*(stdc|gcc)|R(UN)?PATH'; then
    echo "FAIL $library needs another C++ runtime, or knows a path"
    exit 1
fi
sh "$SOURCE/packaging/python/check_installed.sh" "$WORK/venv/bin/python" numpy
