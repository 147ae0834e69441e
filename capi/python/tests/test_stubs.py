"""unitvar.pyi is what make_stubs.py makes of unitvar.py, and says the same; where mypy is installed, it takes right
calls and refuses wrong ones."""

import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import unitvar

HERE = pathlib.Path(unitvar.__file__).parent
CALLS = """\
import array, ctypes, fractions
import unitvar
g = unitvar.Generator("pcg32", 42)
x = array.array("f", [0.0] * 4)
g.normal(x, 0, fractions.Fraction(1, 2))
g.normal((ctypes.c_float * 4)())
unitvar.layer_norm(x, x, (4,), eps=1e-5)
unitvar.mean_var(x, (0,), mean=x)
unitvar.mean_var(x, 0, mean=x)
engine: unitvar.Engine = unitvar.Engine.from_name("pcg32")
unitvar.Initializer("normal", parameters=[0, 1.0]).write(None, x)
g.normal([1.0])  # refused
g.normal(x, "1")  # refused
unitvar.Generator("pcg32", 1.5)  # refused
unitvar.mean_var(x, 1.5)  # refused
unitvar.batch_norm_backward(x, x, x, x)  # refused
"""
# Types of arguments have no counterpart that can be looked at, and a default that is refused has no type.
ALLOWED = "unitvar\\.(Array|DimsLike|Integer|Number)(\\..*)?\nunitvar\\.Generator\\.__init__\n"


class Stubs(unittest.TestCase):
    def test_they_are_what_the_script_makes(self):
        specification = importlib.util.spec_from_file_location("make_stubs", HERE / "make_stubs.py")
        make_stubs = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(make_stubs)
        self.assertEqual((HERE / "unitvar.pyi").read_text(), make_stubs.stubs(), "python3 make_stubs.py > unitvar.pyi")

    def test_they_have_every_public_name(self):
        text = (HERE / "unitvar.pyi").read_text()
        for name in unitvar.__all__:
            self.assertRegex(text, rf"(?m)^(class|def) {name}\b")

    @unittest.skipIf(importlib.util.find_spec("mypy") is None, "mypy is not installed")
    def test_mypy_takes_right_calls_and_refuses_wrong_ones(self):
        with tempfile.TemporaryDirectory() as folder:
            calls, allowed = pathlib.Path(folder, "calls.py"), pathlib.Path(folder, "allowed")
            calls.write_text(CALLS)
            allowed.write_text(ALLOWED)

            def run(module, *arguments):
                return subprocess.run(
                    [sys.executable, "-m", module, *arguments], cwd=folder, text=True, stdout=subprocess.PIPE,
                    env={"PYTHONPATH": str(HERE), "MYPYPATH": str(HERE), "UNITVAR_LIBRARY": unitvar._library.path})

            checked = run("mypy", "--strict", str(calls))
            refused = [int(line) for line in re.findall(r"(?m)^calls\.py:(\d+): error", checked.stdout)]
            self.assertEqual(refused, [i for i, line in enumerate(CALLS.splitlines(), 1) if "# refused" in line],
                             checked.stdout)
            compared = run("mypy.stubtest", "--concise", "--allowlist", str(allowed), "unitvar")
            self.assertEqual(compared.returncode, 0, compared.stdout)


if __name__ == "__main__":
    unittest.main()
