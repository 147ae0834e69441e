"""check_readme.py README: every block of code is in the file that the link before it names, line for line, so that what
the tests run is what the reader sees. Blocks of sh, and those without a language, are commands and output."""
import pathlib
import re
import sys

readme = pathlib.Path(sys.argv[1])
languages = {"c", "cpp", "cmake", "go", "python", "rust"}
failures = checked = 0
link = None
block = language = None
for number, line in enumerate(readme.read_text().splitlines(), 1):
    fence = re.match(r"```(\w*)$", line)
    if fence and block is None:
        block, language = [], fence[1]
    elif fence:
        if language in languages:
            lines = [x.strip() for x in (readme.parent / link).read_text().splitlines()]
            wanted = [x.strip() for x in block]
            if not any(lines[i : i + len(wanted)] == wanted for i in range(len(lines))):
                print(f"FAIL {readme.name}:{number - len(block)}: these lines are not in {link}")
                failures += 1
            checked += 1
        elif language not in ("", "sh"):
            print(f"FAIL {readme.name}:{number}: blocks of {language} are not checked")
            failures += 1
        block = None
    elif block is not None:
        block.append(line)
    else:
        for target in re.findall(r"\]\(([^)#]+)\)", line):
            if "://" in target:
                continue
            if not (readme.parent / target).exists():
                print(f"FAIL {readme.name}:{number}: there is no {target}")
                failures += 1
            elif (readme.parent / target).is_file():
                link = target
print(f"{checked} blocks of code, {failures} failures")
sys.exit(failures != 0 or checked < 5)
