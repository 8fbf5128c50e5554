package entry

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A task that is wrapped as text is missing from the sentence that a person reads: words has only fields.
var wrappedAsText = regexp.MustCompile(`fmt\.Errorf\("(answer|change|describe|end|get|list|promote|publish|query|read|release|spread|start|take|write) [^"]*%w`)

func TestTasksAreWrappedWithTheirFields(t *testing.T) {
	for _, root := range []string{"../..", "../../../internal/registry", "../../../internal/approval"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i, line := range strings.Split(string(text), "\n") {
				if wrappedAsText.MatchString(line) {
					t.Errorf("%s:%d: %s; expected failover.Doing", path, i+1, strings.TrimSpace(line))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
