package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Only commit what you understand: a golden assembly is what drills play, and its diff is what a deployment would change. The
// context of the default one is cdk.json with the keys of testdata/drills.json; the drills of every lever of a switch have
// those of testdata/levers.json too, and those of a plan of its own those of testdata/europe.json.
var update = flag.Bool("update", false, "rewrite the golden assemblies in statemachine/assembly")

const assemblies = "../statemachine/assembly"

// hash is an asset's: it changes with every build of the Lambdas and says nothing to a reader.
var hash = regexp.MustCompile(`[0-9a-f]{64}`)

// version is the end of the logical id of a function's version: a hash of the function's code and configuration.
var version = regexp.MustCompile(`(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}`)

func blank(text []byte) []byte {
	text = version.ReplaceAll(text, []byte("${1}"+strings.Repeat("0", 32)))
	return hash.ReplaceAll(text, []byte(strings.Repeat("0", 64)))
}

func TestGoldenAssemblyIsWhatTheContextSynthesizes(t *testing.T) {
	checkGolden(t, "default", fresh(t))
	for dir, synthesize := range map[string]func() synthesis{"levers": withLevers, "europe": inEurope} {
		s := synthesize()
		if s.err != nil {
			t.Fatal(s.err)
		}
		checkGolden(t, dir, s)
	}
}

func checkGolden(t *testing.T, dir string, s synthesis) {
	t.Helper()
	golden := filepath.Join(assemblies, dir)
	want := map[string]string{"manifest.json": string(leanManifest(t, s))}
	for _, stack := range s.assembly.Stacks {
		name := stack.Name + ".template.json"
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want[name] = string(blank(text)) + "\n"
	}
	if *update {
		rewrite(t, golden, want)
	}
	files, err := os.ReadDir(golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, ok := want[file.Name()]; !ok {
			t.Errorf("%s/%s is not synthesized any more", dir, file.Name())
		}
	}
	for _, name := range sortedKeys(want) {
		got, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(lines(string(got)), lines(want[name])); diff != "" {
			t.Errorf("%s/%s is not what cdk.json and infra/testdata synthesize; read the difference and type: go test ./infra -update (-golden +synthesized)\n%s", dir, name, diff)
		}
	}
}

// lines takes a template apart, and the definition in it too, which is one line there.
func lines(text string) []string {
	return strings.Split(strings.ReplaceAll(text, `\n`, "\n"), "\n")
}

func rewrite(t *testing.T, golden string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(golden); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(golden, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(golden, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// leanManifest keeps what a reader of the assembly needs of the manifest: the stacks, where they go and in what order.
// The rest, such as a report of all the CDK's feature flags, changes with every version of the CDK.
func leanManifest(t *testing.T, s synthesis) []byte {
	t.Helper()
	type artifact struct {
		Type         string            `json:"type"`
		Environment  string            `json:"environment"`
		Properties   map[string]string `json:"properties"`
		Dependencies []string          `json:"dependencies,omitempty"`
	}
	var full struct {
		Version   string
		Artifacts map[string]struct {
			Type, Environment string
			Properties        map[string]any
			Dependencies      []string
		}
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &full); err != nil {
		t.Fatal(err)
	}
	lean := map[string]artifact{}
	for id, a := range full.Artifacts {
		if a.Type != "aws:cloudformation:stack" {
			continue
		}
		file, _ := a.Properties["templateFile"].(string)
		isAssets := func(other string) bool { return strings.HasSuffix(other, ".assets") }
		lean[id] = artifact{a.Type, a.Environment, map[string]string{"templateFile": file}, slices.DeleteFunc(a.Dependencies, isAssets)}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	if err := enc.Encode(map[string]any{"version": full.Version, "artifacts": lean}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
