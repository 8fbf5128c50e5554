package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	gocmp "github.com/google/go-cmp/cmp"
)

// What the project is built and deployed with is fixed by hashes: actions by commit, packages of npm and of Python by lock
// files, modules of Go by go.sum, which make check verifies.

type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []struct {
			Uses, Run string
			With      map[string]any
		}
	}
}

// workflows are those of the repository, by name.
func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) < 2 {
		t.Fatalf("workflows %v, %v", files, err)
	}
	all := map[string]workflow{}
	for _, file := range files {
		var w workflow
		if err := yaml.Unmarshal([]byte(read(t, file)), &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yml")] = w
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Only the job that publishes a release may write, and it runs nothing of the repository.
func TestWorkflowsMayReadAndOnlyThePublishingJobMayWrite(t *testing.T) {
	reads := map[string]string{"contents": "read"}
	for name, w := range workflows(t) {
		if diff := gocmp.Diff(reads, w.Permissions); diff != "" {
			t.Errorf("%s: permissions (-want +got)\n%s", name, diff)
		}
		for job, j := range w.Jobs {
			var want map[string]string
			if name+"/"+job == "release/publish" {
				want = map[string]string{"contents": "write"}
			}
			if diff := gocmp.Diff(want, j.Permissions); diff != "" {
				t.Errorf("%s/%s: permissions (-want +got)\n%s", name, job, diff)
			}
			for _, s := range j.Steps {
				if want != nil && (strings.HasPrefix(s.Uses, "actions/checkout@") || strings.Contains(s.Run, "make")) {
					t.Errorf("%s/%s may write, and runs %s%s", name, job, s.Uses, s.Run)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
					t.Errorf("%s/%s: checkout leaves its token to the steps after it", name, job)
				}
			}
		}
	}
}

var (
	pinned   = regexp.MustCompile(`^actions/[a-z-]+@[0-9a-f]{40}$`)
	comments = regexp.MustCompile(`(?m)uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
)

func TestWorkflowsInstallNothingThatIsNotFixedByItsHash(t *testing.T) {
	for name, w := range workflows(t) {
		uses := 0
		for job, j := range w.Jobs {
			for _, s := range j.Steps {
				if s.Uses != "" {
					uses++
				}
				if s.Uses != "" && !pinned.MatchString(s.Uses) {
					t.Errorf("%s/%s: %s is not an action at a commit", name, job, s.Uses)
				}
				installs := strings.Contains(s.Run, "pip install") && !strings.Contains(s.Run, "--require-hashes")
				for _, word := range []string{"npx", "npm install", "npm i ", "go install", "curl", "wget", "@latest", "${{"} {
					installs = installs || strings.Contains(s.Run, word)
				}
				if installs {
					t.Errorf("%s/%s: %q gets something whose hash is not in the repository, or puts an expression into a script", name, job, s.Run)
				}
			}
		}
		if named := len(comments.FindAllString(read(t, "../.github/workflows/"+name+".yml"), -1)); named != uses {
			t.Errorf("%s: %d of %d actions say which version their commit is", name, named, uses)
		}
	}
}

func TestTheCDKIsInstalledFromTheLockFileAlone(t *testing.T) {
	var wants struct{ Dependencies map[string]string }
	var lock struct {
		Packages map[string]struct {
			Version, Integrity string
			Dependencies       map[string]string
		}
	}
	if err := json.Unmarshal([]byte(read(t, "package.json")), &wants); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(read(t, "package-lock.json")), &lock); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(wants.Dependencies, lock.Packages[""].Dependencies); diff != "" {
		t.Errorf("package-lock.json is not of package.json (-want +got)\n%s", diff)
	}
	for name, version := range wants.Dependencies {
		if lock.Packages["node_modules/"+name].Version != version {
			t.Errorf("%s %s; want one version, and no range", name, version)
		}
	}
	for name, p := range lock.Packages {
		if name != "" && !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s %s has no hash", name, p.Version)
		}
	}
	npx := regexp.MustCompile(`\bnpx\b`)
	for _, file := range []string{"../Makefile", "../README.md", "../docs/deploying.md", "pipeline/project.go", "../cdk.json"} {
		if found := npx.FindString(read(t, file)); found != "" {
			t.Errorf("%s: npx takes a package by its name alone; use infra/node_modules/.bin/cdk, which make cdk installs", file)
		}
	}
}

func TestTheLinterIsFixedByHashes(t *testing.T) {
	requirements := regexp.MustCompile(`(?m)^[a-z0-9-]+==\S+ \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+`)
	text := regexp.MustCompile(`(?m)^ *#.*\n`).ReplaceAllString(read(t, "../.github/cfn-lint.txt"), "")
	if rest := strings.TrimSpace(requirements.ReplaceAllString(text, "")); rest != "" || !strings.Contains(text, "cfn-lint==") {
		t.Errorf("not a version with its hashes: %q", rest)
	}
}

func TestGolangciLintIsOneVersionWithItsHashes(t *testing.T) {
	used := regexp.MustCompile(`(?m)^tool (\S+)/cmd/golangci-lint$`).FindStringSubmatch(read(t, "../.github/lint.mod"))
	if used == nil {
		t.Fatal(".github/lint.mod has no line: tool …/golangci-lint")
	}
	if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(used[1]) + ` v\S+ h1:\S+$`).MatchString(read(t, "../.github/lint.sum")) {
		t.Errorf(".github/lint.sum has no hash of %s", used[1])
	}
}

// Pull requests run everything that CONTRIBUTING.md says they run: the tests with Node, the race detector, the linter and
// the fuzz tests. A workflow that types a target which is not there would fail on a pull request, and not here.
func TestPullRequestsRunEveryCheck(t *testing.T) {
	runs := ""
	for _, j := range workflows(t)["ci"].Jobs {
		for _, s := range j.Steps {
			runs += s.Run + "\n"
		}
	}
	for _, want := range []string{".ci/run", "go test ./infra/...", "make cdk", "make synth", "make race", "make lint", "make fuzz"} {
		if !strings.Contains(runs, want+"\n") {
			t.Errorf("no job of ci.yml runs %s", want)
		}
	}
	for _, target := range regexp.MustCompile(`(?m)^make ([a-z]+)`).FindAllStringSubmatch(runs, -1) {
		if !strings.Contains(read(t, "../Makefile"), "\n"+target[1]+":") {
			t.Errorf("ci.yml runs make %s; the Makefile has no such target", target[1])
		}
	}
}

func TestDependabotRaisesModulesActionsAndTheCDK(t *testing.T) {
	var config struct {
		Version int
		Updates []struct {
			Ecosystem string `yaml:"package-ecosystem"`
			Directory string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "../.github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, u := range config.Updates {
		got[u.Ecosystem] = u.Directory
	}
	want := map[string]string{"gomod": "/", "github-actions": "/", "npm": "/infra"}
	if diff := gocmp.Diff(want, got); diff != "" || config.Version != 2 {
		t.Errorf("version %d (-want +got)\n%s", config.Version, diff)
	}
}

// TestAReleaseCanBeMadeAgain makes the part of a release that is for this machine, twice.
func TestAReleaseCanBeMadeAgain(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	name := "drover-" + runtime.GOOS + "-" + runtime.GOARCH
	for _, dir := range []string{first, second} {
		cmd := exec.CommandContext(t.Context(), "make", "-C", "..", "release", "PLATFORMS="+runtime.GOOS+"/"+runtime.GOARCH, "RELEASE="+dir, "VERSION=v1.2.3")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	want := ""
	for _, file := range []string{name, name + ".cdx.json"} {
		sum := sha256.Sum256([]byte(read(t, filepath.Join(first, file))))
		want += hex.EncodeToString(sum[:]) + "  " + file + "\n"
	}
	if got := read(t, filepath.Join(first, "SHA256SUMS")); got != want || got != read(t, filepath.Join(second, "SHA256SUMS")) {
		t.Errorf("checksums\n%swant\n%sand the second time\n%s", got, want, read(t, filepath.Join(second, "SHA256SUMS")))
	}
	checkSBOM(t, filepath.Join(first, name))
}

// checkSBOM holds the bill of materials against what the Go toolchain says of the binary.
func checkSBOM(t *testing.T, binary string) {
	t.Helper()
	var bom struct {
		BomFormat  string
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal([]byte(read(t, binary+".cdx.json")), &bom); err != nil || bom.BomFormat != "CycloneDX" {
		t.Fatalf("%s: %v", bom.BomFormat, err)
	}
	listed := map[string]string{}
	for _, c := range bom.Components {
		listed[c.Name] = c.Version
	}
	out, err := exec.CommandContext(t.Context(), "go", "version", "-m", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := regexp.MustCompile(`(?m)^\tdep\t(\S+)\t(\S+)`).FindAllStringSubmatch(string(out), -1)
	for _, m := range modules {
		if listed[m[1]] != m[2] {
			t.Errorf("%s %s is in the binary, and listed is %q", m[1], m[2], listed[m[1]])
		}
	}
	if len(modules) < 20 || listed["std"] == "" {
		t.Errorf("%d modules, and of the standard library %q", len(modules), listed["std"])
	}
}
