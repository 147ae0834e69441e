#!/bin/sh
# check_installed.sh PYTHON [MODULE ...]: the unitvar that this interpreter has installed is a wheel's: library, stubs and
# py.typed within the package, nothing taken from the source tree. Runs the module's tests and examples; MODULE ... must
# be importable, so that the tests that need them do not skip.
set -eu
python=$1
shift
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONPATH UNITVAR_LIBRARY LD_LIBRARY_PATH UNITVAR_ISA UNITVAR_NUM_THREADS
PYTHONDONTWRITEBYTECODE=1
UNITVAR_GOLDEN=$source/tests/golden/functions-v1.sha256
export PYTHONDONTWRITEBYTECODE UNITVAR_GOLDEN
cp -r "$source/capi/python/tests" "$source/capi/python/examples" "$work"
rm "$work/tests/test_stubs.py" # of the source tree
cd "$work"
"$python" - "$source" <<'P'
import importlib.metadata, io, os, pathlib, pydoc, sys
import unitvar

folder = pathlib.Path(unitvar.__file__).resolve().parent
source = pathlib.Path(sys.argv[1]).resolve()
print(folder, sorted(os.listdir(folder)))
for name in ("__init__.py", "__init__.pyi", "py.typed", "libunitvar.so.0"):
    assert (folder / name).is_file(), f"{name} is not in the package"
assert source / "capi" not in folder.parents, "this is the source tree's module"
assert pathlib.Path(unitvar._library.path) == folder / "libunitvar.so.0", unitvar._library.path
with open("/proc/self/maps") as maps:
    mapped = {line.split()[-1] for line in maps if "libunitvar" in line}
assert mapped == {str(folder / "libunitvar.so.0")}, mapped
assert importlib.metadata.version("unitvar") == unitvar.version_string()
assert not importlib.metadata.requires("unitvar"), "it needs no other package"
text = pydoc.plain(pydoc.render_doc(unitvar))
for name in unitvar.__all__:
    assert name in text and getattr(unitvar, name).__doc__, f"help(unitvar) has no {name}"
P
for module; do
    "$python" -c "import importlib, sys; m = importlib.import_module(sys.argv[1]); print(m.__name__, m.__version__)" "$module"
done
"$python" -m unittest discover -s tests
"$python" examples/normals.py | grep '^-0.240715265.* -2.012754678.*: mean -0.001331, variance 0.999771$'
if "$python" -c 'import torch' 2>/dev/null; then
    "$python" examples/torch_weights.py | grep '^0.0275879074 0.0109184496 -0.0351052359$'
    "$python" examples/module.py | grep '^-0.20640941 0.19606237 0.0$'
fi
# Type checkers take the stubs of an installed package only where it says that it has them.
if "$python" -c 'import mypy' 2>/dev/null; then
    printf 'import unitvar\nreveal_type(unitvar.version_string())\n' >typed.py
    "$python" -m mypy --strict typed.py | grep 'Revealed type is "\(builtins\.\)\?str"'
fi
echo "ok $("$python" --version)"
