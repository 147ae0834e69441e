#!/bin/sh
# test_demo.sh PYTHON BENCH: checks bench/demo.py from the outside; UNITVAR_LIBRARY is its library.
#
# Totals of the model tables, --help, every rule in every element type, every kind of wrong table and wrong option with
# its message and exit status; that threads, streaming and (by name) order leave the SHA-256 of a model alone while seed
# and engine change it, and that the demo proves slices equal to the whole. One line "ok ..." or "FAIL ..." per check;
# exit status 1 when a check fails.
set -u

if [ $# -ne 2 ]; then
    echo "usage: $0 PYTHON BENCH" >&2
    exit 2
fi
python=$1
demo=$2/demo.py
models=$2/models
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
unset UNITVAR_ISA UNITVAR_NUM_THREADS
failures=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
tab=$(printf '\t')

pass() { echo "ok   $1"; }
fail() {
    echo "FAIL $1"
    sed 's/^/     | /' "$scratch/out" "$scratch/err"
    failures=$((failures + 1))
}

# run ARGUMENT...: runs the demo; leaves its output in out and err and its exit status in $status.
run() {
    status=0
    "$python" "$demo" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
}

# expect TITLE STATUS STREAM TEXT: the last run ended with STATUS and wrote TEXT to STREAM (out or err).
expect() {
    if [ "$status" -ne "$2" ]; then
        fail "$1: exit status $status, not $2"
    elif ! grep -qF -e "$4" "$scratch/$3"; then
        fail "$1: '$4' is not in its output"
    else
        pass "$1"
    fi
}

# totals FILE TENSORS PARAMETERS SHA256: what a table must show, under the preferred instruction set only.
totals() {
    run --quiet --isa auto --model "$models/$1"
    expect "$1: the bytes of stream version 2" 0 out "$4"
    expect "$1: $2 tensors, $3 parameters" 0 out "$models/$1: $2 tensors, $3 parameters"
    expect "$1: every tensor is as expected" 0 out "$2 of $2 tensors have the expected mean and deviation"
}

# wrong_table TITLE LINE TEXT: the table on stdin is refused at LINE with a message that quotes TEXT.
wrong_table() {
    cat >"$scratch/wrong.tsv"
    run --model "$scratch/wrong.tsv"
    expect "wrong table: $1" 2 err "$scratch/wrong.tsv:$2: "
    expect "wrong table: $1: the reason" 2 err "$3"
}

# wrong_option TEXT ARGUMENT...: the command line is refused with a message that quotes TEXT.
wrong_option() {
    text=$1
    shift
    run "$@"
    expect "wrong option: $*" 2 err "$text"
}

# digest ARGUMENT...: the SHA-256 of the small model.
digest() { digest_of --model "$scratch/small.tsv" "$@"; }

# digest_of ARGUMENT...: the SHA-256 sums that a run prints, each once.
digest_of() {
    run --quiet "$@"
    grep -oE '[0-9a-f]{64}' "$scratch/out" | sort -u
}

# check_digest TITLE same|other ARGUMENT...: there is one SHA-256, and it is (not) that of the first run.
check_digest() {
    title=$1
    wanted=$2
    shift 2
    found=$(digest "$@")
    if [ "$found" = "$one" ]; then relation=same; else relation=other; fi
    if [ ${#found} -eq 64 ] && [ "$relation" = "$wanted" ]; then
        pass "$title"
    else
        fail "$title"
    fi
}

run --help
expect "--help" 0 out "--threads N"
run -h
expect "-h" 0 out "Exit status:"

totals gpt2-small.tsv 148 124,439,808 7e74857114bb1b7feaab5660ccf6c40acd3536f31b4a9f74593e7f3060871548
totals resnet50.tsv 161 25,557,032 eac1ee0668dab81b73e0a9f93947a4cd3c5572caf458bfad12a21a16e04b752d
totals mlp.tsv 8 18,649,579 0030d30f4f6ff72f0d3de89201f5195003dd1a84eb8d15fdcfd96c901c96738f

# Every rule, with spaces, comments, an empty line and a line that ends in CR LF.
{
    printf '# small\n\n'
    printf 'zeros\t7\tzeros\n'
    printf 'ones\t3x5\tones()\r\n'
    printf 'constant\t33\tconstant(0.1)\n'
    printf 'uniform\t1000\tuniform( -2 , 3 )\n'
    printf 'normal\t1\tnormal(1e3,0.5)\n'
    printf 'xavier_uniform\t30x70\txavier_uniform(1)\n'
    printf 'xavier_normal\t30x70\txavier_normal(1.6666666666666667)\n'
    printf 'kaiming_uniform\t300x70x3\tkaiming_uniform(0.2,fan_avg,leaky_relu)\n'
    printf 'kaiming_normal\t2000x1000\tkaiming_normal(0,fan_out,tanh)\n'
} >"$scratch/small.tsv"
run --model="$scratch/small.tsv" --seed=0x10 --engine=philox4x32 --threads=0
expect "every rule, --option=value" 0 out "9 of 9 tensors"
if [ "$(grep -c -E '(\(|zeros|ones\(\)|\))$' "$scratch/out")" -ge 9 ]; then
    pass "a row for each tensor"
else
    fail "a row for each tensor"
fi
run --model "$scratch/small.tsv" --model "$scratch/small.tsv" --quiet
if [ "$status" -eq 0 ] && [ "$(grep -c '9 of 9 tensors' "$scratch/out")" -eq 2 ]; then
    pass "--model twice"
else
    fail "--model twice"
fi
if [ -s "$scratch/err" ]; then
    fail "no progress line where stderr is not a terminal"
else
    pass "no progress line where stderr is not a terminal"
fi

one=$(digest --threads 1)
check_digest "one SHA-256 under every instruction set" same --threads 1
check_digest "1 and 2 threads: the same bytes" same --threads 2
check_digest "--isa scalar: the same bytes" same --isa scalar
check_digest "the default seed is 42" same --seed 42
check_digest "another seed: other bytes" other --seed 43
check_digest "another engine: other bytes" other --engine philox4x32

# ---- Every kind, in every element type ----

{
    printf 'zeros\t7\tzeros\n'
    printf 'value\tscalar\tconstant(3)\n'
    printf 'drawn\tscalar\tnormal(1,0.5)\n'
    printf 'eye\t37x50\teye\n'
    printf 'dirac\t12x5x3x3\tdirac(3)\n'
    printf 'uniform\t10x1000\tuniform(-2,3)\n'
    printf 'coarse\t1000\tnormal(1e3,0.5)\n'
    printf 'normal\t3x5000\tnormal(0,0.02)\n'
    printf 'trunc\t100x100\ttrunc_normal(0,1,-2,2)\n'
    printf 'tail\t1000\ttrunc_normal(0,1,-40,-38)\n'
    printf 'open\t3000\ttrunc_normal(1,2,3,inf)\n'
    printf 'narrow\t3000\ttrunc_normal(0,1,1,1.0001)\n'
    printf 'tall\t100x10x3\torthogonal(1.5)\n'
    printf 'wide\t20x400\torthogonal(-1)\n'
    printf 'delta\t64x32x3x3\tdelta_orthogonal(1)\n'
    printf 'sparse\t101x300\tsparse(0.3,0.01)\n'
    printf 'lecun\t200x50\tvariance_scaling(1,fan_in,truncated_normal)\n'
    printf 'glorot\t200x50\tvariance_scaling(1,fan_avg,uniform)\n'
    printf 'he\t200x50\tvariance_scaling(2,fan_out,normal)\n'
} >"$scratch/kinds.tsv"
kinds="--model $scratch/kinds.tsv"
for dtype in f32 f64 bf16 f16; do
    # shellcheck disable=SC2086
    run $kinds --quiet --dtype $dtype
    expect "--dtype $dtype: every kind is as expected" 0 out "19 of 19 tensors have the expected mean and deviation"
    expect "--dtype $dtype: the model is said to be of it" 0 out " MB of $dtype"
    if [ "$(grep -oE '[0-9a-f]{64}' "$scratch/out" | sort -u | tee -a "$scratch/sums" | wc -l)" -eq 1 ]; then
        pass "--dtype $dtype: one SHA-256 under every instruction set"
    else
        fail "--dtype $dtype: one SHA-256 under every instruction set"
    fi
done
if [ "$(sort -u "$scratch/sums" | wc -l)" -eq 4 ]; then
    pass "every --dtype has bytes of its own"
else
    fail "every --dtype has bytes of its own"
fi
check_digest "the default type is f32" same --dtype f32 --isa auto
check_digest "--stream: the same bytes" same --stream --isa auto
run --stream --quiet --model "$scratch/small.tsv"
expect "--stream: the size of the buffer" 0 out "a buffer of 8.0 MB"
expect "--stream: every tensor is as expected" 0 out "9 of 9 tensors"
run --stream --quiet --no-digest --model "$scratch/small.tsv"
expect "--no-digest" 0 out "No SHA-256 was computed"

# ---- By name, in any order; alone ----

check_digest "--by-name: other bytes than from one generator" other --by-name --isa auto
for how in "" --stream; do
    # shellcheck disable=SC2086
    run $kinds --quiet --by-name --dtype f16 --isa auto $how
    expect "--by-name $how: it says that order does not matter" 0 out "so the order of tensors does not matter"
    expect "--by-name $how: the same bytes in reverse order" 0 out "The same bytes in reverse order"
done
# shellcheck disable=SC2086
run $kinds --quiet --by-name --no-digest --stream
expect "--by-name --no-digest: nothing was compared" 0 out "neither slices nor orders were compared"
printf 'head\t1000\tuniform(0,1)\nlast\t3x50\tnormal(0,1)\n' >"$scratch/two.tsv"
printf 'other\t1000\tuniform(5,6)\nlast\t3x50\tnormal(0,1)\n' >"$scratch/other.tsv"
printf 'last\t3x50\tnormal(0,1)\nhead\t1000\tuniform(0,1)\n' >"$scratch/turned.tsv"
for how in "" --stream; do
    # shellcheck disable=SC2086
    {
        one=$(digest_of --model "$scratch/two.tsv" --only last --isa auto $how)
        alike=$(digest_of --model "$scratch/other.tsv" --only last --isa auto $how)
        turned=$(digest_of --model "$scratch/turned.tsv" --only last --isa auto $how)
    }
    if [ ${#one} -eq 64 ] && [ "$one" = "$alike" ] && [ "$one" != "$turned" ]; then
        pass "--only $how: a tensor has the bytes that follow the tensors before it"
    else
        fail "--only $how: a tensor has the bytes that follow the tensors before it"
    fi
    # shellcheck disable=SC2086
    {
        one=$(digest_of --model "$scratch/two.tsv" --only last --by-name --isa auto $how)
        turned=$(digest_of --model "$scratch/turned.tsv" --only last --by-name --isa auto $how)
    }
    if [ ${#one} -eq 64 ] && [ "$one" = "$turned" ]; then
        pass "--only --by-name $how: a tensor has its bytes wherever it stands"
    else
        fail "--only --by-name $how: a tensor has its bytes wherever it stands"
    fi
done

# ---- Shards: more ranks than rows too ----

for shard in 0/2 1/2 2/3 17/37 36/1000 999/1000; do
    for how in "" "--by-name --stream"; do
        # shellcheck disable=SC2086
        run $kinds --quiet --isa auto --dtype bf16 --shard $shard $how
        expect "--shard $shard $how: equals the whole" 0 out "The same bytes as in the whole: rank ${shard%/*}'s rows"
        expect "--shard $shard $how: whole tensors are measured" 0 out "19 of 19 tensors have the expected"
    done
done
printf 'rows\t7x3\tnormal(0,1)\nvector\t2\tnormal(0,1)\nvalue\tscalar\tnormal(0,1)\n' >"$scratch/rows.tsv"
run --quiet --model "$scratch/rows.tsv" --dtype f16 --shard 0/4
expect "--shard 0/4: 2 of 7 rows, 1 of 2 elements, the scalar" 0 out "Rank 0 of 4 holds 16 bytes (0.0 MB), 8 parameters"
run --quiet --model "$scratch/rows.tsv" --dtype f64 --shard 3/4
expect "--shard 3/4: 1 of 7 rows and nothing else" 0 out "Rank 3 of 4 holds 24 bytes (0.0 MB), 3 parameters"
run --quiet --model "$scratch/rows.tsv" --shard 7/8
expect "--shard 7/8: nothing" 0 out "Rank 7 of 8 holds 0 bytes (0.0 MB), 0 parameters"
expect "--shard 7/8: nothing equals nothing" 0 out "The same bytes as in the whole"
one=$(digest)
check_digest "--shard 0/1 is the whole" same --shard 0/1 --isa auto
check_digest "--shard 0/2 is not" other --shard 0/2 --isa auto

# ---- PyTorch's engine, which can neither seek nor fork ----

for how in "" --stream; do
    # shellcheck disable=SC2086
    run --quiet --isa auto --model "$scratch/small.tsv" --engine torch_mt19937 --shard 1/3 $how
    expect "torch_mt19937 $how: a shard equals the whole" 0 out "The same bytes as in the whole: rank 1's rows"
done
run --quiet --isa auto --model "$scratch/small.tsv" --engine torch_mt19937 --by-name
expect "torch_mt19937 --by-name: the library's reason" 3 err "which cannot be forked"

# ---- Llama 7B: its table, and as much of it as is made at once ----

run --quiet --model "$models/llama-7b.tsv" --dtype bf16 --only norm.weight
expect "llama-7b.tsv: 291 tensors, 6,738,415,616 parameters" 0 out \
    "$models/llama-7b.tsv: 291 tensors, 6,738,415,616 parameters, 13476.8 MB of bf16"
expect "llama-7b.tsv: larger models are streamed" 0 out "through a buffer of 0.0 MB"
expect "llama-7b.tsv: 32 layers with 2 norms, and the last" 0 out "65 of 65 tensors have the expected"
run --quiet --model "$models/llama-7b.tsv" --dtype bf16 --only model.layers.31.self_attn.o_proj --shard 5/8
expect "llama-7b.tsv: a rank of 8 holds an eighth of a projection" 0 out "Rank 5 of 8 holds 4,194,304 bytes"
expect "llama-7b.tsv: its bytes are those of the whole" 0 out "The same bytes as in the whole"

# ---- Wrong tables ----

wrong_table "no shape" 2 "no shape after 'weight'" <<EOF
# comment
weight
EOF
wrong_table "no rule" 1 "no rule after '3x4'" <<EOF
weight${tab}3x4
EOF
wrong_table "spaces for tabs" 1 "no shape after 'weight 3x4 zeros'" <<EOF
weight 3x4 zeros
EOF
wrong_table "empty name" 1 "the name '' is empty" <<EOF
${tab}3x4${tab}zeros
EOF
wrong_table "a fourth field" 1 "'weight'" <<EOF
weight${tab}3x4${tab}zeros${tab}more
EOF
wrong_table "bad shape" 3 "bad shape '3x4y'" <<EOF
a${tab}3${tab}zeros

weight${tab}3x4y${tab}zeros
EOF
wrong_table "shape with an empty dimension" 1 "bad shape '3x'" <<EOF
weight${tab}3x${tab}zeros
EOF
wrong_table "zero dimension" 1 "dimension '0' is not positive" <<EOF
weight${tab}3x0${tab}zeros
EOF
wrong_table "negative dimension" 1 "dimension '-3' is not positive" <<EOF
weight${tab}-3x4${tab}zeros
EOF
wrong_table "dimension past 64 bits" 1 "dimension '18446744073709551617'" <<EOF
weight${tab}18446744073709551617${tab}zeros
EOF
wrong_table "product past memory" 1 "too many elements for memory at dimension '4294967296'" <<EOF
weight${tab}4294967296x4294967296${tab}zeros
EOF
wrong_table "sum past memory" 5 "too many elements for memory" <<EOF
a${tab}1073741824x268435456${tab}zeros
b${tab}1073741824x268435456${tab}zeros
c${tab}1073741824x268435456${tab}zeros
d${tab}1073741824x268435455${tab}zeros
e${tab}1073741824x268435456${tab}zeros
EOF
wrong_table "unknown rule" 1 "unknown rule 'orthonormal'; the rules are zeros ones constant eye dirac" <<EOF
weight${tab}3x4${tab}orthonormal(1)
EOF
wrong_table "no parenthesis" 1 "'normal(0,1'" <<EOF
weight${tab}3x4${tab}normal(0,1
EOF
wrong_table "text after the parenthesis" 1 "'normal(0,1)2'" <<EOF
weight${tab}3x4${tab}normal(0,1)2
EOF
wrong_table "too few parameters" 1 "rule 'normal(0)' has 1 parameters; normal takes 2" <<EOF
weight${tab}3x4${tab}normal(0)
EOF
wrong_table "no parameters" 1 "rule 'normal' has 0 parameters" <<EOF
weight${tab}3x4${tab}normal
EOF
wrong_table "too many parameters" 1 "rule 'zeros(1)' has 1 parameters; zeros takes 0" <<EOF
weight${tab}3x4${tab}zeros(1)
EOF
wrong_table "parameter that is not a number" 1 "parameter 2: '0.02f' is not a number" <<EOF
weight${tab}3x4${tab}normal(0,0.02f)
EOF
wrong_table "empty parameter" 1 "parameter 1: '' is not a number" <<EOF
weight${tab}3x4${tab}normal(,1)
EOF
wrong_table "NaN" 1 "'nan' is not a number" <<EOF
weight${tab}3x4${tab}constant(nan)
EOF
wrong_table "parameter past f32" 1 "'1e39' is not a number that f32 can hold" <<EOF
weight${tab}3x4${tab}constant(1e39)
EOF
wrong_table "negative deviation" 1 "std is -1" <<EOF
weight${tab}3x4${tab}normal(0,-1)
EOF
wrong_table "bounds in the wrong order" 1 "a is 1 and b is -1" <<EOF
weight${tab}3x4${tab}uniform(1,-1)
EOF
wrong_table "unknown fan mode" 1 "unknown fan mode 'fan'" <<EOF
weight${tab}3x4${tab}kaiming_normal(0,fan,relu)
EOF
wrong_table "unknown nonlinearity" 1 "unknown nonlinearity 'hardswish'" <<EOF
weight${tab}3x4${tab}kaiming_normal(0,fan_in,hardswish)
EOF
wrong_table "fans of a vector" 1 "ndim is 1; expected at least 2 dimensions" <<EOF
weight${tab}3${tab}xavier_uniform(1)
EOF
wrong_table "infinity" 1 "b is inf; expected a finite number" <<EOF
weight${tab}3${tab}uniform(0,inf)
EOF
wrong_table "bounds in the wrong order" 1 "a is 2 and b is -2; expected a < b" <<EOF
weight${tab}3${tab}trunc_normal(0,1,2,-2)
EOF
wrong_table "deviation 0 where it divides" 1 "std is 0; expected a number > 0" <<EOF
weight${tab}3${tab}trunc_normal(0,0,-2,2)
EOF
wrong_table "no interval at all" 1 "rule 'trunc_normal(0,1,-inf,-inf)'" <<EOF
weight${tab}3${tab}trunc_normal(0,1,-inf,-inf)
EOF
wrong_table "three dimensions" 1 "rule 'eye': ndim is 3; expected 2 dimensions" <<EOF
weight${tab}3x4x5${tab}eye
EOF
wrong_table "no convolution" 1 "rule 'dirac(1)': ndim is 2; expected 3 to 5 dimensions" <<EOF
weight${tab}3x4${tab}dirac(1)
EOF
wrong_table "no groups" 1 "groups is 0; expected a number >= 1" <<EOF
weight${tab}3x4x5${tab}dirac(0)
EOF
wrong_table "groups that do not divide" 1 "rule 'dirac(2)': groups" <<EOF
weight${tab}3x4x5${tab}dirac(2)
EOF
wrong_table "more channels in than out" 1 "rule 'delta_orthogonal(1)': shape[1]" <<EOF
weight${tab}3x4x5${tab}delta_orthogonal(1)
EOF
wrong_table "sparsity" 1 "sparsity is 1.5; expected a number from 0 to 1" <<EOF
weight${tab}3x4${tab}sparse(1.5,1)
EOF
wrong_table "scale" 1 "scale is 0; expected a number > 0" <<EOF
weight${tab}3x4${tab}variance_scaling(0,fan_in,normal)
EOF
wrong_table "unknown distribution" 1 "unknown distribution 'cauchy'" <<EOF
weight${tab}3x4${tab}variance_scaling(1,fan_in,cauchy)
EOF
printf 'weight\t3\tconstant(65536)\n' >"$scratch/large.tsv"
run --quiet --model "$scratch/large.tsv" --dtype f16
expect "a number that f32 can hold but not f16" 2 err "'65536' is not a number that f16 can hold"
run --quiet --model "$scratch/large.tsv" --dtype bf16
expect "and bf16 can" 0 out "1 of 1 tensors"
wrong_table "duplicate name" 3 "the name 'weight' is already on line 1" <<EOF
weight${tab}3${tab}zeros
bias${tab}3${tab}zeros
weight${tab}3${tab}zeros
EOF
wrong_table "no tensor" 1 "ends without a tensor" <<EOF
# only a comment
EOF

run --model "$scratch/none.tsv"
expect "a file that does not exist" 2 err "$scratch/none.tsv: "
run --model "$scratch"
expect "a directory" 2 err "$scratch: "

wrong_option "--sed" --sed 1
wrong_option "--gpu" --gpu
wrong_option "seed" --seed
wrong_option "--seed: '-1'" --seed -1
wrong_option "--seed: '1x'" --seed 1x
wrong_option "--seed: ''" --seed=
wrong_option "--seed: '18446744073709551616'" --seed 18446744073709551616
wrong_option "--threads: '1025'" --threads 1025
wrong_option "--threads: 'two'" --threads=two
wrong_option "--engine: 'mt'" --engine mt
wrong_option "--isa: 'sse9'" --isa sse9
wrong_option "--dtype: 'f8': not one of f32, f64, bf16, f16" --dtype f8
wrong_option "--shard: '4': not of the form R/N" --shard 4
wrong_option "--shard: '1/0'" --shard 1/0
wrong_option "--shard: '/2'" --shard /2
wrong_option "--shard: '-1/2'" --shard=-1/2
wrong_option "--shard: '1/2/3'" --shard 1/2/3
wrong_option "--shard: '1/1000001'" --shard 1/1000001
wrong_option "--shard: '2/2': ranks are counted from 0" --shard 2/2
wrong_option "--only: 'nothing'" --model "$models/mlp.tsv" --only nothing
wrong_option "unrecognized arguments: table.tsv" table.tsv
UNITVAR_ISA=sse9
export UNITVAR_ISA
wrong_option "UNITVAR_ISA: 'sse9'" --quiet
unset UNITVAR_ISA

echo
if [ "$failures" -eq 0 ]; then
    echo "every check of the demo passed"
else
    echo "$failures checks of the demo FAILED"
    exit 1
fi
