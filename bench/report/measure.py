"""What the page shows: the benchmark programs' JSON, the library's own draws, and the machine."""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Absent(Exception):
    """A program that is not built, or that did not do."""


def shown(path):
    """Relative to the project where it is within."""
    path = pathlib.Path(os.path.abspath(path))
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def run(command, environment=None):
    """Its output; and the command as a reader would type it."""
    if not os.path.exists(command[0]):
        raise Absent(f"{os.path.basename(command[0])} is not built")
    settings = "".join(f"{name}={value} " for name, value in (environment or {}).items())
    text = settings + " ".join(shown(c) if os.path.isabs(c) else c for c in map(str, command))
    print(f"report: {text}", file=sys.stderr, flush=True)
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, cwd=ROOT,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise Absent(f"{text} ended with status {done.returncode}")
    return done.stdout, text


def run_json(command, environment=None):
    output, text = run(command, environment)
    return json.loads(output), text


def variances(output):
    """unitvar_variance's tables: {batch: {initialiser: [(layer, mean, variance)]}}."""
    batches, rows = {}, None
    for line in output.splitlines():
        if title := re.match(r"(\S.*), (\d+) x \d+$", line):
            rows = batches.setdefault(int(title[2]), {}).setdefault(title[1], [])
        elif rows is not None and (row := re.match(r"\s+(input|\d+ -> \d+)\s+(\S+)\s+(\S+)", line)):
            rows.append((row[1], float(row[2]), float(row[3])))
    if not batches or any(len(rows) < 2 for group in batches.values() for rows in group.values()):
        raise Absent("the output of unitvar_variance was not understood")
    return batches


class Histogram:
    """Counts beside what the exact distribution gives."""

    def __init__(self, name, values, edges, distribution, density, mean, variance):
        self.name, self.edges, self.density, self.mean, self.variance = name, edges, density, mean, variance
        self.n = values.size
        self.counts, _ = numpy.histogram(values, edges)
        probabilities = numpy.diff([distribution(edge) for edge in edges])
        self.expected = probabilities * self.n
        self.residuals = (self.counts - self.expected) / numpy.sqrt(self.expected * (1 - probabilities))
        wide = values.astype(numpy.float64)
        self.measured_mean, self.measured_variance = float(wide.mean()), float(wide.var())
        # All bins, what lies outside being one of them where anything may.
        outside = self.n - float(self.expected.sum())
        observed_outside = self.n - int(self.counts.sum())
        self.chi2 = float(((self.counts - self.expected) ** 2 / self.expected).sum())
        self.freedom = len(self.counts) - 1
        if outside > 1:
            self.chi2 += (observed_outside - outside) ** 2 / outside
            self.freedom += 1


def machine(library_version, isa, build):
    rows = []

    def add(name, value):
        if value:
            rows.append((name, str(value)))

    info = pathlib.Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    model = re.search(r"model name\s*:\s*(.*)", info)
    add("Processor", model[1] if model else platform.processor() or platform.machine())
    family = re.search(r"cpu family\s*:\s*(\d+)", info)
    number = re.search(r"^model\s*:\s*(\d+)", info, re.M)
    add("Family and model", f"{family[1]}, {number[1]}" if family and number else "")
    add("Processors to this process", len(os.sched_getaffinity(0)))
    flags = set((re.search(r"^flags\s*:\s*(.*)", info, re.M) or [0, ""])[1].split())
    add("Of its features", ", ".join(f for f in ("avx2", "fma", "aes", "vaes", "avx512f", "avx512bw", "sve") if f in flags))
    caches = []
    for cache in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            kind, level, size = ((cache / f).read_text().strip() for f in ("type", "level", "size"))
        except OSError:
            continue
        if kind != "Instruction":
            caches.append(f"L{level} {size}")
    add("Caches", ", ".join(caches))
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()) \
        if os.path.exists("/proc/meminfo") else None
    add("Memory", f"{int(memory[1]) / 2**20:.1f} GiB" if memory else "")
    pages = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
    add("Huge pages", pages.read_text().strip() if pages.exists() else "")
    add("System", f"{platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}")
    add("Load, 1, 5 and 15 minutes", ", ".join(f"{x:.1f}" for x in os.getloadavg()))
    cache = build / "CMakeCache.txt"
    compiler = re.search(r"CMAKE_CXX_COMPILER:\w+=(.*)", cache.read_text()) if cache.exists() else None
    if compiler and os.path.exists(compiler[1]):
        add("Compiler", subprocess.run([compiler[1], "--version"], stdout=subprocess.PIPE, text=True).stdout.split("\n")[0])
    try:
        add("Revision", subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], stderr=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, text=True).stdout.strip())
    except OSError:
        pass
    add("Unitvar", f"{library_version}, {isa}")
    add("Python, NumPy", f"{platform.python_version()}, {numpy.__version__}")
    return rows


def memory_available():
    try:
        text = pathlib.Path("/proc/meminfo").read_text()
        return int(re.search(r"MemAvailable:\s*(\d+)", text)[1]) * 1024
    except (OSError, TypeError):
        return 1 << 62
