package unitvar_test

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"unitvar"
)

func refused(t *testing.T, err error, status unitvar.Status, words ...string) {
	t.Helper()
	var e *unitvar.Error
	if !errors.As(err, &e) || !errors.Is(err, status) {
		t.Errorf("%v, expected %v", err, status)
		return
	}
	for _, word := range words {
		if !strings.Contains(e.Message, word) {
			t.Errorf("%q does not mention %q", e.Message, word)
		}
	}
}

func TestAnErrorWrapsItsStatusAndNamesTheArgument(t *testing.T) {
	x := []float32{7, 7}
	refused(t, unitvar.Normal(pcg32(), x, 0, -1.5), unitvar.InvalidArgument, "std", "-1.5")
	if x[0] != 7 || x[1] != 7 {
		t.Error("a failed call wrote")
	}
	_, err := unitvar.Load([]byte("not a generator"))
	refused(t, err, unitvar.CorruptState)
	_, err = unitvar.Load(nil)
	refused(t, err, unitvar.CorruptState)
	refused(t, unitvar.BitsU32(atBlock(1<<58), make([]uint32, 1)), unitvar.StreamExhausted)
	_, err = unitvar.EngineFromName("mersenne")
	refused(t, err, unitvar.InvalidArgument, "mersenne")
	_, err = pcg32().Fork("a\x00b")
	refused(t, err, unitvar.InvalidArgument, "name")
	refused(t, unitvar.SetISA("sse9"), unitvar.InvalidArgument, "sse9")
	refused(t, unitvar.SetNumThreads(-1), unitvar.InvalidArgument, "-1")
	refused(t, unitvar.SetNumThreads(1<<40), unitvar.InvalidArgument, "n is")
}

func TestAClosedGeneratorIsAnError(t *testing.T) {
	g := pcg32()
	must(g.Close())
	must(g.Close())
	refused(t, unitvar.Normal(g, make([]float32, 16), 0, 1), unitvar.InvalidArgument, "closed")
	_, err := g.Clone()
	refused(t, err, unitvar.InvalidArgument, "closed")
	refused(t, unitvar.Normal(nil, make([]float32, 16), 0, 1), unitvar.InvalidArgument, "nil")
}

func TestACopyOfAGeneratorIsTheSameGenerator(t *testing.T) {
	g := pcg32()
	same := *g
	must(unitvar.BitsU32(&same, make([]uint32, 64)))
	if block := value(g.Tell()); block != 1 {
		t.Error(block)
	}
	must(g.Close())
	refused(t, unitvar.BitsU32(&same, make([]uint32, 64)), unitvar.InvalidArgument, "closed")
	must(same.Close())
	refused(t, unitvar.BitsU32(&unitvar.Generator{}, make([]uint32, 64)), unitvar.InvalidArgument, "nil")
	must((&unitvar.Generator{}).Close())
}

// Under the race detector: whoever closes it looks at it alone.
func TestGoroutinesMayCloseAGeneratorAtOnce(t *testing.T) {
	for round := 0; round < 100; round++ {
		g := pcg32()
		var group sync.WaitGroup
		for i := 0; i < 4; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				if err := g.Close(); err != nil {
					refused(t, err, unitvar.InvalidArgument, "another goroutine")
				}
			}()
		}
		group.Wait()
		must(g.Close())
		refused(t, unitvar.BitsU32(g, make([]uint32, 1)), unitvar.InvalidArgument, "closed")
	}
}

func TestTwoGoroutinesInOneGeneratorAreAnError(t *testing.T) {
	g := pcg32()
	var group sync.WaitGroup
	met := make(chan error, 2)
	for i := 0; i < 2; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			x := make([]float64, 1<<20)
			for round := 0; round < 1000 && len(met) == 0; round++ {
				if err := unitvar.Normal(g, x, 0, 1); err != nil {
					met <- err
				}
			}
		}()
	}
	group.Wait()
	if len(met) == 0 {
		t.Fatal("two goroutines used a generator at once, without an error")
	}
	refused(t, <-met, unitvar.InvalidArgument, "another goroutine")
}

func TestGoroutinesWithTheirOwnGenerators(t *testing.T) {
	whole := make([]float32, 64*64)
	must(unitvar.Normal(pcg32(), whole, 0, 1))
	parts := make([]float32, len(whole))
	var group sync.WaitGroup
	for block := 0; block < 64; block++ {
		group.Add(1)
		go func(block int) {
			defer group.Done()
			must(unitvar.Normal(atBlock(uint64(block)), parts[64*block:64*(block+1)], 0, 1))
		}(block)
	}
	group.Wait()
	for i := range whole {
		if whole[i] != parts[i] {
			t.Fatalf("element %d differs", i)
		}
	}
}

func TestShapesAndStridesLieInTheSlice(t *testing.T) {
	x := make([]float32, 24)
	for _, c := range []struct {
		shape []int
		fits  bool
	}{{[]int{24}, true}, {[]int{4, 6}, true}, {[]int{4, 7}, false}, {[]int{}, false}, {[]int{-4, -6}, false},
		{[]int{1 << 62, 1 << 62}, false}, {[]int{1 << 62, 4}, false}, {[]int{24, 1 << 62, 1 << 62}, false}} {
		if _, err := unitvar.NewTensor(x, c.shape...); (err == nil) != c.fits {
			t.Error(c.shape, err)
		}
	}
	for _, c := range []struct {
		offset         int
		shape, strides []int
		fits           bool
	}{
		{0, []int{4, 6}, []int{1, 4}, true},
		{1, []int{4, 6}, []int{6, 1}, false},
		{23, []int{24}, []int{-1}, true},
		{22, []int{24}, []int{-1}, false},
		{0, []int{2, 3}, []int{12, 5}, true},
		{0, []int{2, 3}, []int{12, 6}, false},
		{0, []int{2, 3}, []int{12}, false},
		{99, []int{0, 3}, []int{99, 99}, true},
		{24, []int{1}, []int{1}, false},
		{-1, []int{1}, []int{1}, false},
		{0, []int{3}, []int{1 << 62}, false},
		{0, []int{1 << 62}, []int{-1 << 63}, false},
	} {
		if _, err := unitvar.NewStridedTensor(x, c.offset, c.shape, c.strides); (err == nil) != c.fits {
			t.Error(c, err)
		}
	}
}

func TestStridedTensorsGetTheValuesOfContiguousOnes(t *testing.T) {
	rows, columns := make([]float64, 24), make([]float64, 24)
	must(unitvar.InitNormal(pcg32(), value(unitvar.NewTensor(rows, 4, 6)), 0, 1))
	must(unitvar.InitNormal(pcg32(), value(unitvar.NewStridedTensor(columns, 0, []int{4, 6}, []int{1, 4})), 0, 1))
	for i := range rows {
		if row, column := i/6, i%6; rows[i] != columns[4*column+row] {
			t.Fatal(row, column)
		}
	}
	overlapping := value(unitvar.NewStridedTensor(rows, 0, []int{2, 2}, []int{0, 1}))
	refused(t, unitvar.InitOnes(overlapping), unitvar.InvalidArgument)
	refused(t, unitvar.InitOnes(nil), unitvar.InvalidArgument)
}

func TestSixteenBitTensors(t *testing.T) {
	brain, half := make([]unitvar.BFloat16, 6), make([]unitvar.Float16, 6)
	must(unitvar.InitOnes(value(unitvar.NewTensor(brain, 2, 3))))
	must(unitvar.InitOnes(value(unitvar.NewTensor(half, 2, 3))))
	if brain[5] != 0x3f80 || half[5] != 0x3c00 {
		t.Errorf("%x %x", brain, half)
	}
}

func TestASliceMayLieInAStructWithPointers(t *testing.T) {
	type layer struct {
		weight [16]float32
		next   *layer
	}
	l := &layer{next: &layer{}}
	must(unitvar.Normal(pcg32(), l.weight[:], 0, 1))
	must(unitvar.InitOnes(value(unitvar.NewTensor(l.weight[:], 4, 4))))
	if l.weight[15] != 1 {
		t.Error(l.weight)
	}
}

func TestEmptySlices(t *testing.T) {
	g := pcg32()
	must(unitvar.Normal(g, []float32{}, 0, 1))
	must(unitvar.Normal(g, []float64(nil), 0, 1))
	must(unitvar.InitOnes(value(unitvar.NewTensor([]float32(nil), 0, 3))))
	if block := value(g.Tell()); block != 0 {
		t.Error(block)
	}
}

func TestEmptyTensorsMayHaveAnyOtherLengths(t *testing.T) {
	for _, shape := range [][]int{{0}, {0, 1 << 62}, {1 << 62, 1 << 62, 0}, {3, 0, 1 << 62, 1 << 62}} {
		if _, err := unitvar.NewTensor([]float32{}, shape...); err != nil {
			t.Error(shape, err)
		}
	}
	_, err := unitvar.NewTensor([]float32{}, 0, -1)
	refused(t, err, unitvar.InvalidArgument, "-1")
}

func TestNoAxesAreNotAllAxes(t *testing.T) {
	x, mean, all := []float32{1, 2, 3, 4}, make([]float32, 4), make([]float32, 1)
	tensor := value(unitvar.NewTensor(x, 2, 2))
	must(unitvar.MeanVar(tensor, []int32{}, 1, value(unitvar.NewTensor(mean, 2, 2)), nil))
	must(unitvar.MeanVar(tensor, nil, 1, value(unitvar.NewTensor(all)), nil))
	if mean[0] != 1 || mean[3] != 4 || all[0] != 2.5 {
		t.Error(mean, all)
	}
}

func TestMomentsThatFailOrAreNotThere(t *testing.T) {
	m := unitvar.Moments{Count: -1, Mean: 7}
	refused(t, unitvar.Update(&m, []float32{1}), unitvar.InvalidArgument, "count")
	if m != (unitvar.Moments{Count: -1, Mean: 7}) {
		t.Error(m)
	}
	refused(t, unitvar.Update(nil, []float32{1}), unitvar.InvalidArgument, "m is nil")
	var none *unitvar.Moments
	refused(t, none.Merge(m), unitvar.InvalidArgument, "m is nil")
	_, err := none.Variance(1)
	refused(t, err, unitvar.InvalidArgument, "m is nil")
	var twice unitvar.Moments
	must(unitvar.Update(&twice, []float64{1, 3}))
	must(twice.Merge(twice))
	if twice != (unitvar.Moments{Count: 4, Mean: 2, M2: 4}) {
		t.Error(twice)
	}
}

func TestShardsMustLieInTheWhole(t *testing.T) {
	refused(t, kaiming().WriteShard(pcg32(), nil, nil, nil), unitvar.InvalidArgument, "local")
	local := value(unitvar.NewTensor(make([]float32, 6), 2, 3))
	refused(t, kaiming().WriteShard(pcg32(), local, []int{4, 3}, []int{3, 0}), unitvar.InvalidArgument)
	refused(t, kaiming().WriteShard(pcg32(), local, []int{4, 3}, []int{0}), unitvar.InvalidArgument, "offset")
	refused(t, kaiming().Write(nil, local), unitvar.InvalidArgument, "g")
	must(value(unitvar.NewInitializer(unitvar.Zeros)).Write(nil, local))
	_, err := unitvar.NewInitializer(99)
	refused(t, err, unitvar.InvalidArgument, "99")
}

// A generator that nobody refers to is freed by the collector, and those in use are not.
func TestFinalizers(t *testing.T) {
	kept := pcg32()
	for i := 0; i < 10000; i++ {
		must(unitvar.BitsU32(pcg32(), make([]uint32, 1)))
	}
	runtime.GC()
	must(unitvar.BitsU32(kept, make([]uint32, 1)))
}
