package unitvar

// #include "shims.h"
import "C"

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Generator is (engine, seed, stream) and a position in blocks of 64 words of 32 bits. Every call starts at a block
// boundary. It belongs to one goroutine at a time: a call while another one is in it is an error.
type Generator struct {
	raw  *C.generator
	busy int32
}

// New gives a generator at block 0 of stream 0.
func New(engine Engine, seed uint64) (*Generator, error) { return NewStream(engine, seed, 0) }

// NewStream gives a generator at block 0 of a stream; streams of one seed are unrelated.
func NewStream(engine Engine, seed, stream uint64) (*Generator, error) {
	var raw *C.generator
	return own(finish(C.go_generator_create(C.int32_t(engine), C.uint64_t(seed), C.uint64_t(stream), &raw)), &raw)
}

// own makes a Generator of what a call gave.
func own(err error, raw **C.generator) (*Generator, error) {
	if err != nil {
		return nil, err
	}
	g := &Generator{raw: *raw}
	runtime.SetFinalizer(g, func(g *Generator) { C.unitvar_generator_destroy(g.raw) })
	return g, nil
}

// call hands the C generator to f, alone.
func (g *Generator) call(f func(raw *C.generator) C.outcome) error {
	if g == nil {
		return invalid("g is nil, expected a generator")
	}
	if !atomic.CompareAndSwapInt32(&g.busy, 0, 1) {
		return invalid("g is in use by another goroutine, expected a generator of this goroutine's own")
	}
	defer atomic.StoreInt32(&g.busy, 0)
	if g.raw == nil {
		return invalid("g is closed, expected an open generator")
	}
	err := finish(f(g.raw))
	runtime.KeepAlive(g)
	return err
}

// Close frees the generator; a second call does nothing. One that nobody refers to any more is closed by the collector.
func (g *Generator) Close() error {
	if g == nil || g.raw == nil {
		return nil
	}
	return g.call(func(raw *C.generator) C.outcome {
		runtime.SetFinalizer(g, nil)
		C.unitvar_generator_destroy(raw)
		g.raw = nil
		return C.outcome{}
	})
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
	var size C.size_t
	if err := g.call(func(raw *C.generator) C.outcome { return save(raw, nil, 0, &size) }); err != nil {
		return nil, err
	}
	bytes := make([]byte, size)
	err := g.call(func(raw *C.generator) C.outcome {
		return save(raw, unsafe.Pointer(&bytes[0]), C.size_t(len(bytes)), &size)
	})
	if err != nil {
		return nil, err
	}
	return bytes[:size], nil
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
