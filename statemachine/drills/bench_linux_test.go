package drills

import (
	"io"
	"syscall"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
)

// maxMemory is what a whole drill, with all of its functions' processes, may take: 600 MB.
const maxMemory = 600 << 20

// built is where make host puts the functions. (Building them here would measure the compiler.)
const built = "../../dist/host"

// BenchmarkDrill plays the default drill, as a baseline, and the largest. It reports the peak memory of this process and,
// beside it, of the largest function. A drill with six such functions, one for each step, would still be within the
// bound, and this one is smaller.
func BenchmarkDrill(b *testing.B) {
	for _, name := range []string{Default, "thousand"} {
		b.Run(name, func(b *testing.B) {
			s, err := Load(name)
			if err != nil {
				b.Fatal(err)
			}
			deployed, err := assembly.Default()
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				options := drill.Options{Assembly: deployed, Lambdas: built, Out: &drill.Printer{W: io.Discard}}
				if result, err := drill.Play(b.Context(), s, options); err != nil || !result.OK() {
					b.Fatalf("%v, %+v", err, result)
				}
			}
			own, largest := peak(b, syscall.RUSAGE_SELF), peak(b, syscall.RUSAGE_CHILDREN)
			b.ReportMetric(float64(own)/(1<<20), "MiB/drill")
			b.ReportMetric(float64(largest)/(1<<20), "MiB/largest-function")
			if whole := own + 6*largest; whole > maxMemory {
				b.Errorf("up to %d MiB in all; expected at most %d", whole>>20, maxMemory>>20)
			}
		})
	}
}

// peak is the largest resident memory, in bytes, that this process, or any of its children that have ended, has had.
func peak(b *testing.B, who int) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Maxrss << 10
}
