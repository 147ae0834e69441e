"""make_stubs.py: the type stubs of unitvar.py, from its own annotations: python3 make_stubs.py > unitvar.pyi.

unitvar.py carries its types, so that one file is enough; a package that installs it ships the stubs too, which type
checkers read without the code. tests/test_stubs.py compares them with what this makes.
"""

import ast
import pathlib
import re

SOURCE = pathlib.Path(__file__).with_name("unitvar.py")


def is_public(name):
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def stub_of_function(function):
    function.body = [ast.Expr(ast.Constant(...))]
    # A stub can say literals and members of enumerations.
    arguments = function.args
    arguments.defaults = [ast.Constant(...) if isinstance(x, ast.Name) else x for x in arguments.defaults]
    return function


def stub_of_class(node, classes):
    """Private bases are not there: their public members are the class's own."""
    members = {getattr(member, "name", None): member for member in node.body}
    bases = []
    for base in node.bases:
        private = classes.get(getattr(base, "id", None))
        if private is None or is_public(private.name):
            bases.append(base)
        else:
            bases += [base for base in private.bases if is_public(getattr(base, "id", ""))]
            node.body += [member for member in private.body if getattr(member, "name", None) not in members]
    node.bases = bases
    node.body = list(stubs_of(node.body, classes)) or [ast.Expr(ast.Constant(...))]
    return node


def stubs_of(body, classes):
    for node in body:
        if isinstance(node, ast.FunctionDef) and is_public(node.name):
            yield stub_of_function(node)
        elif isinstance(node, ast.ClassDef) and is_public(node.name):
            yield stub_of_class(node, classes)
        elif isinstance(node, ast.Assign) and is_public(getattr(node.targets[0], "id", "_")):
            yield node
        elif isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            # The types of arguments, with the protocols that they are made of.
            yield from node.body
        elif isinstance(node, ast.Import) and node.names[0].name == "enum":
            yield node
        elif isinstance(node, ast.ImportFrom) and node.module == "typing":
            yield node


def stubs():
    tree = ast.parse(SOURCE.read_text())
    tree.body = list(stubs_of(tree.body, {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            node.names = [name for name in node.names if name.name in used]
    text = "\n".join(ast.unparse(ast.fix_missing_locations(node)).strip() for node in tree.body)
    text = re.sub(r":\n +\.\.\.", ": ...", text)
    text = re.sub(r"\n\n( +(?:@|def))", r"\n\1", text)
    return "# The types of unitvar.py, made by make_stubs.py.\n" + text + "\n"


if __name__ == "__main__":
    print(stubs(), end="")
