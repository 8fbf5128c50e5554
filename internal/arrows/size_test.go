package arrows

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What fits a screen. The tables of tests are data, and may be longer than a function.
const (
	maxFile     = 350
	maxFunction = 50
)

// TestFilesAndFunctionsFitAScreen reads all Go files of the repository.
func TestFilesAndFunctionsFitAScreen(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == "dist"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if lines := bytes.Count(text, []byte("\n")); lines > maxFile {
			t.Errorf("%s has %d lines; expected at most %d", path, lines, maxFile)
		}
		if !strings.HasSuffix(path, "_test.go") {
			checkFunctions(t, path, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 300 {
		t.Errorf("%d Go files; expected the whole repository", files)
	}
}

func checkFunctions(t *testing.T, path string, text []byte) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		function, ok := d.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		if lines := set.Position(function.Body.Rbrace).Line - set.Position(function.Pos()).Line + 1; lines > maxFunction {
			t.Errorf("%s: %s has %d lines; expected at most %d", path, function.Name.Name, lines, maxFunction)
		}
	}
}
