#!/bin/sh
# python.sh: the tests of unitvar.py with NumPy and, where installed, PyTorch, JAX and mypy; every function under every
# instruction set; the examples. PYTHON names the interpreter, else it is the system's, whose packages Debian's are.
. "$(dirname "$0")/common.sh"
python=${PYTHON:-/usr/bin/python3}
need "$python"
"$python" -c 'import numpy' 2>/dev/null || { echo "SKIPPED: $python has no numpy"; exit 77; }
cd "$SOURCE/capi/python"
PYTHONPATH=$SOURCE/capi/python
PYTHONDONTWRITEBYTECODE=1
UNITVAR_LIBRARY=$libdir/libunitvar.so.0
export PYTHONPATH PYTHONDONTWRITEBYTECODE UNITVAR_LIBRARY
unset LD_LIBRARY_PATH
"$python" -m unittest discover -s tests
each_isa "$python" -m unittest tests/test_functions.py
"$python" examples/normals.py | grep '^-0.240715265.* -2.012754678.*: mean -0.001331, variance 0.999771$'
if "$python" -c 'import torch' 2>/dev/null; then
    "$python" examples/torch_weights.py | grep '^0.0275879074 0.0109184496 -0.0351052359$'
    "$python" examples/module.py | grep '^-0.20640941 0.19606237 0.0$'
else
    echo "== SKIPPED what needs PyTorch: $python has none"
fi
# By name, as a program finds an installed library.
env -u UNITVAR_LIBRARY LD_LIBRARY_PATH="$libdir" "$python" -c 'import unitvar; print(unitvar.version_string())'
