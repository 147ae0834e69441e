#!/usr/bin/env python3
"""check.py [--quick] [SCRIPT ...]: makes the polynomials of lib/simd again and measures their errors, by Sollya.

Runs each script of this folder, which prints coefficients and errors, and compares them with the arrays in the sources:
the coefficients bit for bit ("remade"), the error with the ErrorBound NAME_bound beside the array. Where a script has no
coefficients, since how they were made is not known to the bit, the error is all that is asked ("verified"). Errors are
dirtyinfnorm's, or the largest of 1001 points (quantile_*_f64): estimates from below, not proofs. Fails too where an array has no bound or no script, and where a bound is more than a quarter too large.
--quick leaves out normal_quantile. Debian: sollya. Where it is absent: SKIPPED, exit status 77.
"""
import math
import pathlib
import re
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
lib = here.parent.parent
number = r"-?0x[0-9a-fA-F.]+p[+-]?\d+"


def value(text):
    text = text.strip().rstrip("fF") if "p" in text else text.strip()
    return float.fromhex(text) if "0x" in text else float(text)


def exact(x):
    return x.hex()


def read_sources():
    """Arrays, scalars and bounds of every file with polynomials of our own (torch_*: PyTorch's and glibc's)."""
    arrays, scalars, bounds, where = {}, {}, {}, {}
    files = [*lib.glob("simd/*.hpp"), *lib.glob("kernels/*.hpp"), *lib.glob("kernels/*.cpp")]
    for file in sorted(files):
        if file.name.startswith("torch_"):
            continue
        text = file.read_text()
        for name, body in re.findall(r"constexpr (?:float|double) (\w+)\[\] = \{([^}]*)\};", text):
            arrays[name] = [value(c) for c in body.split(",") if c.strip()]
            where[name] = file.relative_to(lib)
        for name, body in re.findall(rf"constexpr (?:float|double) (\w+_f(?:32|64)) = ({number})F?;", text):
            scalars[name] = value(body)
        for name, body in re.findall(r"constexpr ErrorBound (\w+)_bound\{([^}]*)\};", text):
            bounds[name] = [value(c) for c in body.split(",")]
    return arrays, scalars, bounds, where


def run(script, arrays, scalars):
    """What the script prints, as {name: coefficients} and {name: (from, to, error)}."""
    lines = [f"{name} = [|{', '.join(map(exact, a))}|];" for name, a in arrays.items()]
    lines += [f"{name} = {exact(x)};" for name, x in scalars.items()]
    text = "\n".join([*lines, (here / "common.sollya").read_text(), script.read_text()])
    result = subprocess.run(["sollya", "--warnonstderr"], input=text, text=True, capture_output=True, check=False)
    made, errors = {}, {}
    for line in result.stdout.splitlines():
        words = line.split()
        if words[:1] == ["made"]:
            made[words[1]] = [value(w) for w in words[2:]]
        elif words[:1] == ["error"]:
            errors[words[1]] = tuple(value(w) for w in words[2:])
    if not errors:
        print(result.stdout, result.stderr, sep="\n")
    return made, errors


def main():
    if shutil.which("sollya") is None:
        print("check.py: SKIPPED: there is no sollya (Debian: sollya)")
        return 77
    arguments = sys.argv[1:]
    quick = "--quick" in arguments
    chosen = [a for a in arguments if a != "--quick"]
    scripts = [s for s in sorted(here.glob("*.sollya")) if s.name != "common.sollya"]
    if chosen:
        scripts = [s for s in scripts if s.name in chosen or s.stem in chosen]
    elif quick:
        scripts = [s for s in scripts if s.stem != "normal_quantile"]
    arrays, scalars, bounds, where = read_sources()

    passed = failed = 0
    seen = set()
    print(f"{'':36s}{'':10s}{'interval':>24s}   {'measured':>9s} {'bound':>9s}")
    for script in scripts:
        made, errors = run(script, arrays, scalars)
        for name in dict.fromkeys([*errors, *made]):
            seen.add(name)
            faults = []
            if name not in arrays:
                faults.append("is in no source")
            elif name in made and list(map(exact, made[name])) != list(map(exact, arrays[name])):
                faults.append("remade coefficients differ: " + " ".join(map(exact, made[name])))
            interval, measured, claimed = "", math.nan, math.nan
            if name not in errors:
                faults.append("no error was measured")
            elif name not in bounds:
                faults.append("has no ErrorBound beside it")
            else:
                low, high, measured = errors[name]
                bound_low, bound_high, claimed = bounds[name]
                interval = f"[{bound_low:.6g}, {bound_high:.6g}]"
                # Open ends, as 0, where a quotient has no value.
                if low - bound_low > 2**-19 or bound_high - high > 2**-19:
                    faults.append(f"was measured on [{low}, {high}] only")
                if not measured <= claimed:
                    faults.append("error above its bound")
                elif claimed > 1.25 * measured:
                    faults.append("bound more than a quarter above the error")
            log2 = [f"2^{math.log2(x):.2f}" if x > 0 else "?" for x in (measured, claimed)]
            kind = "remade" if name in made else "verified"
            print(f"{name:36s}{kind:10s}{interval:>24s}   {log2[0]:>9s} {log2[1]:>9s}{'  FAILED' if faults else ''}")
            for fault in faults:
                print(f"    {fault}")
            passed, failed = (passed, failed + 1) if faults else (passed + 1, failed)
    if not quick and not chosen:
        for name in arrays.keys() - seen:
            print(f"{name} of {where[name]}: no script")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
