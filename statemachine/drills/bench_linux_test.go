package drills

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/transcript"
)

const (
	// maxMemory is what a whole drill of up to a thousand applications, with all of its functions' processes, may take.
	maxMemory = 600 << 20
	// built is where make host puts the functions. (Building them here would measure the compiler.)
	built = "../../dist/host"
)

// measured are the default drill, as a baseline, and the large ones, each with the memory that it may take; 0 is no bound.
var measured = []struct {
	name   string
	memory int64
}{{Default, maxMemory}, {"thousand", maxMemory}, {"five-thousand", 0}, {"ten-thousand", 0}, {"ten-thousand-switchover", 0}}

// BenchmarkDrill plays them, and reports the time on all processors and the peak memory of this process with all its
// functions, and of the largest function alone, which must fit into what its Lambda has.
func BenchmarkDrill(b *testing.B) {
	deployed := defaultAssembly(b)
	for _, m := range measured {
		b.Run(m.name, func(b *testing.B) {
			s := mustLoad(b, m.name)
			before, memory := cpuTime(b), watchMemory()
			for b.Loop() {
				options := drill.Options{Assembly: deployed, Lambdas: built, Out: &transcript.Printer{W: io.Discard}}
				result, err := drill.Play(b.Context(), s, options)
				if err != nil || !result.OK() {
					b.Fatalf("%v, %+v", err, result)
				}
				if n := throttled(result); n > 0 {
					b.Errorf("DynamoDB throttled %d requests; want the writes of a wave spread over partition keys", n)
				}
				if run := result.Evidence.Runs[0]; run.Messages != 1 || run.Report == nil || len(run.Report.Moved) != len(result.Evidence.Applications) {
					b.Errorf("%d notifications of the end; want one, and a report that lists all %d applications as moved", run.Messages, len(result.Evidence.Applications))
				}
				for _, o := range result.Outcomes {
					b.ReportMetric(float64(o.Transitions), "transitions")
					b.ReportMetric(float64(o.LargestPayload)/(1<<10), "KiB/largest-payload")
				}
			}
			whole, largest := memory.stop()
			b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(whole)/(1<<20), "MiB/drill")
			b.ReportMetric(float64(largest)/(1<<20), "MiB/largest-function")
			if m.memory > 0 && whole > m.memory {
				b.Errorf("%d MiB in all; expected at most %d", whole>>20, m.memory>>20)
			}
			if largest > functionMemory {
				b.Errorf("a function takes %d MiB; its Lambda has %d", largest>>20, functionMemory>>20)
			}
		})
	}
}

// throttled counts the requests of runs that DynamoDB has throttled.
func throttled(result *drill.Result) int {
	n := 0
	for _, run := range result.Evidence.Runs {
		for _, inv := range run.Invocations {
			for _, call := range inv.Calls {
				if call.Service == "dynamodb" && call.Code == "ThrottlingException" {
					n++
				}
			}
		}
	}
	return n
}

// functionMemory is the functions' MemorySize.
const functionMemory = 256 << 20

// cpuTime is what this process and those of its functions that have ended have used of all processors.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var all time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			b.Fatal(err)
		}
		all += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return all
}

// memoryWatch samples the resident memory of this process and its children. (What the kernel says of
// children that have ended is no less than this process had when it started them.)
type memoryWatch struct {
	done           chan struct{}
	over           sync.WaitGroup
	whole, largest int64
}

func watchMemory() *memoryWatch {
	m := &memoryWatch{done: make(chan struct{})}
	m.over.Go(func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			m.check()
			select {
			case <-m.done:
				return
			case <-ticker.C:
			}
		}
	})
	return m
}

func (m *memoryWatch) stop() (whole, largest int64) {
	close(m.done)
	m.over.Wait()
	return m.whole, m.largest
}

func (m *memoryWatch) check() {
	own := os.Getpid()
	whole := resident(own)
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || parentOf(pid) != own {
			continue
		}
		if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); filepath.Base(exe) != "bootstrap" {
			continue // it has not become a function yet, and shows the memory of this process
		}
		one := resident(pid)
		whole += one
		m.largest = max(m.largest, one)
	}
	m.whole = max(m.whole, whole)
}

// resident is the resident memory of a process in bytes, 0 when it is gone.
func resident(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// parentOf is the second field after the name, which is in parentheses and may hold spaces.
func parentOf(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := bytes.Cut(text[max(0, bytes.LastIndexByte(text, ')')):], []byte(" "))
	fields := slices.Collect(strings.FieldsSeq(string(rest)))
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}
