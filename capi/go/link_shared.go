//go:build !unitvar_static

package unitvar

// #cgo pkg-config: unitvar
import "C"
