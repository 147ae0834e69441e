"""bindings.py: what other languages say again of capi/include/unitvar.h, made from it.

    python3 cmake/bindings.py            writes it where it is out of date
    python3 cmake/bindings.py --check    names the first line of each file that differs, and fails (ctest: bindings)

What is made lies between a line with `from unitvar.h by cmake/bindings.py: PART` and one with `end`, each a comment of
the language; the rest of those files is written by hand. The header is plain enough for the expressions below: a
declaration or type that they do not know is an error that names it, never left out. What a binding has beyond the
header, its own names and the kinds of Python's arguments, are the tables here, each before what uses it.
"""
import argparse
import itertools
import pathlib
import re
import sys
import textwrap
from typing import Dict, List, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADER = "capi/include/unitvar.h"
WIDTH = 120


# ---- The header -----------------------------------------------------------------------------------------------------


class Parameter(NamedTuple):
    """Or a member of a struct."""

    type: str  # as C writes it, with one space before the stars: "const unitvar_tensor *"
    name: str
    length: str  # of an array, else ""


class Function(NamedTuple):
    name: str  # without unitvar_
    parameters: List[Parameter]
    result: str
    section: int
    comment: str  # above it, or above the function before it

    @property
    def gives_status(self):
        """An int32_t is a status, but that of a function that asks for a number."""
        return self.result == "int32_t" and bool(self.parameters)


class Constant(NamedTuple):
    name: str  # without UNITVAR_
    value: int
    comment: str

    @property
    def short(self):
        """Kinds of initialisers and of draws are in enumerations of their own wherever there are any."""
        return re.sub("^(INIT|DRAW)_", "", self.name)


class Header(NamedTuple):
    functions: List[Function]
    constants: Dict[str, List[Constant]]  # by the first words of the comment above them
    structs: Dict[str, List[Parameter]]  # by their names without unitvar_


DECLARATION = re.compile(
    r"""/\*\ ----\ (?P<section>\d+)\.
      | \#define\ UNITVAR_(?P<constant>\w+)\ (?P<value>\d+)(?:[ ]*/\*\ (?P<comment>.*?)\ \*/)?\n
      | /\*\ (?P<group>[\w ]+)[:.,].*?\*/\n
      | typedef\ struct\ \{(?P<members>.*?)\n\}\ unitvar_(?P<struct>\w+);
      | typedef\ struct\ \w+\ \w+;
      | UNITVAR_API\ (?P<result>[\w ]+?[ ]\*?)unitvar_(?P<function>\w+)\((?P<parameters>[^()]*)\);
      | /\*.*?\*/ """, re.DOTALL | re.VERBOSE)


def declared(text, where):
    """"const T *x" taken apart."""
    match = re.fullmatch(r"((?:const )?\w+) ?(\**)(\w+)(?:\[(\d+)\])?", " ".join(text.split()))
    if match is None:
        sys.exit(f"bindings.py: {where}: {text.strip()!r} is not understood")
    return Parameter(match[1] + (" " + match[2] if match[2] else ""), match[3], match[4] or "")


def read_header():
    text = (ROOT / HEADER).read_text(encoding="utf-8")
    header = Header([], {}, {})
    section = group = comment = None
    for found in DECLARATION.finditer(text):
        if found[0].startswith("/*"):
            comment = " ".join(re.sub(r"^ ?/?\*+/?|\*/$", "", found[0], flags=re.MULTILINE).split())
        if found["section"]:
            section = int(found["section"])
        elif found["group"]:
            group = found["group"]
        elif found["constant"]:
            constant = Constant(found["constant"], int(found["value"]), found["comment"] or "")
            header.constants.setdefault(group, []).append(constant)
        elif found["struct"]:
            members = re.sub(r"/\*.*?\*/", "", found["members"], flags=re.DOTALL).split(";")[:-1]
            header.structs[found["struct"]] = [declared(member, found["struct"]) for member in members]
        elif found["function"]:
            listed = [] if found["parameters"] == "void" else found["parameters"].split(",")
            parameters = [declared(parameter, found["function"]) for parameter in listed]
            if any(parameter.length for parameter in parameters):
                sys.exit(f"bindings.py: {found['function']}: an array as a parameter is not understood")
            function = Function(found["function"], parameters, found["result"].strip(), section, comment)
            header.functions.append(function)
    # Nothing is overlooked.
    for what, expression, number in (
            ("functions", r"^UNITVAR_API ", len(header.functions)),
            ("structs", r"^typedef struct \{", len(header.structs)),
            ("constants", r"^#define UNITVAR_\w+ \d", sum(map(len, header.constants.values())))):
        if number != len(re.findall(expression, text, re.MULTILINE)):
            sys.exit(f"bindings.py: {HEADER}: not all {what} are understood")
    return header


def translated(table, kind, where):
    if kind not in table:
        sys.exit(f"bindings.py: {where} has the type {kind!r}, which the table does not have")
    return table[kind]


# The enumerations of the bindings: how the header's comment on their constants begins, and what they are looked up by.
ENUMERATIONS = {
    "Status": ("Status", "status"), "Engine": ("Engine", "engine"), "FanMode": ("Fan mode", "fan_mode"),
    "Nonlinearity": ("Nonlinearity", "nonlinearity"), "Distribution": ("Distribution", "distribution"),
    "Kind": ("Kind of initialiser", "initializer"), "DrawKind": ("Kind of draw", "draw"),
}


# ---- Samplers: what all languages say of them, and the code behind them, but of those that are written by hand -------

BY_HAND = {
    *(f"{name}_{kind}" for name in ("uniform", "normal", "normal_icdf", "trunc_normal") for kind in ("f32", "f64")),
    "bits_u32", "bits_u64", "permutation_i64", "bernoulli_bits",
}
# Of each type of elements: C++'s, Rust's, Go's and cgo's, NumPy's.
ELEMENTS = {
    "f32": ("float", "f32", "float32", "float", "float32"), "f64": ("double", "f64", "float64", "double", "float64"),
    "bf16": ("bfloat16", "Bf16", "uint16", "uint16_t", None), "f16": ("float16", "F16", "uint16", "uint16_t", "float16"),
    "i32": ("std::int32_t", "i32", "int32", "int32_t", "int32"),
    "i64": ("std::int64_t", "i64", "int64", "int64_t", "int64"),
    "u8": ("std::uint8_t", "u8", "uint8", "uint8_t", "uint8"),
}
# Parameters: the default in C++ and Python, where all behind it have one, and the value in tests.
PARAMETERS = {
    "low": (0, "-0.37"), "high": (1, "1.9"), "mean": (0, "1.5"), "std": (1, "0.02"), "a": (None, "1.47"),
    "b": (None, "1.55"), "location": (0, "1.5"), "scale": (1, "0.7"), "shape": (None, "1.7"), "p": (0.5, "0.3"),
}
WHOLE = {"low": "3", "high": "100"}


class Sampler(NamedTuple):
    function: Function
    kind: str  # the distribution, as its functions and constants are named
    element: str  # a key of ELEMENTS

    @property
    def parameters(self):
        return self.function.parameters[3:]

    @property
    def twin(self):
        """Whether f32 and f64 are one function in languages that have generic ones."""
        return self.element in ("f32", "f64")

    @property
    def summary(self):
        return re.split(r"[:.] ", self.function.comment)[0]

    def by_type(self, double, whole):
        return [double.format(p.name) if p.type == "double" else whole.format(p.name) for p in self.parameters]

    @property
    def values(self):
        return [PARAMETERS[p.name][1] if p.type == "double" else WHOLE[p.name] for p in self.parameters]


def samplers(header):
    for function in header.functions:
        kind, _, element = function.name.rpartition("_")
        if (function.section == 5 and function.name not in BY_HAND and element in ELEMENTS and
                [p.name for p in function.parameters[:3]] == ["g", "dst", "n"]):
            yield Sampler(function, kind, element)


def listed(open_with, items, close_with):
    """Items with commas, in as many lines as they take, as clang-format has them."""
    line, indent = open_with, " " * len(open_with)
    for i, item in enumerate(items):
        item += close_with if i + 1 == len(items) else ","
        if line not in (open_with, indent):
            if len(line + " " + item) > WIDTH:
                yield line
                line = indent
            else:
                line += " "
        line += item
    yield line


def cpp_parameters(sampler, with_defaults):
    result, trailing = [], with_defaults
    for p in reversed(sampler.parameters):
        default = PARAMETERS[p.name][0] if p.type == "double" else None
        trailing = trailing and default is not None
        kind = {"double": "double", "int64_t": "std::int64_t"}[p.type]
        result.insert(0, f"{kind} {p.name}" + (f" = {default}" if trailing else ""))
    return ["Generator &generator", f"std::span<{ELEMENTS[sampler.element][0]}> target", *result]


def cpp_samplers(header):
    for s in samplers(header):
        yield from listed(f"void {s.kind}(", cpp_parameters(s, True), ");")


def core_samplers(header):
    for s in samplers(header):
        yield from listed(f"void {s.kind}(", cpp_parameters(s, False), ")")
        yield "{"
        p, k = (", ".join(q.name for q in s.parameters if q.type == kind) for kind in ("double", "int64_t"))
        yield f"    sample(generator, core::DrawIndex::{s.kind}_{s.element}, target, {{{p}}}, {{{k}}});"
        yield "}"
        yield ""


def capi_samplers(header):
    for s in samplers(header):
        parameters = [p.type + ("" if p.type.endswith("*") else " ") + p.name for p in s.function.parameters]
        yield from listed(f"int32_t unitvar_{s.function.name}(", parameters, ")")
        yield "{"
        target = 'buffer(dst, n, "dst")'
        if s.element in ("bf16", "f16"):
            target = f"halves<unitvar::{ELEMENTS[s.element][0]}>(dst, n)"
        arguments = ", ".join(["generator(g)", target, *(p.name for p in s.parameters)])
        yield f"    return guard([&] {{ unitvar::{s.kind}({arguments}); }});"
        yield "}"
        yield ""


def cpp_enumeration(name):
    def members(header):
        for constant in header.constants[ENUMERATIONS[name][0]]:
            yield f"{constant.short.lower()} = {constant.value},"

    return members


def allocation_samplers(header):
    for s in samplers(header):
        kind = "std::uint16_t" if s.element in ("bf16", "f16") else ELEMENTS[s.element][0]
        yield from listed(f"check_sampler<{kind}>(", [f'"unitvar_{s.function.name}"', f"unitvar_{s.function.name}",
                                                      *s.values], ");")


def c_samplers(header):
    for s in samplers(header):
        yield from listed("SAMPLER(", [s.function.name, s.function.parameters[1].type.split(" ")[0], "count", "g", "x",
                                       "count", *s.values], ")")


# ---- Rust: the crate unitvar-sys, and the enumerations of unitvar ---------------------------------------------------

RUST_TYPES = {
    "int32_t": "i32", "int64_t": "i64", "uint8_t": "u8", "uint16_t": "u16", "uint32_t": "u32", "uint64_t": "u64",
    "size_t": "usize", "float": "f32", "double": "f64", "void": "c_void", "char": "c_char",
}


def rust_type(kind, where):
    const, name, stars = re.fullmatch(r"(const )?(\w+) ?(\**)", kind).groups()
    rust = name if name.startswith("unitvar_") else translated(RUST_TYPES, name, where)
    for star in range(len(stars)):
        rust = ("*const " if const and star == 0 else "*mut ") + rust
    return rust


def rust_functions(header):
    for f in header.functions:
        parameters = ", ".join(f"{p.name}: {rust_type(p.type, f.name)}" for p in f.parameters)
        result = "" if f.result == "void" else f" -> {rust_type(f.result, f.name)}"
        yield f"fn unitvar_{f.name}({parameters}){result};"


def rust_constants(header):
    for group in header.constants.values():
        for constant in group:
            yield f"pub const UNITVAR_{constant.name}: i32 = {constant.value};"


def rust_members(struct):
    def members(header):
        for member in header.structs[struct]:
            rust = rust_type(member.type, struct)
            yield f"pub {member.name}: " + (f"[{rust}; {member.length}]," if member.length else f"{rust},")

    return members


def camel_case(constant):
    return "".join(word.capitalize() for word in constant.short.split("_"))


def rust_enumeration(name):
    def variants(header):
        for constant in header.constants[ENUMERATIONS[name][0]]:
            if constant.name == "OK":  # which is no error
                continue
            # Kinds of initialisers and draws have none: each is a function.
            function = constant.short.lower()
            comment = constant.comment or (f"see [`crate::init::{function}`]" if constant.name.startswith("INIT_") else
                                           f"what the sampler `{function}` draws")
            for line in textwrap.wrap(comment[0].upper() + comment[1:] + ".", WIDTH - len("        /// ")):
                yield f"/// {line}"
            yield f"{camel_case(constant)} = sys::UNITVAR_{constant.name},"

    return variants


RUST_FILLS = {1: "FillByOne", 2: "Fill", 4: "FillBetween"}  # by the number of doubles


def rust_samplers(header):
    for s in samplers(header):
        if s.element == "f64":
            continue
        element = ELEMENTS[s.element][1]
        generic, element, name = ("<T: Float>", "T", s.kind) if s.twin else ("", element, s.function.name)
        function = f"T::{s.kind.upper()}" if s.twin else f"sys::unitvar_{s.function.name}"
        pointer = "dst.as_mut_ptr()" + (".cast()" if s.element in ("bf16", "f16") else "")
        for line in textwrap.wrap(s.summary + ".", WIDTH - len("    /// ")):
            yield f"/// {line}"
        yield "#[inline]"
        parameters = ["&mut self", f"dst: &mut [{element}]", *s.by_type("{}: f64", "{}: i64")]
        line = f"pub fn {name}{generic}({', '.join(parameters)}) -> Result<()> {{"
        if len("    " + line) <= WIDTH:
            yield line
        else:
            yield f"pub fn {name}{generic}("
            yield from (f"    {parameter}," for parameter in parameters)
            yield ") -> Result<()> {"
        arguments = ", ".join(["self.raw.as_ptr()", pointer, "dst.len()", *(p.name for p in s.parameters)])
        call = f"    check(unsafe {{ {function}({arguments}) }})"
        if len("    " + call) <= WIDTH:
            yield call
        else:
            yield from ("    check(unsafe {", f"        {function}({arguments})", "    })")
        yield "}"
        yield ""


def rust_sampler_types(header):
    for s in samplers(header):
        if s.element == "f32":
            yield f"const {s.kind.upper()}: {RUST_FILLS[len(s.parameters)]}<Self>;"


def rust_sampler_functions(element):
    def functions(header):
        for s in samplers(header):
            if s.element == element:
                fill = RUST_FILLS[len(s.parameters)]
                yield f"const {s.kind.upper()}: {fill}<{element}> = sys::unitvar_{s.function.name};"

    return functions


def rust_sampler_cases(header):
    for s in samplers(header):
        element = ELEMENTS[s.element][1]
        method = s.kind if s.twin else s.function.name
        arguments = ", ".join(["x", *s.values])
        yield f'("{s.function.name}", || sample::<{element}>(COUNT, |g, x| g.{method}({arguments}))),'


# ---- Python: unitvar.py ---------------------------------------------------------------------------------------------

# The kind of an argument, a key of _KINDS in unitvar.py, by its type ...
PYTHON_KINDS = {
    "int32_t": "int32", "int64_t": "int64", "uint64_t": "uint64", "size_t": "size", "double": "real",
    "int64_t *": "&int64", "uint64_t *": "&uint64", "size_t *": "&size", "double *": "&real",
    "void *": "pointer", "const void *": "pointer", "const char *": "text", "float *": "pointer",
    "uint8_t *": "pointer", "uint16_t *": "pointer", "int32_t *": "&int32",
    "uint32_t *": "pointer", "const float *": "pointer", "const double *": "pointer", "const int32_t *": "axes",
    "const int64_t *": "lengths", "const unitvar_generator *": "g", "unitvar_generator *": "g",
    "unitvar_generator **": "&pointer", "const unitvar_tensor *": "array", "unitvar_tensor *": "out",
    "const unitvar_initializer *": "&initializer", "unitvar_initializer *": "&initializer",
    "const unitvar_moments *": "&moments", "unitvar_moments *": "&moments",
    "const unitvar_wide_moments *": "&wide", "unitvar_wide_moments *": "&wide",
    "const unitvar_draw *": "&draw", "unitvar_draw *": "&draw",
    "const unitvar_batch_gradient_sums *": "triple", "unitvar_batch_gradient_sums *": "triple!",
}
# ... and where the type does not tell: the first expression that FUNCTION.PARAMETER KIND matches, and what it becomes.
PYTHON_EXCEPTIONS = [
    (r"\w+\.(engine|fan_mode|nonlinearity|distribution) int32", r"\1"),
    (r"initializer_defaults\.kind int32", "kind"),
    (r"draw_defaults\.kind int32", "draw_kind"),
    (r"\w+\.(training|use_input_stats|replacement) int32", "flag"),
    (r"\w+\.normalized_ndim int32", "dims"),
    (r"set_isa\.name text", "text?"),
    (r"\w+\.dst .*", "pointer"),
    # Generators, and moments that Python has as an object: the first parameter.
    (r"generator_destroy\.g g", "pointer"),
    (r"(init|init_shard)\.g g", "g?"),
    (r"wide_moments_\w+\.(m|into) &wide", "m"),
    # NaN for what is not given.
    (r"calculate_gain\.param real|(batch|switchable)_norm\w*\.momentum real", "real?"),
    (r"rms_norm\w*\.eps real", "eps?"),
    (r"\w+\.num_batches_tracked &int64", "count?"),
    # Arrays of numbers that are no tensors.
    (r"\w+\.(mean|var)_logits pointer", "three"),
    (r"\w+\.grad_(mean|var)_logits &real", "three_out?"),
    (r"batch_moments\.moments &wide", "five!"),
    (r"\w+\.moments &wide", "five"),
    (r"(batch_moments|batch_norm_given)\.n size", "fives"),
    (r"batch_norm_backward_(sums|given)\.n size", "triples"),
    # Tensors that may be NULL, but for those that a function is nothing without.
    (r"(prelu|linear|torch_\w+|prelu_backward|linear_backward)\.weight (array|out)", r"\2"),
    (r"(relu|leaky_relu|local_response_norm|local_response_norm_window)_backward\.grad_x out", "out"),
    (r"\w+\.(weight|bias|running_mean|running_var) (array|out)", r"\2?"),
    (r"\w+\.(mean|var|rstd|sum|save_mean|save_rstd|grad_\w+) out", "out?"),
]
PYTHON_RESULTS = {"uint32_t": "uint32", "int32_t": "int32", "const char *": "text", "void": "nothing"}
PYTHON_NAMES = {"lambda": "lambd"}  # keywords, as PyTorch spells them
PYTHON_INDENT = " " * 4


def python_kind(function, parameter, used):
    where = f"{function.name}.{parameter.name}"
    kind = translated(PYTHON_KINDS, parameter.type, where)
    for expression, becomes in PYTHON_EXCEPTIONS:
        match = re.fullmatch(expression, f"{where} {kind}")
        if match:
            used.add(expression)
            return match.expand(becomes)
    return kind


def python_functions(header):
    used = set()
    for f in header.functions:
        words = [f"{PYTHON_NAMES.get(p.name, p.name)}:{python_kind(f, p, used)}" for p in f.parameters]
        if not f.gives_status:
            words += ["->", translated(PYTHON_RESULTS, f.result, f.name)]
        # One text in as many lines as it takes, each within its quotes below those of the first.
        line = f'"{f.name}": "'
        indent = " " * (len(line) - 1) + '"'
        for i, word in enumerate(words):
            ending = '",' if i + 1 == len(words) else ' "'
            if len(PYTHON_INDENT + line + word + ending) > WIDTH:
                yield line + '"'
                line = indent
            line += word + (" " if i + 1 < len(words) else "")
        yield line + '",'
    for expression, _ in PYTHON_EXCEPTIONS:
        if expression not in used:
            sys.exit(f"bindings.py: the exception {expression!r} is of no function any more")


def python_enumeration(name):
    def members(header):
        for constant in header.constants[ENUMERATIONS[name][0]]:
            yield f"{constant.short} = {constant.value}"

    return members


PYTHON_STRUCTS = {
    "dtype": "_DType", "device": "_Device", "tensor": "_Tensor", "initializer": "_Initializer", "moments": "_Moments",
    "wide_moments": "_WideMoments", "draw": "_Draw",
}
PYTHON_MEMBERS = {
    **{f"{name}_t": f"c_{name}" for name in ("uint8", "uint16", "int32", "uint32", "int64", "uint64")},
    "double": "c_double", "void *": "c_void_p", "int64_t *": "POINTER(c_int64)",
    **{f"unitvar_{name}": of_python for name, of_python in PYTHON_STRUCTS.items()},
}


def python_members(struct):
    def members(header):
        for member in header.structs[struct]:
            kind = translated(PYTHON_MEMBERS, member.type, struct)
            yield f'("{member.name}", {kind}' + (f" * {member.length})," if member.length else "),")

    return members


def python_samplers(header):
    seen = set()
    for s in samplers(header):
        if s.kind in seen or f"{s.kind}_f32" in BY_HAND:
            continue
        seen.add(s.kind)
        parameters, trailing = [], True
        for p in reversed(s.parameters):
            default = PARAMETERS[p.name][0] if p.type == "double" else None
            trailing = trailing and default is not None
            kind = "Number" if p.type == "double" else "Integer"
            parameters.insert(0, f"{p.name}: {kind}" + (f" = {float(default)}" if trailing else ""))
        taken = ", ".join(["self", "dst: Array", *parameters])
        given = ", ".join(["self", '"dst"', "dst", "True", *(p.name for p in s.parameters)])
        yield f"def {s.kind}({taken}) -> None:"
        yield f'    """{s.summary}."""'
        yield f"    _{s.kind.upper()}.call({given})"
        yield ""


def python_by_dtype(header):
    functions = {}
    for s in samplers(header):
        functions.setdefault(s.kind, []).append(f'{s.element}="{s.function.name}"')
    for kind, by_element in functions.items():
        if f"{kind}_f32" not in BY_HAND:
            yield f"_{kind.upper()} = _ByDType({', '.join(by_element)})"


def python_sampler_cases(header):
    for s in samplers(header):
        dtype = ELEMENTS[s.element][4]
        array = "BF16" if dtype is None else f"np.{dtype}"
        yield f'"{s.function.name}": lambda: sample({array}, lambda g, x: g.{s.kind}({", ".join(["x", *s.values])})),'


def python_sampler_arguments(header):
    seen = set()
    for s in samplers(header):
        if s.kind not in seen and f"{s.kind}_f32" not in BY_HAND:
            seen.add(s.kind)
            values = "".join(f", {p.name}={value}" for p, value in zip(s.parameters, s.values))
            yield f'"Generator.{s.kind}": dict(dst=np.empty(4, np.{ELEMENTS[s.element][4]}){values}),'


# ---- Go: shims.h and constants --------------------------------------------------------------------------------------

# What shims.h has other types for. Tensors come by value, and T() gives their addresses.
GO_TYPES = {"unitvar_tensor *": "tensor", "const unitvar_tensor *": "tensor"}
GO_NAMES = {
    "PCG32": "PCG32", "TORCH_MT19937": "TorchMT19937", "ARS4X32": "ARS4x32", "RELU": "ReLU",
    "LEAKY_RELU": "LeakyReLU", "SELU": "SELU", "UNIFORM": "UniformDistribution", "NORMAL": "NormalDistribution",
    "TRUNCATED_NORMAL": "TruncatedNormalDistribution", "INIT_UNIFORM": "UniformKind", "INIT_NORMAL": "NormalKind",
    "INIT_TRUNC_NORMAL": "TruncNormalKind",
}


def go_shims(header):
    section = None
    for f in header.functions:
        if not f.gives_status:
            continue
        if section not in (None, f.section):
            yield ""
        section = f.section
        parameters, arguments = [], []
        for p in f.parameters:
            kind = GO_TYPES.get(p.type, p.type).replace("unitvar_generator", "generator")
            # The first looks like a product to clang-format, where it does not know the type.
            product = not parameters and re.fullmatch(r"(?!char|float|double|void)\w+ \*", kind)
            parameters.append(f"{kind} {p.name}" if product or not kind.endswith("*") else kind + p.name)
            arguments.append(f"T({p.name})" if p.type in GO_TYPES else p.name)
        taken, given = f"({', '.join(parameters)})", f"({', '.join(arguments)})"
        lines = [f"SHIM({f.name}, {taken}, {given})"]
        if len(lines[0]) > WIDTH:
            lines = [f"SHIM({f.name}, {taken},", f"     {given})"]
        if max(map(len, lines)) > WIDTH:
            lines = [f"SHIM({f.name},", *listed("     (", parameters, "),"), *listed("     (", arguments, "))")]
        yield from lines


def go_constant(constant):
    """The distributions themselves are functions."""
    return camel_case(constant) + ("Draw" if constant.name.startswith("DRAW_") else "")


def go_constants(name):
    def members(header):
        yield ""  # The comment above is not that of the first.
        rows = []
        for constant in header.constants[ENUMERATIONS[name][0]]:
            if constant.name != "OK":  # which is no error
                rows.append((GO_NAMES.get(constant.name, go_constant(constant)), constant))
        names = max(len(row[0]) for row in rows)
        # gofmt has the comments of neighbours below each other.
        for commented, run in itertools.groupby(rows, lambda row: bool(row[1].comment)):
            run = list(run)
            values = max(len(row[1].name) for row in run)
            for go_name, constant in run:
                line = f"{go_name:{names}} {name} = C.UNITVAR_{constant.name}"
                padding = " " * (values - len(constant.name))
                yield f"{line}{padding} // {constant.comment}" if commented else line

    return members


def go_parameters(parameters):
    """a, b float64, as Go has neighbours of one type."""
    runs = [(kind, [p.name for p in run]) for kind, run in itertools.groupby(parameters, lambda p: p.type)]
    return "".join(f", {', '.join(names)} {'float64' if kind == 'double' else 'int64'}" for kind, names in runs)


def go_samplers(header):
    yield ""  # What is above is no comment on the first.
    twins = {}
    for s in samplers(header):
        element, cgo = ELEMENTS[s.element][2:4]
        name = "".join(word.capitalize() for word in (s.kind if s.twin else s.function.name).split("_"))
        arguments = ", ".join(["raw", f"(*C.{cgo})(unsafe.Pointer(start))", "n", *s.by_type("C.double({})", "C.int64_t({})")])
        call = f"return C.go_{s.function.name}({arguments})"
        if s.element == "f32":
            twins[s.kind] = call
            continue
        generic, element = ("[T Float]", "T") if s.twin else ("", element)
        yield f"// {name} fills dst. {s.summary}."
        yield f"func {name}{generic}(g *Generator, dst []{element}{go_parameters(s.parameters)}) error {{"
        yield "\tstart, n := begin(dst)"
        yield "\treturn g.call(func(raw *C.generator) C.outcome {"
        if s.twin:
            yield "\t\tif isF32[T]() {"
            yield f"\t\t\t{twins[s.kind]}"
            yield "\t\t}"
        yield f"\t\t{call}"
        yield "\t})"
        yield "}"
        yield ""


def go_sampler_cases(header):
    yield ""  # gofmt aligns what has no empty line between.
    for s in samplers(header):
        element = ELEMENTS[s.element][2]
        name = "".join(word.capitalize() for word in (s.kind if s.twin else s.function.name).split("_"))
        arguments = ", ".join(["g", "x", *s.values])
        yield f'"{s.function.name}": func() []byte {{'
        yield f"\treturn sample(count, func(g generator, x []{element}) error {{ return unitvar.{name}({arguments}) }})"
        yield "},"


# ---- C: the lists of the tests --------------------------------------------------------------------------------------

# Two functions that one case calls.
CASES = {"version_string": "version", "set_num_threads": "num_threads"}


def c_functions(header):
    for f in header.functions:
        yield f'{{"unitvar_{f.name}", {CASES[f.name]}}},' if f.name in CASES else f"FUNCTION({f.name}),"


def c_constants(header):
    for group, look_up in ENUMERATIONS.values():
        for constant in header.constants[group]:
            name = "UNITVAR_" + constant.name if group == "Status" else constant.short.lower()
            yield f'{{unitvar_{look_up}_from_name, "{name}", UNITVAR_{constant.name}}},'


# ---- The parts, and the files that they are in ----------------------------------------------------------------------


def parts_of_files(header):
    groups = [group for group, _ in ENUMERATIONS.values()]
    if sorted(groups) != sorted(header.constants):
        sys.exit(f"bindings.py: constants are those of {groups}, and {HEADER} has {list(header.constants)}")
    return {
        "capi/rust/unitvar-sys/src/constants.rs": {"constants": rust_constants},
        "capi/rust/unitvar-sys/src/functions.rs": {"functions": rust_functions},
        "capi/rust/unitvar-sys/src/lib.rs": {name: rust_members(name) for name in header.structs},
        "include/unitvar/sample.hpp": {"samplers": cpp_samplers, "DrawKind": cpp_enumeration("DrawKind")},
        "lib/core/sample.cpp": {"samplers": core_samplers},
        "capi/sample.cpp": {"samplers": capi_samplers},
        "capi/rust/unitvar/src/generator.rs": {
            "samplers": rust_samplers, "sampler_types": rust_sampler_types,
            **{f"sampler_functions_{element}": rust_sampler_functions(element) for element in ("f32", "f64")},
        },
        "capi/rust/unitvar/tests/functions.rs": {"samplers": rust_sampler_cases},
        "capi/go/samplers.go": {"samplers": go_samplers},
        "capi/go/functions_test.go": {"samplers": go_sampler_cases},
        "capi/python/tests/test_functions.py": {"samplers": python_sampler_cases},
        "capi/python/tests/test_arguments.py": {"samplers": python_sampler_arguments},
        "tests/allocation_failures.cpp": {"samplers": allocation_samplers},
        "capi/rust/unitvar/src/error.rs": {"Status": rust_enumeration("Status")},
        "capi/rust/unitvar/src/constants.rs": {
            name: rust_enumeration(name) for name in ENUMERATIONS if name != "Status"
        },
        "capi/python/unitvar.py": {
            **{name: python_members(name) for name in PYTHON_STRUCTS}, "functions": python_functions,
            "samplers": python_samplers, "by_dtype": python_by_dtype,
            **{name: python_enumeration(name) for name in ENUMERATIONS},
        },
        "capi/go/shims.h": {"shims": go_shims},
        "capi/go/errors.go": {"Status": go_constants("Status")},
        "capi/go/constants.go": {name: go_constants(name) for name in ENUMERATIONS if name != "Status"},
        "tests/consumers/functions.c": {"functions": c_functions, "samplers": c_samplers},
        "tests/consumers/layout.c": {"constants": c_constants},
    }


BEGIN = re.compile(r"( *|\t*)(?:#|//|/\*) from unitvar\.h by cmake/bindings\.py: (\w+)(?: \*/)?")
END = re.compile(r"\s*(?:#|//|/\*) end(?: \*/)?")


def renewed(path, text, parts, header):
    """The text of a file with its parts made again."""
    lines, left = [], dict(parts)
    inside = False
    for line in text.split("\n"):
        begin = BEGIN.fullmatch(line)
        if begin and (inside or begin[2] not in left):
            sys.exit(f"bindings.py: {path}: the part {begin[2]!r} is unknown, here twice, or within another")
        inside = inside and not END.fullmatch(line)
        if not inside:
            lines.append(line)
        if begin:
            lines += [begin[1] + made if made else "" for made in left.pop(begin[2])(header)]
            inside = True
    if left or inside:
        sys.exit(f"bindings.py: {path}: the lines around {', '.join(left) or 'a part'} are not there")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where a file is out of date")
    check = parser.parse_args().check
    header = read_header()
    files = parts_of_files(header)
    differ = 0
    for path, parts in files.items():
        old = (ROOT / path).read_text(encoding="utf-8")
        new = renewed(path, old, parts, header)
        if old == new:
            continue
        differ += 1
        if not check:
            (ROOT / path).write_text(new, encoding="utf-8")
            print(f"{path} is written")
            continue
        was, now = old.split("\n"), new.split("\n")
        number = next((i for i, pair in enumerate(zip(was, now)) if pair[0] != pair[1]), min(len(was), len(now)))
        print(f"FAIL {path}:{number + 1}: this is not what python3 cmake/bindings.py makes of {HEADER}")
        print(f"  here  {''.join(was[number : number + 1])}\n  made  {''.join(now[number : number + 1])}")
    functions, constants = len(header.functions), sum(map(len, header.constants.values()))
    print(f"{functions} functions, {constants} constants, {len(header.structs)} structs; "
          f"{sum(map(len, files.values()))} parts of {len(files)} files, {differ} files differed")
    return 1 if check and differ else 0


if __name__ == "__main__":
    sys.exit(main())
