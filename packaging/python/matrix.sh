#!/bin/sh
# matrix.sh [WHEEL]: the wheel in fresh virtual environments with what its users have beside it, all of it from PyPI; run
# by hand, since it needs the network. Without WHEEL one is built. PYTHON is the interpreter (python3); PYTHONS, more of
# them, take NumPy alone; TORCH_SITE, a folder of modules with PyTorch, is used instead of PyPI's build of it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wheel=${1:-}
if [ -z "$wheel" ]; then
    "$python" -m venv "$work/build"
    "$work/build/bin/pip" wheel --quiet --no-deps --wheel-dir "$work" "$here/../.."
    wheel=$(ls "$work"/unitvar-*.whl)
fi
ls -l "$wheel"

# row INTERPRETER SITE MODULES REQUIREMENT ...: SITE, a folder of more modules, may be empty.
row() {
    interpreter=$1 site=$2 modules=$3
    shift 3
    echo "== $interpreter: $*${site:+, and $site}"
    rm -rf "$work/venv"
    "$interpreter" -m venv "$work/venv"
    environment=$work/venv/bin/python
    "$environment" -m pip install --quiet --disable-pip-version-check "$wheel" "$@"
    [ -z "$site" ] || echo "$site" >"$("$environment" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/more.pth"
    # shellcheck disable=SC2086
    sh "$here/check_installed.sh" "$environment" $modules
}
row "$python" '' 'numpy' 'numpy==1.26.4'
row "$python" '' 'numpy mypy.version' 'numpy>=2' mypy typing_extensions
row "$python" '' 'numpy jax ml_dtypes' 'numpy>=2' jax ml_dtypes
if [ -n "${TORCH_SITE:-}" ]; then
    row "$python" "$TORCH_SITE" 'torch' 'numpy>=2'
else
    row "$python" '' 'torch' 'numpy>=2' --extra-index-url https://download.pytorch.org/whl/cpu 'torch==2.13.0'
fi
for other in ${PYTHONS:-}; do
    row "$other" '' 'numpy' numpy
done
