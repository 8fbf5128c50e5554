package drills

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// forbidden is what no log may have: readers of logs may seldom approve runs, and logs outlive the stacks.
var forbidden = []struct {
	what string
	form *regexp.Regexp
}{
	{"a task token", regexp.MustCompile(`:execution:[^"\s]+#\d+`)}, // the simulator's: AWS's say nothing
	{"an access key", regexp.MustCompile(`\bA(?:KIA|SIA)[A-Z0-9]{8,}`)},
	{"a secret key", regexp.MustCompile(regexp.QuoteMeta(drill.SecretKey))},
	{"a signature", regexp.MustCompile(`AWS4-HMAC-SHA256|Signature=|X-Amz-Security-Token`)},
	{"an e-mail address", regexp.MustCompile(`[\w.+-]+@[\w-]+\.[a-z]{2,}`)},
}

// outcome is the cause with which an execution fails: the sentence that on-call reads in the console, with who has rejected
// the run and why. It is the one text of a person that is logged.
var outcome = regexp.MustCompile(`"cause":"(?:[^"\\]|\\.)*","error":"(?:RolledBack|Held|Refused)"`)

// leaks are what the logs of a drill have that they may not: secrets, tokens, and all that people have typed, which may
// name a person.
func leaks(s *scenario.Scenario, logs []fakeaws.LogLine) []string {
	var found []string
	typed := s.Typed()
	for _, line := range logs {
		for _, f := range forbidden {
			if f.form.MatchString(line.Text) {
				found = append(found, fmt.Sprintf("%s in %s has %s: %s", line.Group, line.Region, f.what, line.Text))
			}
		}
		said := outcome.ReplaceAllString(line.Text, "")
		for _, text := range typed {
			if strings.Contains(said, text) {
				found = append(found, fmt.Sprintf("%s in %s has what a person has typed, %q: %s", line.Group, line.Region, text, line.Text))
			}
		}
	}
	return found
}

// logsOf plays a scenario and returns it in the terms of the plan, with what is logged.
func logsOf(t *testing.T, name string, change func(*assembly.Assembly)) (*scenario.Scenario, []fakeaws.LogLine) {
	t.Helper()
	s, deployed := mustLoad(t, name), defaultAssembly(t)
	change(deployed)
	result := mustPlay(t, s, drill.Options{Assembly: deployed})
	return result.Scenario, result.Logs()
}

// TestTheSearchOfLogsFindsWhatItSearchesFor plays an approval: as it is deployed, there are lines of every kind and nothing
// forbidden in them; with execution data in the log, the token is found, and what the approver wrote.
func TestTheSearchOfLogsFindsWhatItSearchesFor(t *testing.T) {
	const approval = "approval-approved"
	s, logs := logsOf(t, approval, func(*assembly.Assembly) {})
	for _, group := range []string{"/aws/lambda/drover-notify", "/aws/lambda/drover-api", "/aws/vendedlogs/states/drover", "/aws/vendedlogs/apis/drover"} {
		if !slices.ContainsFunc(logs, func(l fakeaws.LogLine) bool { return l.Group == group && l.Text != "" }) {
			t.Errorf("nothing is logged in %s", group)
		}
	}
	if found := leaks(s, logs); found != nil {
		t.Errorf("%s", strings.Join(found, "\n"))
	}
	s, logs = logsOf(t, approval, func(a *assembly.Assembly) {
		for i := range a.StateMachines {
			a.StateMachines[i].LogData = true
		}
	})
	found := strings.Join(leaks(s, logs), "\n")
	for _, want := range []string{"a task token", `what a person has typed, "the status page says hours"`, `what a person has typed, "us-east-1 is dark"`} {
		if !strings.Contains(found, want) {
			t.Errorf("with execution data, %s is not found in the log of the state machine", want)
		}
	}
	secret := []fakeaws.LogLine{{Text: "x " + drill.SecretKey}, {Text: fakeaws.Administrator}, {Text: "Authorization: AWS4-HMAC-SHA256"}, {Text: "a kim@example.com b"}}
	if found := leaks(s, secret); len(found) != len(secret) {
		t.Errorf("found %v in %v", found, secret)
	}
}
