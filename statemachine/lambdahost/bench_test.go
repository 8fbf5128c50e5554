package lambdahost

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The limits of a function: its cold start, relative to that of an empty function in the same run, and the size of its
// deployment package.
const (
	maxColdStart  = 2.5
	maxZipBytes   = 6 << 20
	timesStarted  = 41
	hostLambdas   = "../../dist/host"
	deployLambdas = "../../dist/arm64"
)

// BenchmarkColdStart measures each function from the start of its process to its first poll. `make bench` builds what
// it measures.
func BenchmarkColdStart(b *testing.B) {
	steps, err := filepath.Glob(filepath.Join(hostLambdas, "*", "bootstrap"))
	if err != nil || len(steps) == 0 {
		b.Skip("no Lambdas in dist/host; type `make host`")
	}
	empty := filepath.Join(b.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", empty, "./testdata/empty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build the empty function: %v\n%s", err, out)
	}
	for b.Loop() {
		for _, binary := range steps {
			step := filepath.Base(filepath.Dir(binary))
			took, yardstick := coldStarts(b, binary, empty)
			b.ReportMetric(float64(yardstick.Microseconds())/1000, "ms/empty")
			ratio := float64(took) / float64(yardstick)
			b.ReportMetric(ratio, "x-empty/"+step)
			if ratio > maxColdStart {
				b.Errorf("%s starts in %s, %.2f times as long as an empty function; expected at most %.1f", step, took, ratio, maxColdStart)
			}
		}
	}
}

// coldStarts are the medians of several starts of two functions. They are started alternately, so that other load on
// the machine slows down both.
func coldStarts(b *testing.B, one, other string) (ofOne, ofOther time.Duration) {
	b.Helper()
	host, err := New()
	if err != nil {
		b.Fatal(err)
	}
	defer host.Close()
	var took [2][]time.Duration
	for range timesStarted {
		for i, binary := range []string{one, other} {
			took[i] = append(took[i], coldStart(b, host, binary))
		}
	}
	return median(took[0]), median(took[1])
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

// coldStart is the time from the start of a function's process to its first poll.
func coldStart(b *testing.B, host *Host, binary string) time.Duration {
	b.Helper()
	f := &Function{
		Name: "bench", ARN: "arn:aws:lambda:us-west-2:111122223333:function:bench", Region: "us-west-2", Binary: binary, Timeout: 30 * time.Second,
		Variables: map[string]string{
			"DROVER_PLAN": "{}", "DROVER_TABLE": "registry", "DROVER_TOPIC_ARN": "arn:aws:sns:us-west-2:111122223333:events",
			"DROVER_REPORT_BUCKET": "reports", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret",
			"AWS_ENDPOINT_URL": "http://127.0.0.1:1",
		},
	}
	if err := host.Add(f); err != nil {
		b.Fatal(err)
	}
	defer f.Kill()
	result, err := f.Invoke(b.Context(), []byte(`[]`)) // what it answers does not matter
	if err != nil || result.Init == 0 {
		b.Fatalf("%s did not start: %v %s\n%s", binary, err, result.ErrorMessage, result.Log)
	}
	return result.Init
}

// BenchmarkPackage measures the deployment packages.
func BenchmarkPackage(b *testing.B) {
	steps, err := filepath.Glob(filepath.Join(deployLambdas, "*", "bootstrap"))
	if err != nil || len(steps) == 0 {
		b.Skip("no Lambdas in dist/arm64; type `make build`")
	}
	for b.Loop() {
		for _, binary := range steps {
			size, err := zipSize(binary)
			if err != nil {
				b.Fatal(err)
			}
			step := filepath.Base(filepath.Dir(binary))
			b.ReportMetric(float64(size)/(1<<20), "MiB/"+step)
			if size > maxZipBytes {
				b.Errorf("the package of %s has %d bytes; expected at most %d", step, size, maxZipBytes)
			}
		}
	}
}

// zipSize is the size of the archive that a deployment uploads.
func zipSize(file string) (int64, error) {
	in, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	var size counter
	archive := zip.NewWriter(&size)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(entry, in); err != nil {
		return 0, fmt.Errorf("zip %s: %w", file, err)
	}
	if err := archive.Close(); err != nil {
		return 0, err
	}
	return int64(size), nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
