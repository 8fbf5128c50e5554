package arrows

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/drover-dr/drover/"

// pkg is a package as go list prints it.
type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// arrows are the imports that the layout allows: packages under from may import those under one of to. The first from
// that fits counts. Tests of Lambdas may use the AWS simulator, and tests of the CDK app may read assemblies back
// and rehearse them.
var arrows = []struct {
	from      string
	to, tests []string
}{
	{from: "internal/untrusted", to: []string{"internal/untrusted"}},
	{from: "internal/prose"},
	{from: "internal/failover", to: []string{"internal/untrusted", "internal/prose"}},
	{from: "internal/", to: []string{"internal/"}, tests: []string{"statemachine/fakeaws"}},
	{from: "lambdas/", to: []string{"lambdas/", "internal/"}, tests: []string{"statemachine/fakeaws"}},
	{from: "statemachine/scenario", to: []string{"statemachine/fakeaws", "internal/"}, tests: []string{"statemachine/assembly"}},
	{from: "statemachine/guarantee", to: []string{"statemachine/scenario", "statemachine/fakeaws", "statemachine/asl", "internal/"}},
	{from: "statemachine/transcript", to: []string{"statemachine/guarantee", "statemachine/scenario", "statemachine/fakeaws", "internal/"}},
	{from: "statemachine/memoryhost", to: []string{"statemachine", "internal/", "lambdas/inprocess"}},
	{from: "statemachine", to: []string{"statemachine", "internal/"}},
	{from: "infra", to: []string{"infra", "internal/", "statemachine"}, tests: []string{"statemachine/assembly", "statemachine/drill", "statemachine/scenario", "statemachine/transcript"}},
}

// cdk are the modules that only the CDK app may import.
var cdk = []string{"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go", "github.com/cdklabs/"}

func TestPackagesImportOnlyWhatTheLayoutAllows(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, path := range p.Imports {
			check(t, from, path, false)
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			check(t, from, path, true)
		}
	}
}

func TestTheVocabularyNeedsTheStandardLibraryAndTheRulesForTextAlone(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"internal/failover" && p.ImportPath != module+"internal/untrusted" && p.ImportPath != module+"internal/prose" {
			continue
		}
		for _, path := range p.Imports {
			if strings.Contains(strings.Split(path, "/")[0], ".") && path != module+"internal/untrusted" && path != module+"internal/prose" {
				t.Errorf("%s imports %s; expected the standard library, internal/untrusted or internal/prose", p.ImportPath, path)
			}
		}
	}
}

// TestTheAppLinksNoInterpreter: infra needs the text of the definition, and neither its interpreter nor a JSONata engine.
func TestTheAppLinksNoInterpreter(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+"infra").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	linked := strings.Fields(string(out))
	if !slices.Contains(linked, module+"statemachine") {
		t.Fatalf("infra does not link the definition; expected it among %d packages", len(linked))
	}
	for _, path := range linked {
		if under(path, "github.com/recolabs/gnata") || under(path, module+"statemachine/asl") || strings.Contains(path, "jsonata") {
			t.Errorf("infra links %s; expected the definition alone", path)
		}
	}
}

func check(t *testing.T, from, path string, test bool) {
	t.Helper()
	for _, prefix := range cdk {
		if strings.HasPrefix(path, prefix) && !under(from, "infra") {
			t.Errorf("%s imports %s; only infra may", from, path)
		}
	}
	to, ours := strings.CutPrefix(path, module)
	if !ours || to == from {
		return
	}
	if !allowed(from, to, test) {
		t.Errorf("%s imports %s; the layout in docs/architecture.md has no such arrow (test: %t)", from, to, test)
	}
}

func allowed(from, to string, test bool) bool {
	for _, a := range arrows {
		if !under(from, a.from) {
			continue
		}
		fits := func(prefix string) bool { return under(to, prefix) }
		ok := slices.ContainsFunc(a.to, fits) || (test && slices.ContainsFunc(a.tests, fits))
		if a.from == "infra" && !test && under(to, "statemachine") {
			ok = to == "statemachine" // the definition, not what runs it here
		}
		return ok
	}
	return false
}

// under says whether a path is the prefix itself or lies in it.
func under(path, prefix string) bool {
	return path == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaints.String())
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("go list knows %d packages; expected the whole module", len(all))
	}
	return all
}
