// Package drilltest builds what tests need to play drills.
package drilltest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Lambdas returns a folder with the functions as they are in the work tree, built for this machine; a test never plays
// an older build. What has not changed since the last time is not linked again.
func Lambdas(tb testing.TB) string {
	tb.Helper()
	dir, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

var build = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	mains, err := filepath.Glob(filepath.Join(root, "lambdas", "*", "bootstrap"))
	if err != nil || len(mains) == 0 {
		return "", fmt.Errorf("no Lambdas below %s: %w", root, err)
	}
	dir := filepath.Join(root, "dist", "test")
	for _, main := range mains {
		binary := filepath.Join(dir, filepath.Base(filepath.Dir(main)), "bootstrap")
		cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, main)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build %s: %w\n%s", main, err, out)
		}
	}
	return dir, nil
})
