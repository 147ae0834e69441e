#!/bin/sh
# test_demo.sh DEMO MODELS_DIR: checks the demo program from the outside.
#
# Totals of the model tables, --help, every kind of wrong table and wrong option with its message and exit status, and
# that threads leave the SHA-256 of a model alone while seed and engine change it. One line "ok ..." or "FAIL ..." per
# check; exit status 1 when a check fails.
set -u

if [ $# -ne 2 ]; then
    echo "usage: $0 DEMO MODELS_DIR" >&2
    exit 2
fi
demo=$1
models=$2
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
    "$demo" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
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

# totals FILE TENSORS PARAMETERS: what a table must show, under the preferred instruction set only.
totals() {
    run --quiet --isa auto --model "$models/$1"
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
digest() {
    run --quiet --model "$scratch/small.tsv" "$@"
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
expect "-h" 0 out "Examples:"

totals gpt2-small.tsv 148 124,439,808
totals resnet50.tsv 161 25,557,032
totals mlp.tsv 8 18,649,579

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
wrong_table "unknown rule" 1 "unknown rule 'orthogonal'" <<EOF
weight${tab}3x4${tab}orthogonal(1)
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
wrong_table "parameter past f32" 1 "'1e39' is not a number that a 32-bit float can hold" <<EOF
weight${tab}3x4${tab}constant(1e39)
EOF
wrong_table "negative deviation" 1 "'-1' is negative" <<EOF
weight${tab}3x4${tab}normal(0,-1)
EOF
wrong_table "bounds in the wrong order" 1 "'-1' is below the lower bound" <<EOF
weight${tab}3x4${tab}uniform(1,-1)
EOF
wrong_table "unknown fan mode" 1 "unknown fan mode 'fan'" <<EOF
weight${tab}3x4${tab}kaiming_normal(0,fan,relu)
EOF
wrong_table "unknown nonlinearity" 1 "unknown nonlinearity 'gelu'" <<EOF
weight${tab}3x4${tab}kaiming_normal(0,fan_in,gelu)
EOF
wrong_table "fans of a vector" 1 "needs a shape of 2 dimensions or more" <<EOF
weight${tab}3${tab}xavier_uniform(1)
EOF
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
wrong_option "'table.tsv'" table.tsv
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
