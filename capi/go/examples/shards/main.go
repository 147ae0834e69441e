// Goroutines make the rows of one matrix, each with a generator of its own: the bits are those of the whole.
package main

import (
	"fmt"
	"log"
	"sync"

	"unitvar"
)

const rows, columns, parts = 1024, 768, 4

func makePart(xavier unitvar.Initializer, weight []float32, part int) error {
	g, err := unitvar.New(unitvar.PCG32, 42)
	if err != nil {
		return err
	}
	defer g.Close()
	const n = rows / parts
	t, err := unitvar.NewTensor(weight[part*n*columns:(part+1)*n*columns], n, columns)
	if err != nil {
		return err
	}
	return xavier.WriteShard(g, t, []int{rows, columns}, []int{part * n, 0})
}

func main() {
	xavier, err := unitvar.NewInitializer(unitvar.XavierNormal)
	if err != nil {
		log.Fatal(err)
	}
	weight := make([]float32, rows*columns)
	var group sync.WaitGroup
	for part := 0; part < parts; part++ {
		group.Add(1)
		go func(part int) {
			defer group.Done()
			if err := makePart(xavier, weight, part); err != nil {
				log.Fatal(err)
			}
		}(part)
	}
	group.Wait()

	g, err := unitvar.New(unitvar.PCG32, 42)
	if err != nil {
		log.Fatal(err)
	}
	whole := make([]float32, rows*columns)
	t, err := unitvar.NewTensor(whole, rows, columns)
	if err != nil {
		log.Fatal(err)
	}
	if err := xavier.Write(g, t); err != nil {
		log.Fatal(err)
	}
	for i := range whole {
		if whole[i] != weight[i] {
			log.Fatalf("element %d differs", i)
		}
	}
	fmt.Println("the parts are the whole")
}
