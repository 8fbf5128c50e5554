package words

import (
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository, seen from this folder.
const root = "../.."

// except are the words that a file must use: what version 0.1.0 has stored keeps its name.
var except = map[string][]string{
	"internal/failover/fence.go":         {"leg"},
	"internal/failover/format1.go":       {"leg", "legs", "leftovers", "told", "retreat"},
	"internal/failover/format1_test.go":  {"leg", "legs", "leftovers", "told", "retreat"},
	"internal/failover/format_test.go":   {"leg"},
	"internal/registry/run_test.go":      {"leg"},
	"statemachine/drills/two-plans.txt":  {"leg"},
	"statemachine/drills/two-plans.yaml": {"leg"},
}

// plain are the files that people read as they are.
var plain = []string{".md", ".json", ".yaml", ".yml", ".txt", ".html", ".sh", "Makefile"}

// TestEveryTextUsesTheWordsOfTheGlossary reads the whole repository.
func TestEveryTextUsesTheWordsOfTheGlossary(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root, func(full string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if ignored(name) {
				return filepath.SkipDir
			}
			return nil
		}
		if path.Dir(name) == "internal/words" { // which has the words themselves
			return nil
		}
		found, read, err := hits(full, name)
		for _, h := range found {
			if slices.Contains(except[name], h.word) {
				continue
			}
			t.Errorf("%s: %q; use: %s", h.place, h.word, h.use)
		}
		if read {
			files++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 500 {
		t.Errorf("%d files were read", files)
	}
}

// named is a name in a page, such as one that an earlier release has stored.
var named = regexp.MustCompile("`[^`]+`")

// ignored are the folders that are not the project's own text: what is built, and what others have written.
func ignored(name string) bool {
	return slices.Contains([]string{".git", "bin", "dist", "cdk.out", "statemachine/asl/testdata"}, name) || path.Base(name) == "node_modules"
}

// hits are those of a file, and whether it is one that is read.
func hits(full, name string) ([]hit, bool, error) {
	code := strings.HasSuffix(name, ".go")
	if !code && !slices.ContainsFunc(plain, func(end string) bool { return strings.HasSuffix(name, end) }) {
		return nil, false, nil
	}
	text, err := os.ReadFile(full)
	if err != nil {
		return nil, false, err
	}
	if code {
		return inCode(name, text), true, nil
	}
	var found []hit
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if strings.HasSuffix(name, ".md") {
			line = named.ReplaceAllString(line, "``")
		}
		found = append(found, check(fmt.Sprintf("%s:%d", name, n), line, false)...)
	}
	return found, true, nil
}

// inCode reads the strings, comments and identifiers of a Go file. A struct tag is no text: it names what is stored.
func inCode(name string, text []byte) []hit {
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile(name, set.Base(), len(text)), text, nil, scanner.ScanComments)
	var found []hit
	for {
		at, kind, literal := s.Scan()
		place := set.Position(at).String()
		switch kind {
		case token.EOF:
			return found
		case token.COMMENT:
			found = append(found, check(place, literal, true)...)
		case token.STRING:
			if !strings.HasPrefix(literal, "`json:") && !strings.HasPrefix(literal, "`yaml:") {
				found = append(found, check(place, literal, false)...)
			}
		case token.IDENT:
			found = append(found, checkIdentifier(place, literal)...)
		}
	}
}
