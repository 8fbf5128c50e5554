package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/drills"
)

const pages = "../../../"

// example is a fenced block of a page.
type example struct {
	page           string
	line           int
	language, text string
}

func (e example) String() string { return fmt.Sprintf("%s:%d", e.page, e.line) }

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// examples are those of all pages that users read.
func examples(t *testing.T) []example {
	t.Helper()
	files, err := filepath.Glob(pages + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for _, file := range append(files, pages+"README.md", pages+"CONTRIBUTING.md", pages+"SECURITY.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllSubmatchIndex(text, -1) {
			all = append(all, example{
				strings.TrimPrefix(file, pages), 1 + strings.Count(string(text[:m[0]]), "\n"), string(text[m[2]:m[3]]), string(text[m[4]:m[5]]),
			})
		}
	}
	if len(all) < 60 {
		t.Fatalf("%d examples; the pattern is wrong", len(all))
	}
	return all
}

// elsewhere are the languages and pages whose examples another test executes, with its name.
var elsewhere = map[string]string{
	"console docs/runbook.md": "TestTheRunbookIsPlayed", "console docs/importing.md": "TestTheImportPageIsPlayed", "yaml docs/importing.md": "TestTheImportPageIsPlayed",
	"json docs/permissions.md": "TestThePermissionsOnThePageAreEnoughForEveryCommand", "json docs/api.md": "TestThePageOfTheAPIIsPlayed", "sh docs/api.md": "TestThePageOfTheAPIIsPlayed",
	" docs/api.md": "TestThePageOfTheAPIIsPlayed", "text docs/applications.md": "TestMistakesInTheDocumentationAreThoseThatAreSaid", " docs/messages.md": "TestTheExamplesInTheDocsAreRealMessages",
	" README.md": "TestTheReadmeShowsTheDefaultDrillAsItIs", "mermaid docs/architecture.md": "pages_test.go", " docs/architecture.md": "pages_test.go",
}

// TestEveryExampleIsExecuted executes the examples of all pages: files are validated, scenarios played, JSON read as what it is, and
// commands parsed as the command line parses them. An example that no case here knows, and no other test executes, is a failure.
func TestEveryExampleIsExecuted(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.String(), func(t *testing.T) {
			if elsewhere[e.language+" "+e.page] != "" {
				return
			}
			switch e.language {
			case "yaml":
				executeYAML(t, e)
			case "json":
				executeJSON(t, e)
			case "sh", "":
				executeShell(t, e)
			default:
				t.Errorf("no test executes examples in the language %q", e.language)
			}
		})
	}
}

// executeYAML validates a file as a reader of the page has it, and plays it if it is a scenario.
func executeYAML(t *testing.T, e example) {
	t.Helper()
	if strings.HasPrefix(e.text, "plan:") {
		if p, err := parsePlanFile(e.page, []byte(e.text)); err != nil || p.Plan == "" || len(p.Regions) != 2 {
			t.Errorf("%+v %v", p, err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "applications"), os.DirFS("../../drills/applications")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "example.yaml")
	if err := os.WriteFile(file, []byte(e.text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if code, stdout, stderr := drover(t, t.Context(), "validate", file); code != exitOK {
		t.Fatalf("exit code %d, %q, %q", code, stdout, stderr)
	}
	if isScenario([]byte(e.text)) {
		passes(t, file)
	}
}

// passes plays a scenario.
func passes(t *testing.T, file string) {
	t.Helper()
	c := &drillCommand{Scenario: file, Out: t.TempDir()}
	s, err := c.load()
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	if verdict, err := c.one(t.Context(), s, deployed, &summary{}); err != nil || !strings.HasPrefix(verdict, "as expected") {
		text, _ := os.ReadFile(filepath.Join(c.Out, "transcript.txt")) // it may not be there
		t.Errorf("%s %v\n%s", verdict, err, text)
	}
}

// executeJSON reads JSON as what reads it in Drover, or in AWS.
func executeJSON(t *testing.T, e example) {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(e.text), &object); err != nil {
		t.Fatal(err)
	}
	var err error
	switch {
	case object["action"] != nil:
		_, err = failover.ParseInput(json.RawMessage(e.text))
	case object["lever"] != nil:
		_, err = failover.ParsePlan(fmt.Appendf(nil, `{"switches": [%s]}`, e.text))
	case object["Statement"] != nil:
		statement, _ := object["Statement"].([]any)
		if object["Version"] != "2012-10-17" || len(statement) == 0 {
			t.Error("no IAM policy")
		}
	case object["kind"] != nil: // a filter policy of SNS: each attribute has a list of values
		for key, values := range object {
			if list, ok := values.([]any); !ok || len(list) == 0 {
				t.Errorf("%s: %v; expected a list", key, values)
			}
		}
	default:
		t.Error("no test knows what reads this")
	}
	if err != nil {
		t.Error(err)
	}
}

// otherCommands are what examples type beside drover and make: their arguments are those of other programs.
var otherCommands = []string{"aws", "curl", "git", "infra/node_modules/.bin/cdk", "gofmt", "go"}

// executeShell parses each command of drover as the command line does, and looks for each target of make.
func executeShell(t *testing.T, e example) {
	t.Helper()
	makefile, err := os.ReadFile(pages + "Makefile")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(e.text, "\\\n", " ")
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, " #")
		for _, command := range strings.Split(line, "&&") {
			words := strings.Fields(command)
			switch {
			case len(words) == 0 || words[0] == "cd":
			case words[0] == "drover" || words[0] == "bin/drover":
				parses(t, words[1:])
			case words[0] == "make":
				for _, target := range words[1:] {
					if name, _, variable := strings.Cut(target, "="); !variable && !strings.Contains(string(makefile), "\n"+name+":") {
						t.Errorf("make has no target %s", target)
					}
				}
			case !slices.Contains(otherCommands, words[0]):
				t.Errorf("%q: no test knows the command %s", command, words[0])
			}
		}
	}
}

// parses says whether the command line takes the words.
func parses(t *testing.T, words []string) {
	t.Helper()
	var cli commandLine
	parser, err := kong.New(&cli, kong.Name("drover"), kong.Vars{"version": "1", "scenario": drills.Default}, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(words); err != nil {
		t.Errorf("drover %s: %v", strings.Join(words, " "), err)
	}
}

// inText matches a command of drover in the text of a page, up to the first placeholder.
var inText = regexp.MustCompile("`(?:bin/)?drover ([a-z][^`]*)`")

// TestCommandsInTheTextExist parses the commands that pages name in their text; words in capitals stand for anything.
func TestCommandsInTheTextExist(t *testing.T) {
	files, err := filepath.Glob(pages + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range append(files, pages+"README.md", pages+"SECURITY.md", pages+"CONTRIBUTING.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inText.FindAllStringSubmatch(string(text), -1) {
			found++
			words := strings.Fields(m[1])
			var cli commandLine
			parser, err := kong.New(&cli, kong.Name("drover"), kong.Vars{"version": "1", "scenario": drills.Default}, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(words); err != nil && (strings.Contains(err.Error(), "unknown") || strings.Contains(err.Error(), "unexpected")) { // a page may leave out what varies
				t.Errorf("%s: drover %s: %v", filepath.Base(file), m[1], err)
			}
		}
	}
	if found < 30 {
		t.Errorf("%d commands; the pattern is wrong", found)
	}
}

// TestThePageOfTheAPIIsPlayed sends the requests of docs/api.md to the API of the simulator, in a drill: each answer has the keys
// that the page shows.
func TestThePageOfTheAPIIsPlayed(t *testing.T) {
	calls := map[int]string{}
	request := regexp.MustCompile(`drover_api (\S+) '?([^'\s]+)'?(?: -d '(.*)')?`)
	at, sent := 60, ""
	for _, e := range examples(t) {
		if e.page != "docs/api.md" {
			continue
		}
		if m := request.FindStringSubmatch(e.text); m != nil && e.language == "sh" && !strings.Contains(e.text, "drover_api()") {
			sent = fmt.Sprintf("as: oncall, region: standby, method: %s, path: '%s', status: %s", m[1], m[2], map[bool]string{true: "202", false: "200"}[m[1] == "POST" && m[2] == "/runs"])
			if m[3] != "" {
				sent += ", body: " + m[3]
			}
			if strings.HasSuffix(m[2], "/approval") {
				at = 240
			}
		}
		if e.language != "json" {
			continue
		}
		var answer map[string]any
		if err := json.Unmarshal([]byte(e.text), &answer); err != nil {
			t.Fatal(e, err)
		}
		if answer["type"] != nil {
			sent = "as: oncall, region: standby, method: POST, path: /runs, status: 400, body: {action: fail-over}"
		}
		var says []string
		for _, key := range slices.Sorted(maps.Keys(answer)) {
			if key != "next" || answer["type"] != nil { // there is a next page only as long as there may be more runs
				says = append(says, fmt.Sprintf(`'"%s":'`, key))
			}
		}
		when := at
		if answer["reasons"] != nil { // it waits for something: after the approval
			when = 260
		}
		calls[when] = fmt.Sprintf("  - {at: %ds, call: {%s, says: [%s]}}\n", when, sent, strings.Join(says, ", "))
		at += 30
	}
	var timeline strings.Builder
	for _, when := range slices.Sorted(maps.Keys(calls)) {
		timeline.WriteString(calls[when])
	}
	text := fmt.Sprintf(`name: api-page
title: the requests of the page
description: are sent as they are
applicationsFile: applications/shop.yaml
noSchedules: true
plan: {approval: before-promotion}
world: {callers: [{name: oncall, may: ["POST /runs", "GET /runs", "GET /runs/*", "POST /runs/*"]}]}
timeline:
%suntil: 12m
expect: {runs: [{region: standby, action: failover, outcome: Completed}]}
`, timeline.String())
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "applications"), os.DirFS("../../drills/applications")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "api-page.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	passes(t, file)
}
