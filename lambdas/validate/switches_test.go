package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// armed is an application whose record sets carry the health checks of the switch.
func armed(app failover.Application) failover.Application {
	for i := range app.Records {
		endpoints := map[failover.Region]failover.Endpoint{}
		for region, e := range app.Records[i].Endpoints {
			e.HealthCheck = "check-" + string(region)
			endpoints[region] = e
		}
		app.Records[i].Endpoints = endpoints
	}
	return app
}

// checkOn is the health check of the switch default on the record sets of a Region, as the stack of the other one makes it.
func checkOn(region failover.Region) fakeaws.HealthCheck {
	return fakeaws.HealthCheck{
		ID: "check-" + string(region), Type: "HTTPS", Host: "abc.lambda-url." + string(failover.DefaultPlan().Other(region)) + ".on.aws", Path: "/switches/default/" + string(region),
		RequestInterval: 10, FailureThreshold: 1, Inverted: true, Settled: true,
	}
}

// newSwitched is a scene of a plan with a switch whose health checks both Regions have published.
func newSwitched(t *testing.T, apps ...failover.Application) *scene {
	t.Helper()
	return newSwitchedOn(t, checkOn(east), apps...)
}

// newSwitchedOn is one with another health check on the record sets of us-east-1.
func newSwitchedOn(t *testing.T, eastern fakeaws.HealthCheck, apps ...failover.Application) *scene {
	t.Helper()
	s := newScene(t)
	s.h.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	s.store.Plan = s.h.Plan
	for _, name := range []string{failover.SwitchAlarm(s.h.Plan, s.h.Plan.Switches[0]), "other"} {
		must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: name, State: fakeaws.AlarmOK, Rule: fakeaws.AlarmRule{
			Namespace: failover.MetricNamespace, Metric: failover.EvacuatedMetric, Statistic: "Maximum", PeriodSeconds: 60, Comparison: "GreaterThanOrEqualToThreshold", Threshold: 1, Periods: 1,
		}}))
	}
	must(t, s.world.AddHealthCheck(checkOn(west)))
	must(t, s.world.AddHealthCheck(eastern))
	for _, region := range []failover.Region{east, west} {
		must(t, s.store.PublishPlan(t.Context(), region, s.h.Plan))
		must(t, s.store.PublishSwitchCheck(t.Context(), registry.SwitchCheck{Switch: "default", Region: region, ID: "check-" + string(region)}))
	}
	s.add(apps...)
	return s
}

// add registers applications, and gives them their record sets.
func (s *scene) add(apps ...failover.Application) {
	s.t.Helper()
	_, err := s.store.Register(s.t.Context(), s.h.Plan, apps, start)
	must(s.t, err)
	for _, app := range apps {
		for _, r := range app.Records {
			for region, weight := range map[failover.Region]int{east: 100, west: 0} {
				must(s.t, s.world.PutRecordSet(r.Zone, fakeaws.RecordSet{
					Name: r.Name, Type: r.Type, SetIdentifier: string(region), Weight: weight, TTL: r.TTL, HealthCheck: r.Endpoints[region].HealthCheck, Values: []string{r.Endpoints[region].Value},
				}))
			}
		}
	}
}

func (s *scene) evacuate(region failover.Region, epoch int64) {
	s.t.Helper()
	_, err := s.store.WriteSwitch(s.t.Context(), "default", registry.SwitchState{Evacuated: region, Epoch: epoch, Run: "before", At: start})
	must(s.t, err)
}

// said are the findings about switches.
func said(answer failover.ValidateAnswer) string {
	var all []string
	for _, f := range answer.Findings {
		if f.Code == failover.CodeSwitch {
			all = append(all, string(f.Severity)+": "+f.String())
		}
	}
	return strings.Join(all, "\n")
}

// TestAFailoverUsesTheSwitchesThatItMovesWhole, and says of every other why its applications move by weights.
func TestAFailoverUsesTheSwitchesThatItMovesWhole(t *testing.T) {
	unarmed, byWeights := blog(), blog()
	byWeights.Switch = failover.NoSwitch
	for _, c := range []struct {
		name, input string
		apps        []failover.Application
		want        []string
		says        string
		dependsOn   bool // the control plane in us-east-1
	}{
		{"all of them", `{"action": "failover", "allowDataLoss": true}`, []failover.Application{armed(shop()), armed(blog())}, []string{"default"}, "", false},
		{"an application of no switch beside it", `{"action": "failover", "allowDataLoss": true}`, []failover.Application{armed(shop()), byWeights}, []string{"default"}, "", true},
		{"one is not armed", `{"action": "failover", "allowDataLoss": true}`, []failover.Application{armed(shop()), unarmed}, nil, "it is not armed: the record sets of blog do not carry its health checks", true},
		{"one that is not armed is not selected", `{"action": "failover", "allowDataLoss": true, "applications": ["shop"]}`, []failover.Application{armed(shop()), unarmed}, nil, "it is not armed", true},
		{"only some", `{"action": "failover", "allowDataLoss": true, "applications": ["shop"]}`, []failover.Application{armed(shop()), armed(blog())}, nil, "it would move blog too, which the run is not about", true},
		{"in steps", `{"action": "failover", "allowDataLoss": true, "percents": [50, 100]}`, []failover.Application{armed(shop()), armed(blog())}, nil, "the input has percents", true},
		{"a planned run", `{"action": "switchover"}`, []failover.Application{armed(shop()), armed(blog())}, nil, "", false},
		{"a planned run, and one is not armed", `{"action": "switchover"}`, []failover.Application{armed(shop()), unarmed}, nil, "it is not armed: the record sets of blog do not carry its health checks, and a failover moves its applications (2) by weights; type: drover switch attach --region us-west-2", true},
		{"a planned run with an application of no switch", `{"action": "switchover"}`, []failover.Application{armed(shop()), byWeights}, nil, "", true},
	} {
		s := newSwitched(t, c.apps...)
		got := s.validate(c.input)
		if got.Verdict != failover.Proceed || !slices.Equal(got.Run.Switches, c.want) {
			t.Errorf("%s: got %s with %v; want switches %v\n%s", c.name, got.Verdict, got.Run.Switches, c.want, got.Summary)
		}
		if text := said(got); (text == "") != (c.says == "") || !strings.Contains(text, c.says) {
			t.Errorf("%s: got %q; want %q", c.name, text, c.says)
		}
		if slices.Contains(codes(got, failover.Warning), failover.CodeControlPlane) != c.dependsOn {
			t.Errorf("%s: got %v; want a warning about the control plane: %t", c.name, codes(got, failover.Warning), c.dependsOn)
		}
	}
}

// TestAFailoverBySwitchDoesNotWaitForTheControlPlane, which may be what is lost.
func TestAFailoverBySwitchDoesNotWaitForTheControlPlane(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	got := s.validate(`{"action": "failover", "allowDataLoss": true}`)
	if got.Verdict != failover.Proceed || !slices.Equal(got.Run.Switches, []string{"default"}) || len(got.Stages) != 1 {
		t.Errorf("got %s with %v: %s", got.Verdict, got.Run.Switches, got.Summary)
	}
	tells := func(f failover.Finding) bool {
		return strings.HasPrefix(f.String(), "Route 53: its control plane in us-east-1 does not answer; users move by switches")
	}
	if !got.Run.ControlPlaneGone || !slices.ContainsFunc(got.Findings, tells) {
		t.Errorf("got %+v, %+v; want the run to know that no step needs to ask the control plane", got.Run, got.Findings)
	}
	asked := 0
	for _, call := range s.world.Calls() {
		if call.Service == "route53" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("Route 53 was asked %d times; want 1", asked)
	}
}

// TestTheEpochOfARunExceedsThatOfTheSwitches: with an older one it could not write them.
func TestTheEpochOfARunExceedsThatOfTheSwitches(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.evacuate(west, 41)
	if got := s.validate(`{"action": "failover", "allowDataLoss": true}`); got.Run.Epoch <= 41 {
		t.Errorf("got epoch %d; want more than 41", got.Run.Epoch)
	}
}

// TestAPlannedRunResetsASwitchThatItMovesWhole, and any other waits until the weights are written.
func TestAPlannedRunResetsASwitchThatItMovesWhole(t *testing.T) {
	one := []failover.Application{armed(shop())}
	for _, c := range []struct {
		name, input string
		apps        []failover.Application
		evacuated   failover.Region
		want        []string
		blocked     bool
	}{
		{"all in one step", `{"action": "switchover"}`, one, west, []string{"default"}, false},
		{"two waves", `{"action": "switchover"}`, append(one, armed(blog())), west, nil, true},
		{"in steps", `{"action": "switchover", "percents": [50, 100]}`, one, west, nil, true},
		{"a drill", `{"action": "drill"}`, one, west, nil, true},
		{"from the Region that users leave", `{"action": "switchover"}`, one, east, nil, true},
		{"a switch that is reset", `{"action": "switchover"}`, one, "", nil, false},
	} {
		s := newSwitched(t, c.apps...)
		s.evacuate(c.evacuated, 3)
		got := s.validate(c.input)
		if (got.Verdict == failover.Refuse) != c.blocked || !slices.Equal(got.Run.Switches, c.want) {
			t.Errorf("%s: got %s with %v; want blocked: %t, switches %v\n%s", c.name, got.Verdict, got.Run.Switches, c.blocked, c.want, got.Summary)
		}
		if c.blocked && !strings.Contains(said(got), `"action":"weights"`) && !strings.Contains(said(got), "weights") {
			t.Errorf("%s: got %q; want the command that writes the weights", c.name, said(got))
		}
	}
}

// TestAFailoverIntoTheRegionThatASwitchMakesUsersLeaveMovesAllOfThemOrNone: weights bring no users there.
func TestAFailoverIntoTheRegionThatASwitchMakesUsersLeaveMovesAllOfThemOrNone(t *testing.T) {
	byWeights := blog()
	byWeights.Switch = failover.NoSwitch
	const some = `{"action": "failover", "allowDataLoss": true, "applications": ["shop"]}`
	for _, c := range []struct {
		name, input string
		apps        []failover.Application
		evacuated   failover.Region
		blocked     bool
		says        string
	}{
		{"all of them", `{"action": "failover", "allowDataLoss": true}`, []failover.Application{armed(shop()), armed(blog())}, west, false, ""},
		{"some of them", some, []failover.Application{armed(shop()), armed(blog())}, west, true, "weights bring none of them there"},
		{"in steps", `{"action": "failover", "allowDataLoss": true, "percents": [50, 100]}`, []failover.Application{armed(shop())}, west, true, "weights bring none of them there"},
		{"in steps, beside one of no switch", `{"action": "failover", "allowDataLoss": true, "percents": [50, 100]}`, []failover.Application{armed(shop()), byWeights}, west, false, "weights bring none of them there"},
		{"some of them, which leave the other Region", some, []failover.Application{armed(shop()), armed(blog())}, east, false, "it would move blog too"},
	} {
		s := newSwitched(t, c.apps...)
		s.evacuate(c.evacuated, 3)
		got := s.validate(c.input)
		if (got.Verdict == failover.Refuse) != c.blocked || !strings.Contains(said(got), c.says) {
			t.Errorf("%s: got %s; want blocked: %t, %q\n%s", c.name, got.Verdict, c.blocked, c.says, said(got))
		}
	}
}

// TestPendingWeightsAreWrittenByARunOfTheirOwn, as soon as there are any and the control plane answers, and by no other.
func TestPendingWeightsAreWrittenByARunOfTheirOwn(t *testing.T) {
	const input = `{"action": "weights", "requestedBy": "schedule drover-weights"}`
	other := blog()
	other.Switch = failover.NoSwitch
	s := newSwitched(t, armed(shop()), other)
	before := len(s.mutations())
	if got := s.validate(input); got.Verdict != failover.Skip || got.Notify || !strings.Contains(got.Summary, "no weights are pending") {
		t.Errorf("with nothing pending: got %s, notified %t: %s", got.Verdict, got.Notify, got.Summary)
	}
	s.evacuate(west, 3)
	if got := s.validate(input); got.Verdict != failover.Skip {
		t.Errorf("in the Region that users leave: got %s: %s", got.Verdict, got.Summary)
	}
	s.evacuate(east, 4)
	s.pass(time.Minute)
	remove := s.world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	if got := s.validate(input); got.Verdict != failover.Skip || !strings.Contains(got.Summary, "does not answer yet") {
		t.Errorf("without the control plane: got %s: %s", got.Verdict, got.Summary)
	}
	if got := s.mutations(); len(got) > before+2 { // the two writes of the switch by this test
		t.Errorf("a run with nothing to do has changed something: %v", got)
	}
	remove()
	s.pass(time.Minute)
	got := s.validate(input)
	if got.Verdict != failover.Proceed || !slices.Equal(got.Run.Switches, []string{"default"}) || got.Run.Action != failover.Failover || got.Run.From != east || got.Run.Epoch <= 4 {
		t.Errorf("got %s, %+v: %s", got.Verdict, got.Run, got.Summary)
	}
	for _, stage := range got.Stages {
		if stage.Promote || stage.Wave == other.Wave {
			t.Errorf("stage %+v; want the traffic of shop alone", stage)
		}
	}
}

// TestAnOverrideOfSafetyRulesIsSaid where the run is announced, and is only for a plan that leaves it to the input.
func TestAnOverrideOfSafetyRulesIsSaid(t *testing.T) {
	const arn = "arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b"
	const input = `{"action": "failover", "allowDataLoss": true, "overrideSafetyRules": ["` + arn + `"]}`
	s := newSwitched(t, armed(shop()))
	if got := s.validate(input); got.Verdict != failover.Refuse || !strings.Contains(got.Summary, "overrideSafetyRules: 1 rule is looser than the plan") {
		t.Errorf("got %s: %s", got.Verdict, got.Summary)
	}
	s.h.Plan.MayLoosen = append(s.h.Plan.MayLoosen, failover.SafetySetting)
	got := s.validate(input)
	if got.Verdict != failover.Proceed || !slices.Equal(got.Run.OverrideSafetyRules, []string{arn}) || !strings.Contains(said(got), arn) {
		t.Errorf("got %s with %v: %s", got.Verdict, got.Run.OverrideSafetyRules, said(got))
	}
}

// TestNoScheduleMovesUsersByALeverThatFailed: a failover could write neither the lever nor the weights, and they are where they
// were. An operator's run moves them. When weights have moved all of them, the schedule resets the switch.
func TestNoScheduleMovesUsersByALeverThatFailed(t *testing.T) {
	for _, c := range []struct {
		requestedBy string
		lever       failover.Lever
		pulled      failover.Region
		active      failover.Region
		want        failover.Verdict
	}{
		{"schedule drover-weights", failover.MetricLever, "", east, failover.Skip},
		{"schedule drover-weights", failover.MetricLever, "", west, failover.Proceed},
		{"schedule drover-weights", failover.MetricLever, east, east, failover.Proceed},
		{"schedule drover-weights", failover.EndpointLever, "", east, failover.Proceed},
		{"", failover.MetricLever, "", east, failover.Proceed},
	} {
		s := newSwitched(t, armed(shop()))
		s.h.Plan.Switches[0].Lever = c.lever
		s.store.Plan = s.h.Plan
		s.evacuate(east, 4)
		must(t, s.store.ConfirmLever(t.Context(), "default", registry.SwitchState{Epoch: 4, Run: "before", Pulled: c.pulled, LeverAt: start}))
		if c.active == west {
			apps, err := s.store.Applications(t.Context())
			must(t, err)
			_, err = s.store.SetLive(t.Context(), apps[0], failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 4, Changed: start})
			must(t, err)
		}
		if got := s.validate(`{"action": "weights", "requestedBy": "` + c.requestedBy + `"}`); got.Verdict != c.want {
			t.Errorf("%+v: got %s: %s", c, got.Verdict, got.Summary)
		}
	}
}

// TestTheHealthChecksOfTheStackArePublished by every run and check, and by no dry run.
func TestTheHealthChecksOfTheStackArePublished(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.h.SwitchChecks = map[string]string{"default": "check-new"}
	s.validate(`{"action": "failover", "dryRun": true}`)
	published := func() string {
		checks, err := s.store.SwitchChecks(t.Context())
		must(t, err)
		return checks["default"][east]
	}
	if got := published(); got != "check-us-east-1" {
		t.Errorf("a dry run has published %s", got)
	}
	s.validate(`{"action": "check"}`)
	if diff := cmp.Diff("check-new", published()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTheSwitchesOfThePlanArePublished by every run and check that finds others in the registry, and by no dry run.
func TestTheSwitchesOfThePlanArePublished(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.h.Plan.Switches = append(s.h.Plan.Switches, failover.Switch{Name: "batch", Lever: failover.MetricLever})
	published := func() []failover.Switch {
		releases, err := s.store.Releases(t.Context())
		must(t, err)
		return releases[west].Switches
	}
	s.validate(`{"action": "failover", "dryRun": true}`)
	if got := published(); len(got) != 1 {
		t.Errorf("a dry run has published %+v", got)
	}
	s.validate(`{"action": "check"}`)
	if diff := cmp.Diff(s.h.Plan.Switches, published()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
