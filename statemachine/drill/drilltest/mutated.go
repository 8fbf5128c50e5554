package drilltest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Mutation is a change of the source of the functions, for a test that shows what a guard is good for by taking it out.
type Mutation struct {
	// File is the path in the module.
	File string
	// Old is what the file must hold exactly once, and New what stands in its place.
	Old, New string
}

// Mutated returns a folder with the functions, built from the sources with some mutations. The sources stay as they are:
// an overlay makes the compiler read other files in their place.
func Mutated(tb testing.TB, mutations ...Mutation) string {
	tb.Helper()
	sound := Lambdas(tb)
	root := filepath.Dir(filepath.Dir(sound)) // dist/test is below it
	dir := tb.TempDir()
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replacements(tb, root, dir, mutations)})
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	for _, step := range steps(tb, sound) {
		if !concerns(step, mutations) {
			if err := os.Symlink(filepath.Join(sound, step), filepath.Join(dir, step)); err != nil {
				tb.Fatal(err)
			}
			continue
		}
		binary := filepath.Join(dir, step, "bootstrap")
		cmd := exec.Command("go", "build", "-overlay", overlay, "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
			"-o", binary, filepath.Join(root, "lambdas", step, "bootstrap"))
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			tb.Fatalf("build %s without its guard: %v\n%s", step, err, out)
		}
	}
	return dir
}

// concerns says whether a step is to be built anew: a mutation in the folder of a step is one of that step alone.
func concerns(step string, mutations []Mutation) bool {
	for _, m := range mutations {
		if !strings.HasPrefix(m.File, "lambdas/") || strings.HasPrefix(m.File, "lambdas/internal/") || strings.HasPrefix(m.File, "lambdas/"+step+"/") {
			return true
		}
	}
	return false
}

// replacements writes the mutated files, and returns which file each of them stands in for.
func replacements(tb testing.TB, root, dir string, mutations []Mutation) map[string]string {
	tb.Helper()
	replace, texts := map[string]string{}, map[string]string{}
	for _, m := range mutations {
		path := filepath.Join(root, filepath.FromSlash(m.File))
		text, known := texts[path]
		if !known {
			read, err := os.ReadFile(path)
			if err != nil {
				tb.Fatal(err)
			}
			text = string(read)
		}
		if n := strings.Count(text, m.Old); n != 1 {
			tb.Fatalf("%s holds %q %d times; expected once: has the guard moved?", m.File, m.Old, n)
		}
		texts[path] = strings.Replace(text, m.Old, m.New, 1)
		replace[path] = filepath.Join(dir, strings.ReplaceAll(m.File, "/", "-"))
		if err := os.WriteFile(replace[path], []byte(texts[path]), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return replace
}

// steps are the folders of the functions.
func steps(tb testing.TB, dir string) []string {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}
