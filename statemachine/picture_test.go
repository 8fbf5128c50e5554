package statemachine

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/asl"
)

// Rewrites the picture in docs/architecture.md. Only commit the change if you understand what caused it.
var update = flag.Bool("update", false, "rewrite the picture of the state machine in docs/architecture.md")

const (
	architecture = "../docs/architecture.md"
	pictureBegin = "<!-- picture:begin -->\n"
	pictureEnd   = "<!-- picture:end -->"
)

func TestTheArchitectureShowsTheMachineAsItIs(t *testing.T) {
	text, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), pictureBegin)
	got, after, closed := strings.Cut(rest, pictureEnd)
	if !found || !closed {
		t.Fatalf("%s has no place for the picture; expected a line %q and, below it, one %q", architecture, strings.TrimSpace(pictureBegin), pictureEnd)
	}
	want := "```mermaid\n" + mermaid(machine(t)) + "```\n"
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("the picture in %s is not the definition's; run go test ./statemachine -update (-want +got):\n%s", architecture, cmp.Diff(want, got))
	}
	if err := os.WriteFile(architecture, []byte(before+pictureBegin+want+pictureEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestThePictureIsSparing(t *testing.T) {
	m, err := asl.Parse([]byte(`{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
		"Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Again?",
			"Catch": [{"Comment": "No: never.", "ErrorEquals": ["States.ALL"], "Next": "Over"}]},
		"Again?": {"Type": "Choice", "Choices": [{"Comment": "Once more.", "Condition": "{% true %}", "Next": "Note"}], "Default": "Over"},
		"Note": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Ask",
			"Catch": [{"Comment": "No: never.", "ErrorEquals": ["Denied"], "Next": "Over"},
				{"Comment": "A note is not vital.", "ErrorEquals": ["States.ALL"], "Next": "Ask"}]},
		"Over": {"Type": "Succeed"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `flowchart TD
  start((start)) --> Ask
  subgraph loop1 [until everything is read]
  Ask["Ask"]
  Again{"Again?"}
  Note["Note"]
  end
  Over(["Over"])
  Ask --> Again
  loop1 -. "No" .-> Over
  Again -- "Once more" --> Note
  Again -- otherwise --> Over
  Note --> Ask
`
	if diff := cmp.Diff(want, mermaid(m)); diff != "" {
		t.Errorf("picture (-want +got):\n%s", diff)
	}
}

func TestThePictureNamesTheStatesWithinAMapAndAParallel(t *testing.T) {
	m, err := asl.Parse([]byte(`{"QueryLanguage": "JSONata", "StartAt": "Both", "States": {
		"Both": {"Type": "Parallel", "End": true, "Branches": [
			{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Succeed"}}}}}},
			{"StartAt": "Ask", "States": {"Ask": {"Type": "Pass", "End": true}}}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mermaid(m), `  Both[["Both: Each, One, Ask"]]`; !strings.Contains(got, want) {
		t.Errorf("the picture has no line %s:\n%s", want, got)
	}
}
