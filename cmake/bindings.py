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
    documentation: str  # the comment above it, or above the first of its group

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


class Initialiser(NamedTuple):
    """What the header and the registry say of a kind that has a function of its own."""

    name: str
    value: int
    summary: str  # the comment of its constant
    draws: bool
    parameters: List[Parameter]  # without generator and tensor
    defaults: Dict[str, str]  # of parameters behind the last that has none
    matrix: bool  # takes no other than 2 dimensions
    filters: bool  # takes no other than 3 to 5


class Header(NamedTuple):
    functions: List[Function]
    constants: Dict[str, List[Constant]]  # by the first words of the comment above them
    structs: Dict[str, List[Parameter]]  # by their names without unitvar_
    initialisers: List[Initialiser]


DECLARATION = re.compile(
    r"""/\*\ ----\ (?P<section>\d+)\.
      | \#define\ UNITVAR_(?P<constant>\w+)\ (?P<value>\d+)(?:[ ]*/\*\ (?P<comment>.*?)\ \*/)?\n
      | /\*\ (?P<group>[\w ]+)[:.,].*?\*/\n
      | typedef\ struct\ \{(?P<members>.*?)\n\}\ unitvar_(?P<struct>\w+);
      | typedef\ struct\ \w+\ \w+;
      | UNITVAR_API\ (?P<result>[\w ]+?[ ]\*?)unitvar_(?P<function>\w+)\((?P<parameters>[^()]*)\);
      | (?P<comment_above>/\*.*?\*/) """, re.DOTALL | re.VERBOSE)


def declared(text, where):
    """"const T *x" taken apart."""
    match = re.fullmatch(r"((?:const )?\w+) ?(\**)(\w+)(?:\[(\d+)\])?", " ".join(text.split()))
    if match is None:
        sys.exit(f"bindings.py: {where}: {text.strip()!r} is not understood")
    return Parameter(match[1] + (" " + match[2] if match[2] else ""), match[3], match[4] or "")


def read_header():
    text = (ROOT / HEADER).read_text(encoding="utf-8")
    header = Header([], {}, {}, [])
    section = group = None
    documentation = ""
    for found in DECLARATION.finditer(text):
        if found["section"]:
            section = int(found["section"])
        elif found["group"]:
            group, documentation = found["group"], found[0]
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
            header.functions.append(
                Function(found["function"], parameters, found["result"].strip(), section, documentation))
        elif found["comment_above"]:
            documentation = found["comment_above"]
    # Nothing is overlooked.
    for what, expression, number in (
            ("functions", r"^UNITVAR_API ", len(header.functions)),
            ("structs", r"^typedef struct \{", len(header.structs)),
            ("constants", r"^#define UNITVAR_\w+ \d", sum(map(len, header.constants.values())))):
        if number != len(re.findall(expression, text, re.MULTILINE)):
            sys.exit(f"bindings.py: {HEADER}: not all {what} are understood")
    read_initialisers(header)
    return header


# Initialisers: the rows of the registry, and the functions of the same names. The numbers of a row are the defaults of
# those parameters that unitvar_initializer has no member for, in their order; members have the defaults below.
REGISTRY = "lib/core/init/registry.cpp"
MEMBERS = {"fan_mode": "fan_in", "nonlinearity": "leaky_relu", "distribution": "truncated_normal", "groups": "1"}
WITHOUT_DEFAULT = ("value", "sparsity", "fan_in", "fan_out", "axis")


def read_initialisers(header):
    registry = (ROOT / REGISTRY).read_text(encoding="utf-8")
    rows = {name: numbers for name, numbers in re.findall(r"\{InitKind::(\w+),[^{}]*\{([^{}]*)\}", registry)}
    functions = {f.name: f for f in header.functions}
    for constant in header.constants[ENUMERATIONS["Kind"][0]]:
        name = constant.short.lower()
        if name not in rows or f"init_{name}" not in functions or not constant.comment:
            sys.exit(f"bindings.py: {name} needs a row in {REGISTRY}, a function and a comment at its constant")
        f = functions[f"init_{name}"]
        draws = f.parameters[0].name == "g"
        parameters = f.parameters[2 if draws else 1:]
        numbers = iter(filter(None, re.split(", *", rows[name])))
        defaults = {}
        for p in parameters:
            value = MEMBERS[p.name] if p.name in MEMBERS else next(numbers, None)
            if p.name in WITHOUT_DEFAULT or value is None:
                defaults.clear()
            else:
                defaults[p.name] = value
        words = " ".join(f.documentation.replace("\n *", "").split())
        header.initialisers.append(Initialiser(name, constant.value, constant.comment, draws, parameters, defaults,
                                               "other than 2 dimensions" in words,
                                               "other than 3 to 5 dimensions" in words))


def translated(table, kind, where):
    if kind not in table:
        sys.exit(f"bindings.py: {where} has the type {kind!r}, which the table does not have")
    return table[kind]


# The enumerations of the bindings: how the header's comment on their constants begins, and what they are looked up by.
ENUMERATIONS = {
    "Status": ("Status", "status"), "Engine": ("Engine", "engine"), "FanMode": ("Fan mode", "fan_mode"),
    "Nonlinearity": ("Nonlinearity", "nonlinearity"), "Distribution": ("Distribution", "distribution"),
    "WeightLayout": ("Weight layout", "weight_layout"), "Kind": ("Kind of initialiser", "initializer"),
    "DrawKind": ("Kind of draw", "draw"),
}
# Parameters of functions that are constants of them, by their names.
CONSTANT_PARAMETERS = {
    "fan_mode": "FanMode", "nonlinearity": "Nonlinearity", "distribution": "Distribution", "layout": "WeightLayout",
}


def member_of(enumeration, value, header):
    """The name, in lower case, of the constant that a default is, by its number or already a name."""
    if not value.isdigit():
        return value
    group = header.constants[ENUMERATIONS[enumeration][0]]
    return next(constant.short.lower() for constant in group if constant.value == int(value))


def wrapped(open_with, items, close_with, indent=""):
    """As listed() gives them, each line indented."""
    return [indent + line for line in listed(open_with, items, close_with, WIDTH - len(indent))]


# ---- Samplers: what all languages say of them, and the code behind them, but of those that are written by hand -------

SAMPLERS_BY_HAND = {
    *(f"{name}_{kind}" for name in ("uniform", "normal", "normal_icdf", "trunc_normal") for kind in ("f32", "f64")),
    "bits_u32", "bits_u64", "permutation_i64", "choice_i64", "bernoulli_bits",
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
        words = re.sub(r"^ ?/?\*+/?|\*/$", "", self.function.documentation, flags=re.MULTILINE).split()
        return re.split(r"[:.] ", " ".join(words))[0]

    def by_type(self, double, whole):
        return [double.format(p.name) if p.type == "double" else whole.format(p.name) for p in self.parameters]

    @property
    def values(self):
        return [PARAMETERS[p.name][1] if p.type == "double" else WHOLE[p.name] for p in self.parameters]


def samplers(header):
    for function in header.functions:
        kind, _, element = function.name.rpartition("_")
        if (function.section == 5 and function.name not in SAMPLERS_BY_HAND and element in ELEMENTS and
                [p.name for p in function.parameters[:3]] == ["g", "dst", "n"]):
            yield Sampler(function, kind, element)


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
            # Kinds of draws have no comment: each is a function.
            function = constant.short.lower()
            comment = constant.comment or f"what the sampler `{function}` draws"
            if name == "Kind":
                comment += f": [`crate::init::{function}`]"
            for line in textwrap.wrap(comment[0].upper() + comment[1:] + ".", WIDTH - len("        /// ")):
                yield f"/// {line}"
            yield f"{camel_case(constant)} = sys::UNITVAR_{constant.name},"

    return variants


RUST_VALUES = {"double": "f64", "int64_t": "i64", "int32_t": "i32"}


def rust_initialisers(draws):
    def rows(header):
        for i in header.initialisers:
            if i.draws != draws:
                continue
            yield f"/// {sentence(i.summary)}"
            arguments = []
            for p in i.parameters:
                enumeration = CONSTANT_PARAMETERS.get(p.name)
                kind = enumeration or translated(RUST_VALUES, p.type, i.name)
                arguments.append(f"{p.name}: {kind} => {p.name}" + (".raw()" if enumeration else ""))
            line = f"{i.name} = unitvar_init_{i.name}({', '.join(arguments)});"
            if len(line) + 4 <= WIDTH:
                yield line
            else:
                yield f"{i.name} = unitvar_init_{i.name}("
                yield from wrapped("", arguments, ");", "    ")

    return rows


def sentence(comment):
    return comment[0].upper() + comment[1:] + "."


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
    (r"\w+\.(engine|fan_mode|nonlinearity|distribution|layout) int32", r"\1"),
    (r"initializer_defaults\.kind int32", "kind"),
    (r"draw_defaults\.kind int32", "draw_kind"),
    (r"\w+\.(training|use_input_stats|replacement) int32", "flag"),
    (r"\w+\.normalized_ndim int32", "dims"),
    (r"set_isa\.name text", "text?"),
    (r"\w+\.dst .*", "pointer"),
    # Generators, and moments that Python has as an object: the first parameter.
    (r"generator_destroy\.g g", "pointer"),
    (r"(init|init_shard|sobol\w*)\.g g", "g?"),
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
    (r"(batch_moments|batch_norm_given|batch_norm_given_activation)\.n size", "fives"),
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


PYTHON_NUMBERS = {"double": "Number", "int32_t": "Integer", "int64_t": "Integer"}


def python_initialisers(header):
    for i in header.initialisers:
        arguments = (["g: Generator"] if i.draws else []) + ["t: Array"]
        for p in i.parameters:
            enumeration = CONSTANT_PARAMETERS.get(p.name)
            kind = f"{enumeration}Like" if enumeration else translated(PYTHON_NUMBERS, p.type, i.name)
            default = i.defaults.get(p.name)
            if default is not None:
                if enumeration:
                    default = f"{enumeration}.{member_of(enumeration, default, header).upper()}"
                elif p.type == "double":
                    default = repr(float(default))
                kind += f" = {default}"
            arguments.append(f"{p.name}: {kind}")
        yield ""
        yield ""
        yield from listed(f"def init_{i.name}(", arguments, ") -> None:")
        yield from textwrap.wrap(f'"""{sentence(i.summary)}"""', WIDTH, initial_indent=PYTHON_INDENT,
                                 subsequent_indent=PYTHON_INDENT)
        given = [p.name for p in i.parameters]
        yield PYTHON_INDENT + f"_library.init_{i.name}({', '.join((['g'] if i.draws else []) + ['t'] + given)})"


def python_names(header):
    names = sorted(f'"init_{i.name}"' for i in header.initialisers)
    yield from textwrap.wrap(", ".join(names) + ",", WIDTH - len(PYTHON_INDENT))


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
        if s.kind in seen or f"{s.kind}_f32" in SAMPLERS_BY_HAND:
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
        if f"{kind}_f32" not in SAMPLERS_BY_HAND:
            yield f"_{kind.upper()} = _ByDType({', '.join(by_element)})"


def python_sampler_cases(header):
    for s in samplers(header):
        dtype = ELEMENTS[s.element][4]
        array = "BF16" if dtype is None else f"np.{dtype}"
        yield f'"{s.function.name}": lambda: sample({array}, lambda g, x: g.{s.kind}({", ".join(["x", *s.values])})),'


def python_sampler_arguments(header):
    seen = set()
    for s in samplers(header):
        if s.kind not in seen and f"{s.kind}_f32" not in SAMPLERS_BY_HAND:
            seen.add(s.kind)
            values = "".join(f", {p.name}={value}" for p, value in zip(s.parameters, s.values))
            yield f'"Generator.{s.kind}": dict(dst=np.empty(4, np.{ELEMENTS[s.element][4]}){values}),'


# ---- Go: shims.h and constants --------------------------------------------------------------------------------------

# What shims.h has other types for. Tensors come by value, and T() gives their addresses.
GO_TYPES = {"unitvar_tensor *": "tensor", "const unitvar_tensor *": "tensor"}
GO_NAMES = {
    "PCG32": "PCG32", "TORCH_MT19937": "TorchMT19937", "ARS4X32": "ARS4x32", "RELU": "ReLU",
    "LEAKY_RELU": "LeakyReLU", "SELU": "SELU", "GELU": "GELU", "SILU": "SiLU", "ELU": "ELU", "GAIN": "OwnGain",
    "UNIFORM": "UniformDistribution", "NORMAL": "NormalDistribution",
    "TRUNCATED_NORMAL": "TruncatedNormalDistribution", "INIT_UNIFORM": "UniformKind", "INIT_NORMAL": "NormalKind",
    "INIT_TRUNC_NORMAL": "TruncNormalKind",
}


def listed(open_with, items, close_with, width=WIDTH):
    """Items with commas, in as many lines as they take, as clang-format has them."""
    if not items:
        yield open_with + close_with
        return
    line, indent = open_with, " " * len(open_with)
    for i, item in enumerate(items):
        item += close_with if i + 1 == len(items) else ","
        if line not in (open_with, indent):
            if len(line + " " + item) > width:
                yield line
                line = indent
            else:
                line += " "
        line += item
    yield line


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


GO_VALUES = {"double": "float64", "int64_t": "int64", "int32_t": "int32"}
GO_PARAMETERS = {"fan_mode": "mode", "nonlinearity": "n", "distribution": "d"}


def go_name(name):
    """exportedInGo without the first letter's case: fan_in is fanIn."""
    words = name.split("_")
    return words[0] + "".join(word.capitalize() for word in words[1:])


def go_initialisers(header):
    for i in header.initialisers:
        name = "Init" + "".join(word.capitalize() for word in i.name.split("_"))
        taken = ["g *Generator"] if i.draws else []
        taken.append("t *Tensor")
        given = (["raw"] if i.draws else []) + ["t.raw()"]
        for p, following in itertools.zip_longest(i.parameters, i.parameters[1:]):
            enumeration = CONSTANT_PARAMETERS.get(p.name)
            own = GO_PARAMETERS.get(p.name, go_name(p.name))
            # Neighbours of one type have it once.
            shared = not enumeration and following and following.type == p.type and \
                following.name not in CONSTANT_PARAMETERS
            taken.append(own if shared else f"{own} {enumeration or translated(GO_VALUES, p.type, i.name)}")
            given.append(f"C.{p.type}({own})")
        yield ""
        yield from textwrap.wrap(f"{name} writes {i.summary}.", WIDTH, initial_indent="// ", subsequent_indent="// ")
        yield f"func {name}({', '.join(taken)}) error {{"
        call = f"return C.go_init_{i.name}({', '.join(given)})"
        if not i.draws:
            yield f"\treturn finish({call[len('return '):]})"
        elif len(f"\treturn g.call(func(raw *C.generator) C.outcome {{ {call} }})") <= WIDTH - 3:
            yield f"\treturn g.call(func(raw *C.generator) C.outcome {{ {call} }})"
        else:
            yield "\treturn g.call(func(raw *C.generator) C.outcome {"
            first, *rest = textwrap.wrap(call, WIDTH - 12)
            yield "\t\t" + first
            yield from ("\t\t\t" + line for line in rest)
            yield "\t})"
        yield "}"
    yield ""


# ---- C++: the enumerations of include/unitvar, and what the C API looks names up in ---------------------------------


def name_of(group, constant):
    """By which a constant is looked up."""
    return "UNITVAR_" + constant.name if group == "Status" else constant.short.lower()


def cpp_enumeration(name):
    def members(header):
        group = ENUMERATIONS[name][0]
        for constant in header.constants[group]:
            yield f"{name_of(group, constant)} = {constant.value},"

    return members


def cpp_names(name):
    def rows(header):
        group = ENUMERATIONS[name][0]
        for constant in header.constants[group]:
            yield f'{{"{name_of(group, constant)}", UNITVAR_{constant.name}}},'

    return rows


CPP_VALUES = {"double": "double", "int64_t": "std::int64_t", "int32_t": "std::int32_t"}


def cpp_signature(i, header, defaults):
    arguments = (["Generator &generator"] if i.draws else []) + ["const TensorView &tensor"]
    for p in i.parameters:
        enumeration = CONSTANT_PARAMETERS.get(p.name)
        argument = f"{enumeration or translated(CPP_VALUES, p.type, i.name)} {p.name}"
        if defaults and p.name in i.defaults:
            value = i.defaults[p.name]
            argument += f" = {enumeration}::{member_of(enumeration, value, header)}" if enumeration else f" = {value}"
        arguments.append(argument)
    return arguments


def cpp_declarations(header):
    for i in header.initialisers:
        yield from textwrap.wrap(f"{sentence(i.summary)}", WIDTH, initial_indent="// ", subsequent_indent="// ")
        yield from listed(f"void init_{i.name}(", cpp_signature(i, header, True), ");")


def cpp_definitions(header):
    for i in header.initialisers:
        yield ""
        yield from listed(f"void init_{i.name}(", cpp_signature(i, header, False), ")")
        yield "{"
        members = [p.name for p in i.parameters if p.name in MEMBERS]
        numbers = [p.name if p.type == "double" else f"static_cast<double>({p.name})"
                   for p in i.parameters if p.name not in MEMBERS]
        value = f"with(InitKind::{i.name}, {{{', '.join(numbers)}}})"
        generator = "&generator" if i.draws else "nullptr"
        if members:
            yield f"    Initializer initializer = {value};"
            yield from (f"    initializer.{member} = {member};" for member in members)
            yield f"    initialize({generator}, initializer, tensor);"
        else:
            yield f"    initialize({generator}, {value}, tensor);"
        yield "}"


def cpp_makers(header):
    for i in header.initialisers:
        yield f"void make_{i.name}(PlanSlot &slot, const InitRequest &request);"


def c_initialisers(header):
    for i in header.initialisers:
        parameters = (["unitvar_generator *g"] if i.draws else []) + ["unitvar_tensor *t"]
        parameters += [f"{p.type} {p.name}" for p in i.parameters]
        given = (["generator(g)"] if i.draws else []) + ["tensor_view(t)"]
        for p in i.parameters:
            enumeration = CONSTANT_PARAMETERS.get(p.name)
            given.append(f"static_cast<unitvar::{enumeration}>({p.name})" if enumeration else p.name)
        yield ""
        yield from listed(f"int32_t unitvar_init_{i.name}(", parameters, ")")
        yield "{"
        line = f"[&] {{ unitvar::init_{i.name}({', '.join(given)}); }});"
        if len(line) + len("    return guard(") <= WIDTH:
            yield "    return guard(" + line
        elif len(line) + 8 <= WIDTH:
            yield "    return guard("
            yield " " * 8 + line
        else:
            yield "    return guard([&] {"
            yield from wrapped(f"unitvar::init_{i.name}(", given, ");", " " * 8)
            yield "    });"
        yield "}"


# ---- Tests of initialisers ------------------------------------------------------------------------------------------

# The first sixteen are said by hand in each language; those after them are made from these values.
INITIALISERS_BY_HAND = 16
TEST_VALUES = {
    "gain": "1.5", "scale": "2.0", "fan_in": "7.0", "fan_out": "11.0", "axis": "1", "layout": "in_out_k",
    "fan_mode": "fan_geo_avg", "nonlinearity": "gelu", "distribution": "normal", "mean": "0.5", "std": "0.02",
    "value": "0.1", "a": "-1.0", "b": "1.0", "groups": "2", "sparsity": "0.3",
    "delta_orthogonal_layout.layout": "out_in_k",  # of the shape that all have, (16, 12, 3)
}


def tested(header):
    return [i for i in header.initialisers if i.value > INITIALISERS_BY_HAND]


def test_values(i, of_constant):
    """of_constant(enumeration, name in lower case) is how the language writes a constant."""
    for p in i.parameters:
        value = TEST_VALUES.get(f"{i.name}.{p.name}") or translated(TEST_VALUES, p.name, i.name)
        enumeration = CONSTANT_PARAMETERS.get(p.name)
        yield of_constant(enumeration, value) if enumeration else value


def c_constant(_, name):
    return "UNITVAR_" + name.upper()


def c_arguments(i):
    return ", ".join(["t", *test_values(i, c_constant)] if not i.draws else ["g", "t", *test_values(i, c_constant)])


def c_cases(header):
    for i in tested(header):
        n, ndim = ("192", "2") if i.matrix else ("576", "3")
        arguments = (["g"] if i.draws else []) + [f"tensor({ndim})", *test_values(i, c_constant)]
        yield from listed(f"INITIALIZER(init_{i.name}, {n}, ", arguments, ")")


def cpp_calls(header):
    for i in header.initialisers:
        numbers = iter(range(4))
        arguments = (["g"] if i.draws else []) + ["t"]
        for p in i.parameters:
            if p.name in MEMBERS:
                arguments.append(f"init.{p.name}")
            else:
                value = f"p[{next(numbers)}]"
                arguments.append(value if p.type == "double" else f"static_cast<{CPP_VALUES[p.type]}>({value})")
        yield f"case UNITVAR_INIT_{i.name.upper()}:"
        yield from wrapped(f"return unitvar_init_{i.name}(", arguments, ");", "    ")


def cpp_allocations(header):
    for i in tested(header):
        shape = "{300, 200}" if i.matrix else "{60, 40, 50}" if i.filters else "{300, 70, 3}"
        opening = f'check_initializer("unitvar_init_{i.name}", {shape},'
        function = f'[]({"G *g" if i.draws else "G *"}, T *t) {{'
        whole = f"{function} return unitvar_init_{i.name}({c_arguments(i)}); }});"
        width = WIDTH - 8
        if len(f"{opening} {whole}") <= width:
            yield f"{opening} {whole}"
        elif len("check_initializer(" + whole) <= width:
            yield opening
            yield " " * len("check_initializer(") + whole
        else:
            yield f"{opening} {function}"
            yield from wrapped(f"return unitvar_init_{i.name}(", c_arguments(i).split(", "), ");", "    ")
            yield "});"


def cpp_golden(header):
    for i in tested(header):
        kind = f"UNITVAR_INIT_{i.name.upper()}"
        for dtype in ("F32", "F64", "Bf16"):
            yield f'{{"{i.name}_{dtype.lower()}", by_default<{kind}, {dtype}>, 0, 0, 0, 42, 0, 0}},'


def rust_cases(header):
    def constant(enumeration, name):
        return f"{enumeration}::" + "".join(word.capitalize() for word in name.split("_"))

    for i in tested(header):
        shape = "matrix" if i.matrix else "filters"
        arguments = ", ".join((["g"] if i.draws else []) + ["t", *test_values(i, constant)])
        lines = f'("init_{i.name}", || {shape}(|{"g" if i.draws else "_"}, t| init::{i.name}({arguments}))),'
        if len(lines) + 4 > WIDTH:
            yield f'("init_{i.name}",'
            yield lines.replace(f'("init_{i.name}",', "")
        else:
            yield lines


def go_cases(header):
    def constant(_, name):
        of_c = name.upper()
        return "unitvar." + GO_NAMES.get(of_c, "".join(word.capitalize() for word in name.split("_")))

    for i in tested(header):
        shape = "matrix" if i.matrix else "filters"
        name = "Init" + "".join(word.capitalize() for word in i.name.split("_"))
        arguments = ", ".join((["g"] if i.draws else []) + ["t", *test_values(i, constant)])
        yield f'"init_{i.name}": func() []byte {{'
        yield f'\treturn {shape}(func({"g" if i.draws else "_"} generator, t tensor) error {{'
        yield f"\t\treturn unitvar.{name}({arguments})"
        yield "\t})"
        yield "},"


def python_constant(_, name):
    return f'"{name}"'


def python_cases(header):
    for i in tested(header):
        arguments = ", ".join((["g"] if i.draws else []) + ["t", *test_values(i, python_constant)])
        shape = ", (16, 12)" if i.matrix else ""
        line = f'"init_{i.name}": lambda: initialize('
        rest = f'lambda {"g" if i.draws else "_"}, t: unitvar.init_{i.name}({arguments}){shape}),'
        if len(PYTHON_INDENT + line + rest) <= WIDTH:
            yield line + rest
        else:
            yield line
            yield PYTHON_INDENT + rest


def python_valid(header):
    for i in tested(header):
        arguments = ["g=pcg32()"] if i.draws else []
        arguments.append("t=f32(4, 3)" if i.matrix else "t=f32(4, 4, 3)")
        arguments += [f"{p.name}={value}" for p, value in zip(i.parameters, test_values(i, python_constant))]
        yield from listed(f'"init_{i.name}": dict(', arguments, "),", WIDTH - 4)


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
            yield f'{{unitvar_{look_up}_from_name, "{name_of(group, constant)}", UNITVAR_{constant.name}}},'


# ---- The parts, and the files that they are in ----------------------------------------------------------------------


def parts_of_files(header):
    groups = [group for group, _ in ENUMERATIONS.values()]
    if sorted(groups) != sorted(header.constants):
        sys.exit(f"bindings.py: constants are those of {groups}, and {HEADER} has {list(header.constants)}")
    return {
        "include/unitvar/init.hpp": {
            **{name: cpp_enumeration(name) for name in (*CONSTANT_PARAMETERS.values(), "Kind")},
            "initialisers": cpp_declarations,
        },
        "lib/core/init.cpp": {"initialisers": cpp_definitions},
        "lib/core/init/kinds.hpp": {"makers": cpp_makers},
        "capi/init.cpp": {"initialisers": c_initialisers},
        "capi/library.cpp": {name: cpp_names(name) for name in ("Status", *CONSTANT_PARAMETERS.values())},
        "capi/rust/unitvar/src/init.rs": {
            "initialisers": rust_initialisers(False), "drawn_initialisers": rust_initialisers(True),
        },
        "capi/rust/unitvar/tests/functions.rs": {"initialisers": rust_cases, "samplers": rust_sampler_cases},
        "capi/go/init.go": {"initialisers": go_initialisers},
        "capi/go/functions_test.go": {"initialisers": go_cases, "samplers": go_sampler_cases},
        "capi/python/tests/test_functions.py": {"initialisers": python_cases, "samplers": python_sampler_cases},
        "capi/python/tests/test_arguments.py": {"initialisers": python_valid, "samplers": python_sampler_arguments},
        "tests/support/kinds.hpp": {"calls": cpp_calls},
        "tests/allocation_failures.cpp": {"initialisers": cpp_allocations, "samplers": allocation_samplers},
        "tests/golden/dump.cpp": {"initialisers": cpp_golden},
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
        "capi/go/samplers.go": {"samplers": go_samplers},
        "capi/rust/unitvar/src/error.rs": {"Status": rust_enumeration("Status")},
        "capi/rust/unitvar/src/constants.rs": {
            name: rust_enumeration(name) for name in ENUMERATIONS if name != "Status"
        },
        "capi/python/unitvar.py": {
            **{name: python_members(name) for name in PYTHON_STRUCTS}, "functions": python_functions,
            "samplers": python_samplers, "by_dtype": python_by_dtype,
            **{name: python_enumeration(name) for name in ENUMERATIONS},
            "names": python_names, "initialisers": python_initialisers,
        },
        "capi/go/shims.h": {"shims": go_shims},
        "capi/go/errors.go": {"Status": go_constants("Status")},
        "capi/go/constants.go": {name: go_constants(name) for name in ENUMERATIONS if name != "Status"},
        "tests/consumers/functions.c": {"functions": c_functions, "initialisers": c_cases, "samplers": c_samplers},
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
