package unitvar

// #include "shims.h"
import "C"

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Generator is (engine, seed, stream) and a position in blocks of 64 words of 32 bits. Every call starts at a block
// boundary. It belongs to one goroutine at a time: a call while another one is in it is an error. A copy of the struct is
// the same generator; [Generator.Clone] gives another one.
type Generator struct {
	state *generatorState
}

// generatorState is what all copies of a Generator have in common, and what the finalizer is for.
type generatorState struct {
	raw  *C.generator
	busy int32
}

// New gives a generator at block 0 of stream 0. Any seed is valid; a negative one of torch.manual_seed is taken modulo
// 2^64, as the conversion uint64(seed) of an int64 does.
func New(engine Engine, seed uint64) (*Generator, error) { return NewStream(engine, seed, 0) }

// NewStream gives a generator at block 0 of a stream; streams of one seed are unrelated.
func NewStream(engine Engine, seed, stream uint64) (*Generator, error) {
	var raw *C.generator
	return own(finish(C.go_generator_create(C.int32_t(engine), C.uint64_t(seed), C.uint64_t(stream), &raw)), &raw)
}

// NewTorch gives a generator of TorchMT19937 that follows a release of PyTorch, major * 100 + minor, which ran on a glibc,
// 228 for 2.28 to 2.40 or 241 for 2.41 and later; 0 is the newest known of either.
func NewTorch(seed uint64, release, libm int32) (*Generator, error) {
	var raw *C.generator
	return own(finish(C.go_generator_create_torch(C.uint64_t(seed), C.int32_t(release), C.int32_t(libm), &raw)), &raw)
}

// own makes a Generator of what a call gave.
func own(err error, raw **C.generator) (*Generator, error) {
	if err != nil {
		return nil, err
	}
	state := &generatorState{raw: *raw}
	runtime.SetFinalizer(state, func(state *generatorState) { C.unitvar_generator_destroy(state.raw) })
	return &Generator{state}, nil
}

// enter makes this call the only one in the generator, until leave.
func (g *Generator) enter() (*generatorState, error) {
	if g == nil || g.state == nil {
		return nil, invalid("g is nil, expected a generator")
	}
	if !atomic.CompareAndSwapInt32(&g.state.busy, 0, 1) {
		return nil, invalid("g is in use by another goroutine, expected a generator of this goroutine's own")
	}
	return g.state, nil
}

// leave also keeps the state from being collected, and so the C generator from being freed, until the call is over.
func (s *generatorState) leave() { atomic.StoreInt32(&s.busy, 0) }

// call hands the C generator to f, alone.
func (g *Generator) call(f func(raw *C.generator) C.outcome) error {
	state, err := g.enter()
	if err != nil {
		return err
	}
	defer state.leave()
	if state.raw == nil {
		return invalid("g is closed, expected an open generator")
	}
	return finish(f(state.raw))
}

// Close frees the generator; a second call does nothing. One that nobody refers to any more is closed by the collector.
// A generator that another goroutine is in stays open, which is an error.
func (g *Generator) Close() error {
	if g == nil || g.state == nil {
		return nil
	}
	state, err := g.enter()
	if err != nil {
		return err
	}
	defer state.leave()
	if state.raw != nil {
		runtime.SetFinalizer(state, nil)
		C.unitvar_generator_destroy(state.raw)
		state.raw = nil
	}
	return nil
}

// Clone gives a generator in the same state.
func (g *Generator) Clone() (*Generator, error) {
	var copied *C.generator
	return own(g.call(func(raw *C.generator) C.outcome { return C.go_generator_clone(raw, &copied) }), &copied)
}

// Fork gives a generator of its own for a name, whatever the position of g.
func (g *Generator) Fork(name string) (*Generator, error) {
	c, err := cName(name)
	if err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(c))
	var child *C.generator
	return own(g.call(func(raw *C.generator) C.outcome { return C.go_generator_fork(raw, c, &child) }), &child)
}

// Seek goes to a block.
func (g *Generator) Seek(block uint64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_generator_seek(raw, C.uint64_t(block)) })
}

// Tell gives the position in blocks.
func (g *Generator) Tell() (uint64, error) {
	var block C.uint64_t
	err := g.call(func(raw *C.generator) C.outcome { return C.go_generator_tell(raw, &block) })
	return uint64(block), err
}

// Save gives the complete state, the same bytes on every machine.
func (g *Generator) Save() ([]byte, error) {
	return g.saved(func(raw *C.generator, to unsafe.Pointer, capacity C.size_t, size *C.size_t) C.outcome {
		return C.go_generator_save(raw, to, capacity, size)
	})
}

// SaveTorch gives the state of a generator of TorchMT19937 as torch.get_rng_state() gives it.
func (g *Generator) SaveTorch() ([]byte, error) {
	return g.saved(func(raw *C.generator, to unsafe.Pointer, capacity C.size_t, size *C.size_t) C.outcome {
		return C.go_generator_save_torch(raw, to, capacity, size)
	})
}

func (g *Generator) saved(save func(*C.generator, unsafe.Pointer, C.size_t, *C.size_t) C.outcome) ([]byte, error) {
	var bytes []byte
	err := g.call(func(raw *C.generator) C.outcome {
		var size C.size_t
		if o := save(raw, nil, 0, &size); o.status != C.UNITVAR_OK {
			return o
		}
		bytes = make([]byte, size)
		return save(raw, unsafe.Pointer(&bytes[0]), size, &size)
	})
	if err != nil {
		return nil, err
	}
	return bytes, nil
}

// Load gives a generator from bytes that Save or SaveTorch wrote.
func Load(bytes []byte) (*Generator, error) {
	n := len(bytes)
	if n == 0 {
		bytes = make([]byte, 1)
	}
	var raw *C.generator
	return own(finish(C.go_generator_load(unsafe.Pointer(&bytes[0]), C.size_t(n), &raw)), &raw)
}

// LoadTorch gives a generator from the bytes of torch.get_rng_state() that goes on as one of [NewTorch] does.
func LoadTorch(bytes []byte, release, libm int32) (*Generator, error) {
	n := len(bytes)
	if n == 0 {
		bytes = make([]byte, 1)
	}
	var raw *C.generator
	return own(finish(C.go_generator_load_torch(
		unsafe.Pointer(&bytes[0]), C.size_t(n), C.int32_t(release), C.int32_t(libm), &raw)), &raw)
}
