// Package unitvar fills slices and tensors with random weights and takes moments; a seed gives the same bits on every
// processor, thread count and shard.
//
//	g, err := unitvar.New(unitvar.PCG32, 42)
//	...
//	defer g.Close()
//	x := make([]float32, 1000)
//	err = unitvar.Normal(g, x, 0, 1)
//
// What each function computes, its errors and sources are in unitvar.h, to which every function here leads. A
// [Generator] belongs to one goroutine at a time, and says so when two meet in it; everything else may be called from
// any goroutine. C keeps no Go pointer beyond a call.
//
// cgo finds the library by pkg-config. With the build tag unitvar_static and -ldflags '-extldflags -static' a program
// carries it within itself.
package unitvar

// #include "shims.h"
import "C"

import (
	"strings"
	"unsafe"
)

// Version is major*10000 + minor*100 + patch of the library that is loaded.
func Version() uint32 { return uint32(C.unitvar_version()) }

// VersionString is "major.minor.patch" of the library that is loaded.
func VersionString() string { return C.GoString(C.unitvar_version_string()) }

// StreamVersion rises when any bit of a sampler or an initialiser changes for the same arguments.
func StreamVersion() uint32 { return uint32(C.unitvar_stream_version()) }

// ISA is the instruction set in use, or "none" where UNITVAR_ISA cannot be used here.
func ISA() string { return C.GoString(C.unitvar_isa()) }

// SetISA forces an instruction set, "auto" for the best. It changes speed, never results.
func SetISA(name string) error {
	c, err := cName(name)
	if err != nil {
		return err
	}
	defer C.free(unsafe.Pointer(c))
	return finish(C.go_set_isa(c))
}

// NumThreads is the most threads that a call may use.
func NumThreads() int { return int(C.unitvar_num_threads()) }

// SetNumThreads sets it; 0 is every processor of the process.
func SetNumThreads(n int) error {
	if int(int32(n)) != n {
		return invalid("n is %d, expected 0 to 1024", n)
	}
	return finish(C.go_set_num_threads(C.int32_t(n)))
}

// cName copies a name to C's memory.
func cName(name string) (*C.char, error) {
	if strings.IndexByte(name, 0) >= 0 {
		return nil, invalid("name is %q, expected a name without NUL", name)
	}
	return C.CString(name), nil
}
