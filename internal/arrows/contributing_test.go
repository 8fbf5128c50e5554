package arrows

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository, seen from this folder.
const root = "../.."

var (
	link   = regexp.MustCompile(`\[[^\]]*\]\(([^)#:]+)\)`)
	code   = regexp.MustCompile("`([^`]+)`")
	row    = regexp.MustCompile(`(?m)^\| .* \|$`)
	target = regexp.MustCompile("`make ([a-z-]+)")
	test   = regexp.MustCompile(`\bTest[A-Z][A-Za-z0-9]+\b`)
)

// TestContributingNamesOnlyWhatIsThere holds CONTRIBUTING.md to the tree: its links, its make targets and its tests.
func TestContributingNamesOnlyWhatIsThere(t *testing.T) {
	text := file(t, "CONTRIBUTING.md")
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("CONTRIBUTING.md links to %s, which is not there", m[1])
		}
	}
	makefile := file(t, "Makefile")
	for _, m := range target.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("CONTRIBUTING.md says make %s; the Makefile has no such target", m[1])
		}
	}
	tests := testFunctions(t)
	for _, name := range test.FindAllString(text, -1) {
		if name != "TestDrills" && !tests[name] {
			t.Errorf("CONTRIBUTING.md names %s; there is no such test", name)
		}
	}
}

// TestEachAnswerIsOneHopAway reads the table under "Where to look": after each link, the words in backquotes must occur in
// that file or folder.
func TestEachAnswerIsOneHopAway(t *testing.T) {
	_, section, found := strings.Cut(file(t, "CONTRIBUTING.md"), "\n## Where to look\n")
	if !found {
		t.Fatal(`CONTRIBUTING.md has no section "Where to look"`)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := row.FindAllString(section, -1)[1:]
	if len(rows) < 12 {
		t.Errorf("%d questions; want at least 12", len(rows))
	}
	for _, r := range rows {
		cells := strings.Split(strings.Trim(r, "|"), " | ")
		if len(cells) != 3 || !link.MatchString(cells[1]) || !link.MatchString(cells[2]) {
			t.Errorf("%s\nexpected a question, links to where to look, and links to what holds it", r)
			continue
		}
		for _, cell := range cells[1:] {
			checkWords(t, cell)
		}
	}
}

// checkWords holds the words of a cell to the files that are linked before them.
func checkWords(t *testing.T, cell string) {
	t.Helper()
	links := link.FindAllStringSubmatchIndex(cell, -1)
	for i, at := range links {
		end := len(cell)
		if i+1 < len(links) {
			end = links[i+1][0]
		}
		path := cell[at[2]:at[3]]
		for _, word := range code.FindAllStringSubmatch(cell[at[1]:end], -1) {
			if !occurs(t, path, word[1]) {
				t.Errorf("CONTRIBUTING.md: %s does not say %s", path, word[1])
			}
		}
	}
}

// occurs says whether a word stands in a file, or in one of the files of a folder.
func occurs(t *testing.T, path, word string) bool {
	t.Helper()
	whole := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(word) + `(\W|$)`)
	paths := []string{filepath.Join(root, path)}
	if info, err := os.Stat(paths[0]); err == nil && info.IsDir() {
		paths, _ = filepath.Glob(filepath.Join(paths[0], "*.go"))
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Error(err)
		}
		if whole.Match(text) {
			return true
		}
	}
	return false
}

// testFunctions are the names of all tests of the module.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	all := map[string]bool{}
	sources(t, func(path, text string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, m := range declared.FindAllStringSubmatch(text, -1) {
			all[m[1]] = true
		}
	})
	return all
}

func errorOrSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

func file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
