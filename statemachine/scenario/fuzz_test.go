package scenario

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

const fuzzedScenario = `name: fuzzed
title: A Region goes dark
description: It comes back.
generate: {applications: 2, databases: 1, zones: [{id: Z0EXAMPLE1, name: example.com}], globalClusters: [orders]}
world: {dnsPropagation: 30s, clients: {requestsPerSecond: 10}}
timeline:
  - {at: 10s, regionDark: us-east-1}
  - at: 20s
    start: {region: us-west-2, input: {action: failover, allowDataLoss: true}, outcome: Completed}
  - {at: 30s, apiFault: {service: rds, code: ServiceUnavailable, status: 503, for: 2m}}
until: 30m
expect: {active: {app-0001: us-west-2}}
`

func FuzzScenario(f *testing.F) {
	for _, seed := range []string{
		fuzzedScenario, soundScenario, "applications: 1\ntimeline: [{}]", "{A}", "{A: }", "name: ../../x", "name: [", "- a", strings.Repeat("[", 1000), "expect: {active: {a: b}}",
		"a: &a [*a]", "a: &a [1, 1]\nb: &b [*a, *a]", "until: 1e9\n", "timeline: [{at: 1s}, {}]", "applications:\n  - name: x\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		workbound.Check(t, len(text), func() {
			s, err := parse("scenario.yaml", text)
			if err != nil || s.Generate != nil && s.Generate.Applications > 100 {
				return
			}
			if !scenarioName.MatchString(s.Name) {
				t.Errorf("the name %q is accepted", s.Name)
			}
			if in, err := s.In(Terms{Plan: failover.DefaultPlan(), Account: "111122223333", Zones: []string{"Z1"}}); err == nil {
				_ = in.Applications()
			}
		})
	})
}

func FuzzEvent(f *testing.F) {
	for _, seed := range []string{"regionDark: us-east-1", `{"at": "10s", "regionBack": "us-east-1"}`, "{A}", "drift: {}", "call: {region: us-east-1, body: {a: [b]}}", "&a {*a: 1}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		workbound.Check(t, len(text), func() {
			if e, err := ParseEvent("event", text); err == nil && len(e.Kinds()) != 1 {
				t.Errorf("%q is %d events", text, len(e.Kinds()))
			}
		})
	})
}

func TestANameThatIsNoFolderIsRefused(t *testing.T) {
	for _, name := range []string{"../../x", "a/b", `a\b`, "..", ".", "a b", strings.Repeat("a", 65)} {
		text := strings.Replace(fuzzedScenario, "name: fuzzed", "name: '"+name+"'", 1)
		if _, err := parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "x.yaml:1:7: ") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A key without a value has no path.
func TestOddScenariosDoNotPanic(t *testing.T) {
	if _, err := parse("x.yaml", []byte("{A}")); err == nil || !strings.Contains(err.Error(), `unknown key "A"; expected one of name`) {
		t.Error(err)
	}
}
