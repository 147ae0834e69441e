//go:build unitvar_static

package unitvar

// #cgo pkg-config: --static unitvar
import "C"
