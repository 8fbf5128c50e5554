package arrows

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryAssumptionThatTheCodeCitesIsOnThePage holds the comments of the code to docs/fidelity.md, where each number
// stands once.
func TestEveryAssumptionThatTheCodeCitesIsOnThePage(t *testing.T) {
	numbered := regexp.MustCompile(`(?m)^\| ([A-Z0-9]+-\d+) \|`)
	there := map[string]bool{}
	kinds := map[string]bool{}
	for _, m := range numbered.FindAllStringSubmatch(file(t, "docs/fidelity.md"), -1) {
		if there[m[1]] {
			t.Errorf("docs/fidelity.md has %s twice", m[1])
		}
		kind, _, _ := strings.Cut(m[1], "-")
		there[m[1]], kinds[kind] = true, true
	}
	cited := regexp.MustCompile(`\b([A-Z][A-Z0-9]+)-\d+\b`)
	sources(t, func(path string, text string) {
		for _, m := range cited.FindAllStringSubmatch(text, -1) {
			if kinds[m[1]] && !there[m[0]] {
				t.Errorf("%s cites %s, which docs/fidelity.md does not have", path, m[0])
			}
		}
	})
}

// sources calls visit with every Go file of the module, by its path in the repository.
func sources(t *testing.T, visit func(path, text string)) {
	t.Helper()
	for _, top := range []string{"infra", "internal", "lambdas", "statemachine"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.Name() == "node_modules" {
				return errorOrSkip(err)
			}
			if !strings.HasSuffix(path, ".go") {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			visit(filepath.ToSlash(name), string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
