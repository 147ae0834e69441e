// A million normals, the same on every machine.
package main

import (
	"fmt"
	"log"

	"unitvar"
)

func main() {
	g, err := unitvar.New(unitvar.PCG32, 42)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	x := make([]float32, 1_000_000)
	if err := unitvar.Normal(g, x, 0, 1); err != nil {
		log.Fatal(err)
	}
	var m unitvar.Moments
	if err := unitvar.Update(&m, x); err != nil {
		log.Fatal(err)
	}
	variance, err := m.Variance(1)
	fmt.Printf("%v %v: mean %.6f, variance %.6f %v\n", x[0], x[999_999], m.Mean, variance, err)
}
