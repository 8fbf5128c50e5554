package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted/hostile"
	"github.com/drover-dr/drover/statemachine"
)

// hostileAWS answers every call of the commands with a text in each field that a terminal would obey.
func hostileAWS(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		rw.Header().Set("Content-Type", "application/x-amz-json-1.0")
		switch answer := hostileAnswers[operation]; {
		case answer != nil:
			_ = json.NewEncoder(rw).Encode(answer(string(body)))
		case r.Method == http.MethodGet:
			var report failover.Report
			hostile.Fill(&report)
			_ = json.NewEncoder(rw).Encode(report)
		default:
			rw.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(rw).Encode(map[string]any{"__type": "Odd", "message": hostile.Text})
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

type object = map[string]any

var hostileAnswers = map[string]func(body string) any{
	"ListStateMachines": func(string) any {
		return object{"stateMachines": []any{object{"name": "drover", "stateMachineArn": "arn:aws:states:us-west-2:111122223333:stateMachine:drover", "type": "STANDARD", "creationDate": 1}}}
	},
	"StartExecution": func(string) any { return object{"executionArn": hostile.Text, "startDate": 1} },
	"DescribeExecution": func(string) any {
		return object{"executionArn": "arn:aws:states:us-west-2:111122223333:execution:drover:run", "name": hostile.Text, "input": hostile.Text, "output": hostile.Text, "cause": hostile.Text,
			"error": hostile.Text, "status": "FAILED", "startDate": 1, "stopDate": 2, "stateMachineArn": hostile.Text}
	},
	"GetExecutionHistory": func(string) any { return object{"events": hostileHistory()} },
	"GetItem": func(string) any {
		return object{"Item": object{"pk": object{"S": "lock"}, "owner": object{"S": hostile.Text}, "run": object{"S": hostile.Text}, "epoch": object{"N": "7"}, "expires": object{"S": "2099-01-31T03:00:00.000Z"}}}
	},
	"ListExecutions": func(string) any {
		return object{"executions": []any{object{"name": hostile.Text, "executionArn": "arn:aws:states:us-west-2:111122223333:execution:drover:run", "stateMachineArn": "m", "status": "RUNNING", "startDate": 1}}}
	},
	"Query":           hostileItems,
	"SendTaskSuccess": func(string) any { return object{} },
}

func hostileItems(body string) any {
	switch {
	case strings.Contains(body, `"runs"`):
		var run registry.RunRecord
		hostile.Fill(&run)
		text, _ := json.Marshal(run)
		return object{"Items": []any{object{"pk": object{"S": "runs"}, "record": object{"S": string(text)}}}, "Count": 1}
	case strings.Contains(body, `"approvals"`):
		return object{"Items": []any{object{"pk": object{"S": "approvals"}, "sk": object{"S": "run#us-west-2"}, "token": object{"S": "t"}, "region": object{"S": "us-west-2"}, "gate": object{"S": hostile.Text},
			"asked": object{"S": "2026-01-31T03:00:00.000Z"}, "until": object{"S": "2099-01-31T03:00:00.000Z"}, "tries": object{"N": "0"}}}, "Count": 1}
	case strings.Contains(body, `"applications"`):
		var app failover.Application
		hostile.Fill(&app)
		text, _ := json.Marshal(app)
		return object{"Items": []any{object{"pk": object{"S": "applications"}, "sk": object{"S": hostile.Text}, "config": object{"S": string(text)}, "active": object{"S": hostile.Text},
			"weights": object{"M": object{hostile.Text: object{"N": "1"}}}, "epoch": object{"N": "1"}, "stage": object{"N": "1"}, "changed": object{"S": "2026-01-31T03:00:00.000Z"}}}, "Count": 1}
	}
	return object{"Items": []any{}, "Count": 0}
}

// hostileHistory enters every state of the definition, each with an answer of every kind, and a failure.
func hostileHistory() []any {
	var answers []string
	for _, answer := range []any{new(failover.ValidateAnswer), new(failover.NotifyAnswer), new(failover.ApprovalAnswer), new(failover.Report)} {
		hostile.Fill(answer)
		text, _ := json.Marshal(answer)
		answers = append(answers, string(text))
	}
	id, newestFirst := 0, []any{}
	add := func(kind, details string, fields object) {
		id++
		newestFirst = append([]any{object{"id": id, "type": kind, "timestamp": 1 + id, details: fields}}, newestFirst...)
	}
	names := []string{hostile.Text}
	var definition struct{ States map[string]any }
	_ = json.Unmarshal([]byte(statemachine.Definition()), &definition)
	names = append(names, slices.Sorted(maps.Keys(definition.States))...)
	for _, name := range names {
		add("TaskStateEntered", "stateEnteredEventDetails", object{"name": name})
		for _, answer := range answers {
			add("TaskSucceeded", "taskSucceededEventDetails", object{"resource": "invoke", "resourceType": "lambda", "output": fmt.Sprintf(`{"Payload": %s}`, answer)})
		}
		add("TaskFailed", "taskFailedEventDetails", object{"resource": "invoke", "resourceType": "lambda", "error": hostile.Text, "cause": hostile.Text})
		add("TaskSubmitted", "taskSubmittedEventDetails", object{"resource": "invoke", "resourceType": "lambda"})
	}
	return newestFirst
}

// Whatever stands in the registry, in an execution or in a report: no command passes on what a terminal obeys, and none
// lets a value begin a line that is not Drover's.
func TestNoCommandPrintsWhatATerminalObeys(t *testing.T) {
	operator(t)
	url := hostileAWS(t)
	for _, args := range [][]string{
		{"status"}, {"status", "run"}, {"watch", "run"}, {"report", "run"}, {"report", "run", "--json"}, {"approve", "run"}, {"reject", "run"},
		{"start", "check", "--name", "run"}, {"start", "check", "--name", "run", "--watch"}, {"preflight", "deploy", "--assembly", golden}, {"preflight", "destroy", "--force", "--assembly", golden},
	} {
		_, stdout, stderr := drover(t, t.Context(), append(args, "--endpoint-url", url)...)
		what := "drover " + strings.Join(args, " ")
		if refused := args[0] == "approve" || args[0] == "reject"; stdout == "" && (!refused || stderr == "") {
			t.Errorf("%s prints nothing: %s", what, stderr)
		}
		hostile.Check(t, what, stdout)
		hostile.Check(t, what+" (stderr)", strings.ReplaceAll(stderr, "\n"+hostile.Forged, " "+hostile.Forged)) // an error may have several lines
	}
}

func TestWhatATerminalObeysIsRefusedWhereItIsTyped(t *testing.T) {
	operator(t)
	file := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(shop, "metric: Served", `metric: "Served\e]0;x\a"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	scenario := filepath.Join(t.TempDir(), "odd.yaml")
	if err := os.WriteFile(scenario, []byte("name: odd\ntitle: \"\\e[2J\"\ndescription: x\ntimeline: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"start", "check", "--reason", hostile.Text}, {"start", "check", "--application", hostile.Text}, {"start", "check", "--name", hostile.Text},
		{"approve", "run", "--comment", hostile.Text}, {"reject", "run", "--comment", hostile.Text},
		{"register", file}, {"drill", scenario}, {"drill", hostile.Text}, {"drill", "--" + hostile.Text}, {hostile.Text}, {"status", "--region", hostile.Text}, {"status", "--plan", hostile.Text},
	} {
		code, stdout, stderr := drover(t, t.Context(), append(args, "--endpoint-url", "http://127.0.0.1:1")...)
		if args[0] == "drill" {
			code, stdout, stderr = drover(t, t.Context(), args...)
		}
		if code != exitUsage || stderr == "" {
			t.Errorf("%q: exit code %d, %q; want %d and why", args, code, stderr, exitUsage)
		}
		hostile.Check(t, fmt.Sprintf("%q", args), stdout+strings.ReplaceAll(stderr, "\n"+hostile.Forged, " "+hostile.Forged))
	}
}
