#!/usr/bin/env python3
"""Writes one page with what the benchmark programs measure here, and how right the draws are.

usage: report.py [--programs DIR] [--library FILE] [--out FILE] [--quick | --full]

  --programs DIR  where unitvar_sweep, unitvar_peers, unitvar_errors, unitvar_variance and, with MPI, unitvar_mpi_init are
                  (default build/g++/bench); figures whose program is absent say so
  --library FILE  libunitvar.so (default: beside DIR)
  --out FILE      the page (default build/report/index.html)
  --quick         few sizes and rounds, some 20 seconds, to see that it works
  --full          up to 2^30 elements instead of 2^26, where memory allows

Peers in Python are those of the interpreter that PYTHON names (default: the one of `sh cmake/dev.sh peers`, else this
one). The page needs no network: charts are SVG within it.
"""
import argparse
import datetime
import math
import os
import pathlib
import shutil
import statistics
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent / "report"),
                str(pathlib.Path(__file__).resolve().parents[1] / "capi/python")]
if {"-h", "--help"} & set(sys.argv[1:]):
    print(__doc__.strip())
    sys.exit()

import numpy

import figures
import measure
from measure import ROOT, Absent, Histogram
from page import Page, table

CURVES = ("--draws", "uniform_f32,normal_f32", "--engines", "pcg32,ars4x32")


def histograms(count):
    import unitvar

    standard = statistics.NormalDist()
    inside = standard.cdf(2) - standard.cdf(-2)
    kinds = (
        ("uniform f32", "uniform", (), numpy.linspace(0, 1, 65), lambda x: x, lambda x: 1.0, 0.5, 1 / 12),
        ("normal f32", "normal", (), numpy.linspace(-5, 5, 81), standard.cdf, standard.pdf, 0.0, 1.0),
        ("trunc_normal f32 in [-2, 2]", "trunc_normal", (0.0, 1.0, -2.0, 2.0), numpy.linspace(-2, 2, 65),
         lambda x: (standard.cdf(x) - standard.cdf(-2)) / inside, lambda x: standard.pdf(x) / inside, 0.0,
         1 - 4 * standard.pdf(2) / inside),
    )
    x = numpy.empty(count, numpy.float32)
    for name, draw, arguments, edges, distribution, density, mean, variance in kinds:
        g = unitvar.Generator("pcg32", 42)
        getattr(g, draw)(x, *arguments)
        yield Histogram(name, x, [float(e) for e in edges], distribution, density, mean, variance)


def peers(page, programs, library, python, quick):
    rows, commands, missing = [], [], []
    program = programs / "unitvar_peers"
    data, text = measure.run_json([program, "--json"], {"UNITVAR_MKL_ANY_VENDOR": "1"})
    rows += data["rows"]
    commands.append(text)
    if not any("MKL" in row["peer"] for row in rows):
        missing.append("MKL")
    try:
        data, text = measure.run_json([python, ROOT / "bench/array_ratios.py", library, "--json"] +
                                      (["--quick"] if quick else []))
        rows += data["rows"]
        commands.append(text)
    except Absent as error:
        print(f"report: {error}", file=sys.stderr)
    missing += [name for name in ("NumPy", "PyTorch", "JAX") if not any(name in row["peer"] for row in rows)]
    figures.peers(page, rows, commands, missing)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\nPeers")[0], add_help=False)
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/g++/bench")
    parser.add_argument("--library", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/report/index.html")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true")
    length.add_argument("--full", action="store_true")
    options = parser.parse_args()
    programs = pathlib.Path(os.path.abspath(options.programs))
    library = pathlib.Path(os.path.abspath(options.library or programs.parent / "libunitvar.so"))
    if not library.exists():
        sys.exit(f"report: {measure.shown(library)} is not built")
    os.environ["UNITVAR_LIBRARY"] = str(library)
    import unitvar

    python = shutil.which(os.environ.get("PYTHON") or ROOT / "build/peers/bin/python") or sys.executable

    quick = options.quick
    # The largest curve takes 4 bytes each; the draws' largest elements 8.
    largest = min(20 if quick else 30 if options.full else 26, int(math.log2(measure.memory_available() / 2 / 8)))
    rounds = ["--rounds", "3" if quick else "15"]
    page = Page("Unitvar: measured", f"Version {unitvar.version_string()}, instruction set {unitvar.isa()}, "
                f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC. Figures are medians of interleaved "
                "rounds, both sides of each comparison in one process; the spread is half of what lies between the "
                "quartiles of the rounds' ratios, relative to the median." + (" A quick run." if quick else ""))

    def section(name, title, make):
        try:
            make()
        except Absent as error:
            print(f"report: {error}", file=sys.stderr)
            page.absent(name, title, f"{error}.")

    exponents = (4, 10, 16, largest) if quick else range(0, largest + 1, 2)
    section("throughput", "Every draw against the memory limit", lambda: figures.throughput(page, *measure.run_json(
        [programs / "unitvar_sweep", "--isas", "best", "--sizes", f"65536,{1 << min(largest, 25)}", *rounds])))
    section("peers", "Against peers", lambda: peers(page, programs, library, python, quick))
    section("sizes", "Against the number of elements", lambda: figures.sizes(page, *measure.run_json(
        [programs / "unitvar_sweep", *CURVES, "--threads", "1,2", "--sizes", ",".join(str(1 << e) for e in exponents),
         *rounds])))

    def ranks():
        mpirun = shutil.which("mpirun")
        if mpirun is None:
            raise Absent("MPI is not installed")
        # Also as root, and on fewer processors; a rank that waits leaves its processor to others.
        os.environ.update({name: "1" for name in (
            "OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "PRTE_ALLOW_RUN_AS_ROOT",
            "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe", "OMPI_MCA_mpi_yield_when_idle")})
        os.environ.update(PRTE_MCA_rmaps_default_mapping_policy=":oversubscribe",
                          OMPI_MCA_hwloc_base_binding_policy="none", PRTE_MCA_hwloc_default_binding_policy="none")
        program = programs / "unitvar_mpi_init"
        if not program.exists():
            raise Absent("unitvar_mpi_init is not built")
        most = max(4, min(16, len(os.sched_getaffinity(0))))
        figures.ranks(page, *measure.run_json(
            [mpirun, "-n", str(most), program, "--time", "3" if quick else "9", "--json"], {"UNITVAR_NUM_THREADS": "1"}))

    section("ranks", "Against the number of ranks", ranks)
    count = 1 << (18 if quick else 24)
    figures.histograms(page, list(histograms(count)), f"unitvar.Generator(\"pcg32\", 42), {count} elements each")
    section("errors", "Errors", lambda: figures.errors(page, *measure.run_json(
        [programs / "unitvar_errors", "256" if quick else "16384"])))

    def variance():
        output, text = measure.run([programs / "unitvar_variance"])
        figures.variance(page, measure.variances(output), text)

    section("variance", "What initialisers make of the variance", variance)
    page.section("machine", "The machine", table(("", ""), measure.machine(unitvar.version_string(), unitvar.isa(),
                                                                           programs.parent), wrap=True))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(page.render())
    print(options.out)
    return 0


sys.exit(main())
