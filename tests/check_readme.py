"""check_readme.py [--tests BUILD] README ...: what the pages say is so.

Every block of code is in the file that the link before it names, line for line, so that what the tests run is what the
reader sees. Blocks of sh, and those without a language, are commands and output. Every linked file is there. The first
page, the front door, has at most 150 lines. With --tests, the pages' names of tests are tests of the build tree, where ISA
stands for each instruction set.
"""
import pathlib
import re
import subprocess
import sys

LANGUAGES = {"c", "cpp", "cmake", "go", "python", "rust"}
FRONT_DOOR_LINES = 150
# Tests of what is not everywhere: those of MPI, qemu, Sollya and a page of charts.
OPTIONAL = re.compile(r"mpi\.|qemu\.|coefficients$|report$|abi\.|accuracy\.|torch\.libm")


def fail(page, number, text):
    print(f"FAIL {page}:{number}: {text}")
    return 1


def check_page(page):
    failures = checked = 0
    link = block = language = None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = re.match(r"\s*```(\w*)( \w+)?$", line)
        if fence and block is None:
            block, language = [], fence[1]
        elif fence:
            if language in LANGUAGES:
                lines = [x.strip() for x in (page.parent / link).read_text().splitlines()] if link else []
                wanted = [x.strip() for x in block]
                if not any(lines[i : i + len(wanted)] == wanted for i in range(len(lines))):
                    failures += fail(page, number - len(block), f"these lines are not in {link}")
                checked += 1
            elif language not in ("", "sh"):
                failures += fail(page, number, f"blocks of {language} are not checked")
            block = None
        elif block is not None:
            block.append(line)
        else:
            for target in re.findall(r"\]\(([^)#]+)\)", line):
                if "://" in target:
                    continue
                if not (page.parent / target).exists():
                    failures += fail(page, number, f"there is no {target}")
                elif (page.parent / target).is_file():
                    link = target
    if block is not None:
        failures += fail(page, number, "a block does not end")
    return failures, checked


def check_tests(page, names, isas):
    """Names in backticks that look like tests: ISA.name, group.name, or a bare name in the table of guarantees."""
    failures = 0
    groups = {name.split(".")[0] for name in names} | {"ISA"}
    for number, line in enumerate(page.read_text().splitlines(), 1):
        cells = line.strip().strip("|").split("|")
        last = cells[-1] if line.startswith("|") and len(cells) == 2 else ""
        for name in re.findall(r"`([A-Za-z_0-9]+\.[A-Za-z_0-9+.]+)`", line) + re.findall(r"`([a-z_]+)`", last):
            group, dot, rest = name.partition(".")
            if rest == "NAME" or re.match(r"torch\.(nn|func|get|manual)", name):
                continue
            if dot and (group not in groups or rest in ("c", "py", "rs", "go", "sh", "h", "hpp", "cpp", "txt", "json")):
                continue
            if not dot and "the test that keeps it" not in page.read_text():
                continue
            if name in names or any(name == "ISA." + rest and f"{isa}.{rest}" in names for isa in isas):
                continue
            if not OPTIONAL.match(name):
                failures += fail(page, number, f"there is no test {name}")
    return failures


def main(arguments):
    build = None
    if arguments[:1] == ["--tests"]:
        build, arguments = arguments[1], arguments[2:]
    pages = [pathlib.Path(name) for name in arguments]
    results = [check_page(page) for page in pages]
    failures = sum(result[0] for result in results)
    checked = sum(result[1] for result in results)
    lines = len(pages[0].read_text().splitlines())
    if lines > FRONT_DOOR_LINES:
        failures += fail(pages[0], lines, f"more than {FRONT_DOOR_LINES} lines")
    if build is not None:
        listed = subprocess.run(["ctest", "-N", "--test-dir", build], capture_output=True, text=True, check=True)
        names = set(re.findall(r"Test +#\d+: (\S+)", listed.stdout))
        failures += sum(check_tests(page, names, ("avx512", "avx2", "neon", "scalar")) for page in pages)
    print(f"{len(pages)} pages, {checked} blocks of code, {failures} failures")
    return failures != 0 or checked < 25


sys.exit(main(sys.argv[1:]))
