// Loads the library by path at run time: go run ./examples/dlopen /usr/lib/libunitvar.so.0. Nothing of it is linked in,
// and its header is not needed.
package main

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

static int32_t call_create(void *f, int32_t engine, uint64_t seed, uint64_t stream, void **out)
{
    return ((int32_t (*)(int32_t, uint64_t, uint64_t, void **))f)(engine, seed, stream, out);
}
static int32_t call_normal_f32(void *f, void *g, float *dst, size_t n, double mean, double std)
{
    return ((int32_t (*)(void *, float *, size_t, double, double))f)(g, dst, n, mean, std);
}
static void call_destroy(void *f, void *g)
{
    ((void (*)(void *))f)(g);
}
*/
import "C"

import (
	"fmt"
	"log"
	"os"
	"unsafe"
)

func main() {
	path := "libunitvar.so.0"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	library := C.dlopen(name, C.RTLD_NOW)
	if library == nil {
		log.Fatal(C.GoString(C.dlerror()))
	}
	defer C.dlclose(library)
	lookUp := func(name string) unsafe.Pointer {
		c := C.CString(name)
		defer C.free(unsafe.Pointer(c))
		f := C.dlsym(library, c)
		if f == nil {
			log.Fatal(C.GoString(C.dlerror()))
		}
		return f
	}

	const pcg32 = 1
	var g unsafe.Pointer
	var x [4]C.float
	if C.call_create(lookUp("unitvar_generator_create"), pcg32, 42, 0, &g) != 0 ||
		C.call_normal_f32(lookUp("unitvar_normal_f32"), g, &x[0], C.size_t(len(x)), 0, 1) != 0 {
		log.Fatal("a call failed")
	}
	C.call_destroy(lookUp("unitvar_generator_destroy"), g)
	fmt.Println(x[0], x[1], x[2], x[3])
}
