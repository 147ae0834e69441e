"""gains.py: the gains of calculate_gain that PyTorch does not have, 1 / sqrt(E f(z)^2) for z of N(0, 1).

    python3 lib/core/init/gains.py            writes them into gains.cpp, rounded to double
    python3 lib/core/init/gains.py --check    names what differs there and in unitvar.h, and fails

He et al. (2015) have RELU's sqrt(2) from E max(0, z)^2 = 1/2: a layer of N(0, 1 / fan_in) keeps the second moment of
what the nonlinearity before it gives only if it is multiplied by this. Needs mpmath (Debian: python3-mpmath).
"""
import pathlib
import re
import sys

import mpmath

SOURCE = pathlib.Path(__file__).with_name("gains.cpp")
HEADER = SOURCE.parents[3] / "capi/include/unitvar.h"


def softplus(z):
    return mpmath.log1p(mpmath.exp(z))


FUNCTIONS = {
    "gelu": lambda z: z * mpmath.ncdf(z),
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "elu": lambda z: z if z > 0 else mpmath.expm1(z),
    "softplus": softplus,
    "mish": lambda z: z * mpmath.tanh(softplus(z)),
}


def gain(f):
    # Beyond 15 deviations there is less than 10^-45 of it; the parts meet at elu's kink.
    moment = mpmath.quad(lambda z: f(z) ** 2 * mpmath.npdf(z), [-15, -8, -4, -2, -1, 0, 1, 2, 4, 8, 15])
    return 1 / mpmath.sqrt(moment)


def main():
    mpmath.mp.dps = 40
    source, header = SOURCE.read_text(encoding="utf-8"), HEADER.read_text(encoding="utf-8")
    made, missing = source, []
    for name, f in FUNCTIONS.items():
        exact = gain(f)
        text = repr(float(exact))
        print(f"{name:9} {mpmath.nstr(exact, 25)}  {text}")
        made = re.sub(rf"(Nonlinearity::{name}:\n +return )[\d.]+;", rf"\g<1>{text};", made)
        if f"{name.upper()} {text}" not in header:
            missing.append(f"{HEADER.name}: {name.upper()} {text} is not there")
    if "--check" not in sys.argv:
        SOURCE.write_text(made, encoding="utf-8")
    elif made != source:
        missing.append(f"{SOURCE.name}: python3 lib/core/init/gains.py would change it")
    print("\n".join(missing) if missing else "gains.cpp and unitvar.h have them")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
