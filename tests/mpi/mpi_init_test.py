#!/usr/bin/env python3
"""Keeps the word of unitvar_mpi_init: ranks' files hold the model that one process makes, complete or not there, and what ranks
do not agree on stops all of them.

usage: mpi_init_test.py MPIEXEC FLAG PROGRAM TABLE WORK

The files are read by the format's own description, and by the package safetensors, and its loader for PyTorch, where these are
installed.
"""
import hashlib
import json
import pathlib
import re
import resource
import shutil
import subprocess
import sys

MPIEXEC, FLAG, PROGRAM, TABLE, WORK = sys.argv[1:]
WORK = pathlib.Path(WORK)
MLP = pathlib.Path(__file__).resolve().parents[2] / "bench/models/mlp.tsv"
failures = 0


def names_of(table):
    return [line.split("\t")[0] for line in open(table) if line[0] != "#"]


def check(what, right, more=""):
    global failures
    if not right:
        failures += 1
        print(f"FAIL {what}: {more}")


def run(ranks, *options, limit=None, program=(PROGRAM,)):
    """Exit status, standard output, standard error."""
    def limits():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    command = [MPIEXEC, FLAG, str(ranks), *program, "--model", TABLE, "--quiet", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limits)
    return done.returncode, done.stdout, done.stderr


def tensors_of(path):
    """{name: (dtype, shape, bytes)} and the metadata, by the description of the format alone."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    spans = sorted(t["data_offsets"] for t in header.values())
    ends = [0] + [end for _, end in spans]
    check(path, all(begin == end for (begin, _), end in zip(spans, ends)) and ends[-1] == len(data) - 8 - length, "gaps")
    begin = 8 + length
    return {name: (t["dtype"], t["shape"], data[begin + t["data_offsets"][0] : begin + t["data_offsets"][1]])
            for name, t in header.items()}, metadata


def put(whole, shape, offset, part_shape, part, element):
    """A rectangle of a row-major tensor into it."""
    strides = [element] * len(shape)
    for d in range(len(shape) - 2, -1, -1):
        strides[d] = strides[d + 1] * shape[d + 1]
    run_length = (part_shape[-1] if shape else 1) * element
    rows = len(part) // run_length
    for row in range(rows):
        at = offset[-1] * element if shape else 0
        rest = row
        for d in range(len(shape) - 2, -1, -1):
            at += (rest % part_shape[d] + offset[d]) * strides[d]
            rest //= part_shape[d]
        whole[at : at + run_length] = part[row * run_length : (row + 1) * run_length]


def digest(directory, table=TABLE):
    """SHA-256 of the model of a table that the files of a directory hold."""
    whole = {}
    for path in sorted(directory.glob("*.safetensors")):
        tensors, metadata = tensors_of(path)
        slices = json.loads(metadata.get("slices", "{}"))
        for name, (dtype, shape, data) in tensors.items():
            place = slices.get(name, {"offset": [0] * len(shape), "of": shape})
            element = {"F32": 4, "F64": 8, "BF16": 2, "F16": 2}[dtype]
            size = element
            for length in place["of"]:
                size *= length
            put(whole.setdefault(name, bytearray(size)), place["of"], place["offset"], shape, data, element)
    manifest = directory / "manifest.json"
    if manifest.exists():
        contents = json.loads(manifest.read_text())
        for name, of in contents["tensors"].items():
            element = contents["bytes_per_element"]
            size = element
            for length in of:
                size *= length
            whole[name] = bytearray(size)
            for path in directory.glob(f"{name}*"):
                match = re.fullmatch(r"@([0-9x]+)\+([0-9x]+)", path.name[len(name):])
                if path.name == name:
                    whole[name][:] = path.read_bytes()
                elif match:
                    offset, shape = ([int(n) for n in group.split("x")] for group in match.groups())
                    put(whole[name], of, offset, shape, path.read_bytes(), element)
    return hashlib.sha256(b"".join(bytes(whole[name]) for name in names_of(table))).hexdigest()


def state(directory):
    return {path.name: (path.read_bytes(), path.stat().st_ino) for path in directory.iterdir()}


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    status, output, error = run(1, "--layout", "sharded", "--dtype", "f32")
    check("one process", status == 0, error)
    expected = re.search(r"[0-9a-f]{64}", output)[0]

    for layout, ranks in (("tensor", 3), ("pipeline", 3), ("2x1x2", 4)):
        for form in ("safetensors", "raw") if layout == "tensor" else ("safetensors",):
            directory = WORK / f"{layout}-{form}"
            options = ("--layout", layout, "--dtype", "f32", "--out", directory, "--format", form)
            status, output, error = run(ranks, *options)
            check(directory, status == 0 and "bytes written" in output, output + error)
            check(directory, digest(directory) == expected, "another digest")
            check(directory, not list(directory.glob("*.part")), "files that are not complete")
            check(directory, (directory / "model.safetensors.index.json").exists() ==
                  (layout == "pipeline" and form == "safetensors"), "an index exactly where tensors are whole")
    index = json.loads((WORK / "pipeline-safetensors/model.safetensors.index.json").read_text())
    check("index", set(index["weight_map"]) == set(names_of(TABLE)) and
          all((WORK / "pipeline-safetensors" / name).exists() for name in index["weight_map"].values()))

    # Going on: what is complete stays, what is not there is made again.
    for form in ("safetensors", "raw"):
        directory = WORK / f"tensor-{form}"
        options = ("--layout", "tensor", "--dtype", "f32", "--out", directory, "--format", form)
        before = state(directory)
        status, output, error = run(3, *options)
        check(directory, status == 0 and "complete already" in output and state(directory) == before, output + error)
        gone = sorted(path for path in directory.iterdir() if path.name != "manifest.json")[1]
        gone.unlink()
        status, output, error = run(3, *options)
        after = state(directory)
        check(directory, status == 0 and after.keys() == before.keys() and after[gone.name][0] == before[gone.name][0] and
              all(after[name] == before[name] for name in before if name != gone.name), output + error)
        # Another run's files are left alone.
        status, output, error = run(3, *options, "--seed", "43")
        check(directory, status == 2 and "which is not of this run" in error and state(directory) == after, error)

    # Killed midway: the limit of a file's size, which MPI's own memory is within, ends a rank while it writes.
    directory = WORK / "killed"
    options = ("--layout", "sharded", "--dtype", "f32", "--model", "mlp")
    status, output, error = run(2, *options, "--out", directory, limit=24 << 20)
    check("killed", status != 0, output)
    check("killed", directory.exists() and list(directory.iterdir()) and all(p.suffix == ".part" for p in directory.iterdir()),
          list(directory.iterdir()) if directory.exists() else error)
    status, output, error = run(2, *options, "--out", directory)
    mlp = re.search(r"[0-9a-f]{64}", run(1, *options)[1])[0]
    check("killed, again", status == 0 and digest(directory, MLP) == mlp and not list(directory.glob("*.part")), error)

    # A rank with another seed or table: the same error from both, and nothing is written.
    for option, value, message in (("--seed", "43", "rank 1: seed is 43; expected 42, which rank 0 has"),
                                   ("--dtype", "f16", "rank 1: the table of parameters is another; expected names")):
        directory = WORK / "mismatch"
        common = ["--model", TABLE, "--quiet", "--layout", "sharded", "--out", str(directory)]
        # By the rank that the launcher tells: mpirun of Open MPI 5.0.7 crashes of two programs with ":" between them.
        differ = f'[ "${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}}" != 1 ] || set -- "$@" {option} {value}; exec "$@"'
        done = subprocess.run([MPIEXEC, FLAG, "2", "sh", "-c", differ, "sh", PROGRAM, *common],
                              capture_output=True, text=True)
        said = [done.stderr.count(f"mpi_init, on rank {rank}: {message}") for rank in (0, 1)]
        # mpirun may end the second rank before it has said all.
        check(f"mismatch of {option}", done.returncode == 2 and max(said) == 1, done.stderr)
        check(f"mismatch of {option}", not directory.exists() or not list(directory.iterdir()), "files")

    # Options: the argument, its value, what was expected.
    for options, message in ((["--layout", "2x1"], "--layout is '2x1'; expected tensor, pipeline, sharded, all, or a grid"),
                             (["--layout", "3x1x1"], "the size of the grid is 3; expected 1, the number of ranks"),
                             (["--engine", "torch_mt19937"], "--engine is 'torch_mt19937'; expected an engine with positions"),
                             (["--seed", "-1"], "--seed is '-1'; expected a number from 0 to 18446744073709551615"),
                             (["--colour"], "option is '--colour'; expected one of those that --help lists"),
                             (["--out", "x"], "--layout is 'all'; expected one of them with --out")):
        status, _, error = run(1, *options)
        check(options, status == 2 and message in error, f"status {status}: {error}")
    status, output, _ = run(2, "--help")
    check("--help", status == 0 and output.count("usage: mpirun -n RANKS unitvar_mpi_init") == 1, output)

    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        print("the package safetensors is not installed: files were read by the format's description alone")
    else:
        for path in sorted(WORK.glob("*-safetensors/*.safetensors")):
            loaded = safetensors.numpy.load_file(path)
            own, _ = tensors_of(path)
            check(path, set(loaded) == set(own) and all(
                list(loaded[name].shape) == shape and loaded[name].tobytes() == data for name, (_, shape, data) in own.items()),
                "what safetensors loads")
        print(f"loaded by safetensors {safetensors.__version__} as well")
        try:
            import safetensors.torch
            import torch
        except ImportError:
            pass
        else:
            path = next(iter(sorted(WORK.glob("pipeline-safetensors/*.safetensors"))))
            loaded = safetensors.torch.load_file(path)
            check(path, all(t.dtype == torch.float32 and t.numpy().tobytes() == tensors_of(path)[0][name][2]
                            for name, t in loaded.items()), "what PyTorch loads")
            status, _, error = run(3, "--layout", "pipeline", "--out", WORK / "bf16")
            for path in sorted((WORK / "bf16").glob("*.safetensors")):
                own, _ = tensors_of(path)
                check(path, all(t.dtype == torch.bfloat16 and t.view(torch.int16).numpy().tobytes() == own[name][2]
                                for name, t in safetensors.torch.load_file(path).items()), "what PyTorch loads")
            print(f"and by PyTorch {torch.__version__}")
    print("FAILED" if failures else "all as expected")
    return 1 if failures else 0


sys.exit(main())
