// Package shelltest is for tests of commands that people are to type: it lets a real shell read them.
package shelltest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Hostile are values that become commands, or other words, where they are not quoted.
var Hostile = []string{
	";touch x", "$(touch x)", "`touch x`", "'; touch x; '", `"; touch x; "`, "a\ntouch x\n", "a b", "&& touch x", "| touch x", "> x", "#x", "\\", "${HOME}", "!x", "a'b\"c$d",
}

// stub prints its name and its arguments, each ended by a byte that is in no argument.
const stub = `#!/bin/sh
printf '%s\036' "${0##*/}" "$@"
printf '\035'
`

// Words lets sh run a command line in which aws and drover only say with which words they were called, and returns
// these, for each call. It fails the test when the command line does anything else, such as leaving a file.
func Words(t testing.TB, command string) [][]string {
	t.Helper()
	bin, work := t.TempDir(), t.TempDir()
	for _, name := range []string{"aws", "drover", "make"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(stub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	touch := filepath.Join(bin, "touch")
	if err := os.WriteFile(touch, []byte("#!/bin/sh\n: > \"$1\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	c := exec.CommandContext(t.Context(), sh, "-c", command)
	c.Dir, c.Env = work, []string{"PATH=" + bin, "HOME=/home"}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
	left, err := os.ReadDir(work)
	if err != nil || len(left) > 0 {
		t.Errorf("%s leaves %v, %v", command, left, err)
	}
	var calls [][]string
	for _, call := range strings.SplitAfter(string(out), "\x1d") {
		call, whole := strings.CutSuffix(call, "\x1d")
		if !whole {
			if call != "" {
				t.Errorf("%s prints %q beside what aws and drover print", command, call)
			}
			continue
		}
		calls = append(calls, strings.Split(strings.TrimSuffix(call, "\x1e"), "\x1e"))
	}
	return calls
}
