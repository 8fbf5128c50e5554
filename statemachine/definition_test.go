package statemachine

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// text is the definition as a reader sees it, for tests of what it says and not of what it does.
type text struct {
	States map[string]stateText
}

type stateText struct {
	Type, Comment, Resource string
	TimeoutSeconds          any
	Retry, Catch, Choices   []entryText
}

type entryText struct {
	Comment         string
	ErrorEquals     []string
	IntervalSeconds int
	MaxAttempts     *int
	BackoffRate     float64
	MaxDelaySeconds int
	JitterStrategy  string
}

func readText(t *testing.T) text {
	t.Helper()
	var d text
	if err := json.Unmarshal([]byte(Definition()), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

var substitution = regexp.MustCompile(`\$\{(\w+)\}`)

// machine parses the definition with an ARN for each function that ends in the function's name.
func machine(t testing.TB) *asl.Machine {
	t.Helper()
	values := map[string]string{}
	for _, name := range Substitutions {
		values[name] = "arn:aws:lambda:us-west-2:111122223333:function:" + strings.TrimSuffix(name, "Arn")
	}
	values[PartitionID] = "aws"
	m, err := asl.Parse([]byte(substitution.ReplaceAllStringFunc(Definition(), func(place string) string {
		return values[substitution.FindStringSubmatch(place)[1]]
	})))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEveryStateAndRuleSaysWhatItIsFor(t *testing.T) {
	if machine(t).Comment() == "" {
		t.Error("the definition has no Comment")
	}
	for name, s := range readText(t).States {
		if s.Comment == "" {
			t.Errorf("state %q has no Comment", name)
		}
		for field, entries := range map[string][]entryText{"Retry": s.Retry, "Catch": s.Catch, "Choices": s.Choices} {
			for i, e := range entries {
				if e.Comment == "" {
					t.Errorf("state %q, %s[%d] has no Comment", name, field, i)
				}
			}
		}
	}
}

func TestTheCatalogueAndTheDefinitionNameTheSameConditions(t *testing.T) {
	named := map[string]bool{}
	for _, s := range readText(t).States {
		for _, e := range slices.Concat(s.Retry, s.Catch) {
			for _, name := range e.ErrorEquals {
				if prefix, _, dotted := strings.Cut(name, "."); dotted && slices.Contains(foreign, prefix) {
					continue
				}
				named[name] = true
			}
		}
	}
	for _, c := range failover.Conditions {
		if !named[string(c)] {
			t.Errorf("condition %s is in no ErrorEquals of the definition", c)
		}
		delete(named, string(c))
	}
	for name := range named {
		t.Errorf("ErrorEquals has %s, which is not in failover.Conditions", name)
	}
}

// foreign are the prefixes of error names that are not Drover's own.
var foreign = []string{"States", "Lambda", "Runtime", "Sandbox"}

// conditions are those of the catalogue with which a step fails and is retried, or is not. A task that an approver fails is
// not retried by a rule of its own.
func conditions(retryable bool) []string {
	var names []string
	for _, c := range failover.Conditions {
		if c.Retryable() == retryable && c != failover.NotApproved {
			names = append(names, string(c))
		}
	}
	return names
}

func TestEveryStepHasTheRetriesThatTheBoundAssumes(t *testing.T) {
	for name, s := range readText(t).States {
		if s.Type != "Task" {
			continue
		}
		timeout := any(failover.StepTimeout.Seconds())
		switch name {
		case "AwaitApproval":
			timeout = "{% $run.approvalSeconds %}"
		case "Announce":
			timeout = failover.AnnounceTimeout.Seconds()
		case "NotNotified":
			timeout = failover.NotNotifiedTimeout.Seconds()
		}
		if s.TimeoutSeconds != timeout {
			t.Errorf("state %q: TimeoutSeconds %v; want %v", name, s.TimeoutSeconds, timeout)
		}
		want := []entryText{
			{ErrorEquals: conditions(false), MaxAttempts: new(int)},
			{
				ErrorEquals:     append(conditions(true), "States.TaskFailed", "States.Timeout"),
				IntervalSeconds: int(failover.StepRetryInterval.Seconds()), MaxAttempts: new(failover.StepRetries), BackoffRate: 2,
				MaxDelaySeconds: int(failover.StepRetryMaxDelay.Seconds()),
			},
		}
		switch name {
		case "VerifyHealth", // the loop around it is its retry
			"Announce": // users wait meanwhile
			want = nil
		case "NotNotified": // the end of the execution is the alarm then
			want = []entryText{{ErrorEquals: []string{"States.ALL"}, IntervalSeconds: int(failover.StepRetryInterval.Seconds()), MaxAttempts: new(1), BackoffRate: 1}}
		case "AwaitApproval": // an answer, or none in time, is final; a request that could not be sent is not
			want = []entryText{{
				ErrorEquals: []string{"Throttled", "Unreachable", "Busy", "Runtime.ExitError", "Sandbox.Timedout", "Lambda.TooManyRequestsException",
					"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.Unknown"},
				IntervalSeconds: int(failover.StepRetryInterval.Seconds()), MaxAttempts: new(failover.AskRetries), BackoffRate: 2,
				MaxDelaySeconds: int(failover.StepRetryMaxDelay.Seconds()),
			}}
		}
		got := slices.Clone(s.Retry)
		for i := range got {
			got[i].Comment = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("state %q: Retry (-want +got):\n%s", name, diff)
		}
	}
}

// An ARN that is written out would be one of the standard partition, and refused in every other.
func TestNoARNInTheDefinitionNamesItsPartition(t *testing.T) {
	for i, line := range strings.Split(Definition(), "\n") {
		if strings.Contains(line, "arn:") && strings.Count(line, "arn:") != strings.Count(line, "arn:${Partition}:") {
			t.Errorf("failover.asl.json:%d: %s; expected arn:${Partition}:", i+1, strings.TrimSpace(line))
		}
	}
}

// TestSubstitutionsAreThoseOfTheDefinition: CloudFormation refuses a value without a place, and a place without a value.
func TestSubstitutionsAreThoseOfTheDefinition(t *testing.T) {
	var places []string
	for _, match := range substitution.FindAllStringSubmatch(Definition(), -1) {
		places = append(places, match[1])
	}
	slices.Sort(places)
	if diff := cmp.Diff(slices.Sorted(slices.Values(Substitutions)), slices.Compact(places)); diff != "" {
		t.Errorf("places of the definition (-want +got):\n%s", diff)
	}
}
