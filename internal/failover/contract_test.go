package failover

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// definition is the part of the state machine's definition that the payloads are a contract with.
type definition struct {
	States map[string]struct {
		Arguments struct {
			Payload map[string]json.RawMessage
		}
		Assign, Output json.RawMessage
	}
}

// contract is what the states that call a Lambda send and receive.
var contract = map[string]struct{ request, answer reflect.Type }{
	"Validate":        {reflect.TypeFor[ValidateRequest](), reflect.TypeFor[ValidateAnswer]()},
	"PlanPhase":       {reflect.TypeFor[ValidateRequest](), reflect.TypeFor[ValidateAnswer]()},
	"AwaitApproval":   {reflect.TypeFor[ApprovalRequest](), reflect.TypeFor[ApprovalAnswer]()},
	"Announce":        {reflect.TypeFor[AnnounceRequest](), nil},
	"NotifyRefused":   {reflect.TypeFor[RefusedRequest](), nil},
	"ShiftTraffic":    {reflect.TypeFor[ShiftRequest](), reflect.TypeFor[ShiftAnswer]()},
	"UpdateRegistry":  {reflect.TypeFor[StageRequest](), reflect.TypeFor[RegistryAnswer]()},
	"PromoteDatabase": {reflect.TypeFor[PromoteRequest](), reflect.TypeFor[PromoteAnswer]()},
	"VerifyHealth":    {reflect.TypeFor[VerifyRequest](), reflect.TypeFor[VerifyAnswer]()},
	"CloseRun":        {reflect.TypeFor[CloseRequest](), reflect.TypeFor[RegistryAnswer]()},
	"NotifyStopped":   {reflect.TypeFor[NotifyRequest](), reflect.TypeFor[NotifyAnswer]()},
	"CloseStopped":    {reflect.TypeFor[CloseRequest](), reflect.TypeFor[RegistryAnswer]()},
	"Notify":          {reflect.TypeFor[NotifyRequest](), reflect.TypeFor[NotifyAnswer]()},
	"NotNotified":     {reflect.TypeFor[NotNotifiedRequest](), reflect.TypeFor[NotifyAnswer]()},
}

func readDefinition(t *testing.T) (text string, parsed definition) {
	t.Helper()
	file, err := os.ReadFile("../../statemachine/failover.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &parsed); err != nil {
		t.Fatal(err)
	}
	return string(file), parsed
}

// ofRelease010 are the fields that only a definition of release 0.1.0 sends, by request.
var ofRelease010 = map[reflect.Type][]string{
	reflect.TypeFor[VerifyRequest](): {"passes"},
	reflect.TypeFor[CloseRequest]():  {"reasons", "failure"},
	reflect.TypeFor[NotifyRequest](): {"reasons", "failure"},
}

func jsonNames(t reflect.Type) []string {
	names := fieldsOf(reflect.New(t).Interface()).names()
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(ofRelease010[t], name) })
	slices.Sort(names)
	return names
}

func TestDefinitionSendsWhatTheStepsRead(t *testing.T) {
	_, parsed := readDefinition(t)
	for name, state := range parsed.States {
		if state.Arguments.Payload == nil {
			continue
		}
		var sent []string
		for key := range state.Arguments.Payload {
			sent = append(sent, key)
		}
		slices.Sort(sent)
		if _, known := contract[name]; !known {
			t.Errorf("%s calls a Lambda, and this test does not know with what", name)
			continue
		}
		if diff := cmp.Diff(jsonNames(contract[name].request), sent); diff != "" {
			t.Errorf("%s (-the step reads +the definition sends):\n%s", name, diff)
		}
	}
	for name := range contract {
		if parsed.States[name].Arguments.Payload == nil {
			t.Errorf("the definition has no state %s that calls a Lambda", name)
		}
	}
}

func TestDefinitionReadsWhatTheStepsAnswer(t *testing.T) {
	text, parsed := readDefinition(t)
	answered := regexp.MustCompile(`\$states\.result\.Payload\.(\w+)`)
	for name, state := range parsed.States {
		for _, match := range answered.FindAllStringSubmatch(string(state.Assign)+string(state.Output), -1) {
			if !slices.Contains(jsonNames(contract[name].answer), match[1]) {
				t.Errorf("%s: the definition reads %s; the step answers %v", name, match[1], jsonNames(contract[name].answer))
			}
		}
	}
	for _, match := range regexp.MustCompile(`\$stage\.(\w+)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(jsonNames(reflect.TypeFor[Stage]()), match[1]) {
			t.Errorf("the definition reads %s of a stage", match[1])
		}
	}
}

func TestDefinitionKnowsEveryVerdictAndOutcome(t *testing.T) {
	text, _ := readDefinition(t)
	for _, verdict := range []Verdict{Proceed, Checked, Early, Refuse, Skip, NothingToMove, Waiting, Passed, Pending, Lost, Unpromoted, Failed} {
		if !regexp.MustCompile(`verdict = '` + string(verdict) + `'`).MatchString(text) {
			t.Errorf("the definition does not ask for the verdict %s", verdict)
		}
	}
	for _, match := range regexp.MustCompile(`verdict = '(\w+)'`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains([]Verdict{Proceed, Checked, Early, Refuse, Skip, NothingToMove, Waiting, Passed, Pending, Lost, Unpromoted, Failed}, Verdict(match[1])) {
			t.Errorf("the definition asks for the verdict %s, which no step gives", match[1])
		}
	}
	for _, match := range regexp.MustCompile(`outcome(?: =|":) ['"](\w+)['"]`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains([]Outcome{Completed, RolledBack, Held, Refused}, Outcome(match[1])) {
			t.Errorf("the definition has the outcome %s", match[1])
		}
	}
}
