package lambdahost

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestParentProcess is not a test: it is the parent that TestFunctionsDieWithTheirHost kills.
func TestParentProcess(t *testing.T) {
	if os.Getenv("LAMBDAHOST_PARENT") == "" {
		t.Skip("only for TestFunctionsDieWithTheirHost")
	}
	f := newFunction(t, time.Minute, nil)
	_, r := invoke(t, f, `{}`)
	fmt.Printf("\npid %d\n", r.Pid)
	_, _ = f.Invoke(context.Background(), []byte(`{"do":"hang"}`))
}

func TestFunctionsDieWithTheirHost(t *testing.T) {
	parent := exec.Command(os.Args[0], "-test.run=^TestParentProcess$", "-test.v")
	parent.Env = append(os.Environ(), "LAMBDAHOST_PARENT=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, _ = strconv.Atoi(text)
		}
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	if pid == 0 {
		t.Fatal("the parent did not say which process it started")
	}
	for range 100 { // the signal is under way
		if !alive(pid) || zombie(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d outlived its host", pid)
}

// zombie says that a process has ended and waits for its parent to collect its status.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
