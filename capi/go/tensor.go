package unitvar

// #include "shims.h"
import "C"

import (
	"math"
	"math/bits"
	"unsafe"
)

// BFloat16 has the bits of a bfloat16.
type BFloat16 uint16

// Float16 has the bits of an IEEE half.
type Float16 uint16

// Element is what a tensor may have. Integers and bool are for draws of PyTorch, such as TorchRandint, alone.
type Element interface {
	float32 | float64 | BFloat16 | Float16 | int8 | int16 | int32 | int64 | uint8 | bool
}

// Tensor is a slice seen in dimensions, row-major or with strides. It has the slice's memory, never a copy.
type Tensor struct {
	data   unsafe.Pointer
	dtype  C.unitvar_dtype
	shape  []C.int64_t
	stride []C.int64_t // empty: row-major
	offset uint64      // in bytes
}

func dtypeOf[T Element]() C.unitvar_dtype {
	var x T
	code := C.uint8_t(2) // DLPack's kDLFloat
	switch any(x).(type) {
	case BFloat16:
		code = 4 // kDLBfloat
	case int8, int16, int32, int64:
		code = 0 // kDLInt
	case uint8:
		code = 1 // kDLUInt
	case bool:
		code = 6 // kDLBool
	}
	return C.unitvar_dtype{code: code, bits: C.uint8_t(8 * unsafe.Sizeof(x)), lanes: 1}
}

func toC(list []int) []C.int64_t {
	out := make([]C.int64_t, len(list))
	for i, x := range list {
		out[i] = C.int64_t(x)
	}
	return out
}

// length is that of a list as C counts it. One of 2^31 and more stays too long: C refuses it.
func length(n int) C.int32_t {
	if n > math.MaxInt32 {
		return math.MaxInt32
	}
	return C.int32_t(n)
}

// elements gives how many elements a shape has; false where a length is negative or there are 2^64 or more.
func elements(shape []int) (uint64, bool) {
	count, empty, fits := uint64(1), false, true
	for _, length := range shape {
		if length < 0 {
			return 0, false
		}
		high, low := bits.Mul64(count, uint64(length))
		empty = empty || length == 0
		fits = fits && high == 0
		count = low
	}
	if empty {
		return 0, true
	}
	return count, fits
}

// NewTensor gives a row-major tensor of all elements of data.
func NewTensor[T Element](data []T, shape ...int) (*Tensor, error) {
	if count, ok := elements(shape); !ok || count != uint64(len(data)) {
		return nil, invalid("shape is %v, expected one of the %d elements of the slice", shape, len(data))
	}
	p, _ := begin(data)
	return &Tensor{data: unsafe.Pointer(p), dtype: dtypeOf[T](), shape: toC(shape)}, nil
}

// NewStridedTensor gives a tensor with any strides, in elements, from data[offset] on. Every index must lead into data.
func NewStridedTensor[T Element](data []T, offset int, shape, strides []int) (*Tensor, error) {
	if len(shape) != len(strides) {
		return nil, invalid("strides are %v, expected one for each of the %d dimensions", strides, len(shape))
	}
	// What is left before and behind the element that all indices so far lead to; steps only ever use it up.
	before, behind := uint64(offset), uint64(len(data)-1-offset)
	outside := offset < 0 || offset >= len(data)
	empty := false
	for i, length := range shape {
		if length < 0 {
			return nil, invalid("shape is %v, expected lengths of 0 or more", shape)
		}
		if length == 0 {
			empty = true
			continue
		}
		room, step := &behind, uint64(strides[i])
		if strides[i] < 0 {
			room, step = &before, -step
		}
		high, reach := bits.Mul64(uint64(length-1), step)
		if high != 0 || reach > *room {
			outside = true
			continue
		}
		*room -= reach
	}
	t := &Tensor{dtype: dtypeOf[T](), shape: toC(shape), stride: toC(strides)}
	if empty {
		return t, nil
	}
	if outside {
		return nil, invalid("shape %v with strides %v from %d leads outside of the %d elements of the slice",
			shape, strides, offset, len(data))
	}
	var x T
	t.data = unsafe.Pointer(&data[0])
	t.offset = uint64(offset) * uint64(unsafe.Sizeof(x))
	return t, nil
}

// raw is the tensor as C takes it, by value.
func (t *Tensor) raw() C.tensor {
	if t == nil {
		return C.tensor{ndim: -1}
	}
	shape, _ := begin(t.shape)
	strides, _ := begin(t.stride)
	return C.tensor{
		data:        (*C.uint8_t)(t.data),
		ndim:        length(len(t.shape)),
		dtype:       t.dtype,
		shape:       shape,
		strides:     strides,
		byte_offset: C.uint64_t(t.offset),
	}
}

// Fans gives fan_in and fan_out of a weight of this shape.
func (t *Tensor) Fans() (fanIn, fanOut int64, err error) {
	var in, out C.int64_t
	err = finish(C.go_calculate_fans(t.raw(), &in, &out))
	return int64(in), int64(out), err
}

// FansInLayout gives those of any layout, and of a convolution in groups.
func (t *Tensor) FansInLayout(layout WeightLayout, groups int64) (fanIn, fanOut int64, err error) {
	var in, out C.int64_t
	err = finish(C.go_calculate_fans_layout(t.raw(), C.int32_t(layout), C.int64_t(groups), &in, &out))
	return int64(in), int64(out), err
}

// FansOfAxes gives those of axes, as JAX has them; negative ones count from the last.
func (t *Tensor) FansOfAxes(inAxes, outAxes, batchAxes []int32) (fanIn, fanOut int64, err error) {
	var in, out C.int64_t
	err = finish(C.go_calculate_fans_axes(t.raw(), axisList(inAxes), length(len(inAxes)), axisList(outAxes),
		length(len(outAxes)), axisList(batchAxes), length(len(batchAxes)), &in, &out))
	return int64(in), int64(out), err
}
