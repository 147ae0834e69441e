package unitvar

// #include "shims.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Status is why a call failed. It is an error itself, so that errors.Is(err, unitvar.InvalidArgument) asks for it.
type Status int32

// The statuses of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: Status

	InvalidArgument Status = C.UNITVAR_INVALID_ARGUMENT // an argument is out of its documented range
	Unsupported     Status = C.UNITVAR_UNSUPPORTED      // well-formed, but not available: a GPU device, a dtype, an instruction set
	OutOfMemory     Status = C.UNITVAR_OUT_OF_MEMORY    // the system has no memory left
	CorruptState    Status = C.UNITVAR_CORRUPT_STATE    // saved bytes that cannot be loaded
	StreamExhausted Status = C.UNITVAR_STREAM_EXHAUSTED // fewer blocks are left in the stream than the call needs
	Internal        Status = C.UNITVAR_INTERNAL         // a fault in Unitvar itself
	// end
)

// Error is the name, such as "UNITVAR_INVALID_ARGUMENT".
func (s Status) Error() string { return C.GoString(C.unitvar_status_name(C.int32_t(s))) }

// StatusFromName is the inverse of [Status.Error]; "UNITVAR_OK" gives 0.
func StatusFromName(name string) (Status, error) {
	return fromName[Status](name, func(c *C.char, out *C.int32_t) C.outcome { return C.go_status_from_name(c, out) })
}

// Error is a failed call. It wraps its Status.
type Error struct {
	Status  Status
	Message string // names the argument, its value and what was expected
}

func (e *Error) Error() string { return "unitvar: " + e.Message }

// Unwrap gives the Status.
func (e *Error) Unwrap() error { return e.Status }

// finish turns what a shim gives into an error.
func finish(o C.outcome) error {
	if o.status == C.UNITVAR_OK {
		return nil
	}
	e := &Error{Status: Status(o.status), Message: C.GoString(o.message)}
	C.free(unsafe.Pointer(o.message))
	return e
}

func invalid(format string, values ...any) error {
	return &Error{InvalidArgument, fmt.Sprintf(format, values...)}
}
