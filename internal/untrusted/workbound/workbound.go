// Package workbound is for the fuzz tests of everything that reads text from outside: it holds that the work is linear in
// the text. A reader that is given hostile text may refuse it, and must neither panic nor take time or memory out of
// proportion.
package workbound

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

const (
	// allocated is what reading a text may allocate in all: so much, and so much for each byte.
	allocated, allocatedPerByte = 32 << 20, 4 << 10
	// cpu is the processor time that it may take, on a machine that is busy with other things.
	cpu, cpuPerByte = time.Second, 20 * time.Microsecond
	// live is what may be in memory at once for a text of a megabyte.
	live = 200 << 20
)

// Check runs read, which reads a text of so many bytes, and fails the test when its work is out of proportion.
func Check(t testing.TB, size int, read func()) {
	t.Helper()
	if raceDetector {
		read()
		return
	}
	before, began := allocs(), processorTime()
	read()
	took, bytes := processorTime()-began, allocs()-before
	if limit := uint64(allocated + allocatedPerByte*size); bytes > limit {
		t.Errorf("%d bytes of text: %d MB allocated; expected at most %d MB", size, bytes>>20, limit>>20)
	}
	if limit := cpu + time.Duration(size)*cpuPerByte; took > limit {
		t.Errorf("%d bytes of text: %s of processor time; expected at most %s", size, took, limit)
	}
}

// Peak runs read, and fails the test when more than 200 MB are in memory at once meanwhile.
func Peak(t testing.TB, read func()) {
	t.Helper()
	if raceDetector {
		read()
		return
	}
	runtime.GC()
	before := heap()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := uint64(0)
		for {
			select {
			case <-done:
				peak <- most
				return
			default:
				most = max(most, heap())
				runtime.Gosched()
			}
		}
	}()
	read()
	close(done)
	if most := <-peak; most > before+live {
		t.Errorf("%d MB in memory at once; expected at most %d MB", (most-before)>>20, live>>20)
	}
}

func allocs() uint64 { return read("/gc/heap/allocs:bytes") }

// heap is what lies in the heap, garbage that has not been collected yet included, and the stacks.
func heap() uint64 {
	return read("/memory/classes/heap/objects:bytes") + read("/memory/classes/heap/stacks:bytes")
}

func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
