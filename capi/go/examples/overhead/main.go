// Nanoseconds of one Normal of 16 elements: the least of 50 rounds of 20,000 calls, as bench/overhead/overhead.c.
package main

import (
	"fmt"
	"log"
	"time"

	"unitvar"
)

const rounds, calls = 50, 20000

func main() {
	g, err := unitvar.New(unitvar.PCG32, 42)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	x := make([]float32, 16)
	least := time.Hour
	for round := 0; round < rounds; round++ {
		start := time.Now()
		for call := 0; call < calls; call++ {
			if err := unitvar.Normal(g, x, 0, 1); err != nil {
				log.Fatal(err)
			}
		}
		if each := time.Since(start); each < least {
			least = each
		}
	}
	fmt.Printf("%.1f\n", float64(least.Nanoseconds())/calls)
}
