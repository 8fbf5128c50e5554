package sim

import (
	"strings"
	"testing"
	"time"
)

// quiet is a situation with these events and nothing else.
func quiet(settings string, events ...Event) Situation {
	return Situation{
		Seed: 1, Settings: append([]string{"noSchedules: true"}, strings.Split(settings, "\n")...), Rest: 10 * time.Minute, Events: events,
		Applications: []string{`  - name: catalog
    records:
      - {name: r0.catalog.example.org, type: A, zone: Z0000000001EXAMPLE, zoneName: example.org, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.10}, us-west-2: {value: 198.51.100.10}}}
    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: catalog, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}`},
	}
}

func played(t *testing.T, s Situation) (Played, *Tally) {
	t.Helper()
	p, err := Play(t, deployed(t), s)
	if err != nil {
		t.Fatal(err)
	}
	if found := p.Violated(); len(found) > 0 {
		t.Errorf("%s\n%s", strings.Join(found, "\n"), p.Transcript)
	}
	tally := NewTally()
	tally.Add(p)
	return p, tally
}

// TestARunKnowsTheTimeOfItsRegion, and a clock that is set back gives it more time.
func TestARunKnowsTheTimeOfItsRegion(t *testing.T) {
	p, _ := played(t, quiet("world: {traffic: weighted}", Event{At: 0, Text: "clock: {region: us-west-2, ahead: 2m}"}, Event{At: 0, Text: "clock: {region: us-east-1, behind: 1h}"},
		Event{At: time.Minute, Text: "start: {region: us-west-2, input: {action: failover, allowDataLoss: true}}"}, Event{At: 70 * time.Second, Text: "clock: {region: us-west-2, behind: 30s}"}))
	run := p.Result.Evidence.Runs[0]
	if payload := string(run.Invocations[0].Payload); !strings.Contains(payload, `"now":"2026-01-31T03:03:00.000Z"`) {
		t.Errorf("Validate got %s; expected the time of a clock that is two minutes ahead", payload)
	}
	if run.Paused != 150*time.Second {
		t.Errorf("the run has %v more; expected the two and a half minutes by which its clock was set back", run.Paused)
	}
}

// TestARedriveIsRefused, and it is not what the simulator lacks.
func TestARedriveIsRefused(t *testing.T) {
	_, tally := played(t, quiet("world: {traffic: weighted}", Event{At: time.Minute, Text: "start: {region: us-west-2, input: {action: switchover}}"},
		Event{At: 70 * time.Second, Text: "stop: {run: 1}"}, Event{At: 80 * time.Second, Text: "redrive: 1"}))
	if tally.Reached["fault redrive"] != 1 {
		t.Errorf("reached %v; expected a redrive", tally.Reached)
	}
}

// TestATaskThatAnApproverFailsIsNotApproved.
func TestATaskThatAnApproverFailsIsNotApproved(t *testing.T) {
	_, tally := played(t, quiet("plan: {approval: before-start}", Event{At: time.Minute, Text: "start: {region: us-west-2, input: {action: switchover}}"},
		Event{At: 80 * time.Second, Text: "answer: {run: 1, by: alice, fails: true, comment: no}"}))
	if tally.Reached["condition NotApproved"] != 1 || tally.Reached["outcome Refused"] != 1 {
		t.Errorf("reached %v; expected a run that is not approved", tally.Reached)
	}
}

// TestAnotherReleaseIsFound by the Validate of the other Region.
func TestAnotherReleaseIsFound(t *testing.T) {
	_, tally := played(t, quiet("world: {traffic: weighted}", Event{At: 30 * time.Second, Text: `published: {region: us-east-1, version: "9.0.0", format: 3}`},
		Event{At: time.Minute, Text: "start: {region: us-west-2, input: {action: check}}"}))
	if tally.Reached["finding release"] != 1 {
		t.Errorf("reached %v; expected a finding about releases", tally.Reached)
	}
}

// TestWhatAStepThatIsDeliveredOnceMoreFindsCounts.
func TestWhatAStepThatIsDeliveredOnceMoreFindsCounts(t *testing.T) {
	_, tally := played(t, quiet("plan: {approval: before-start}", Event{At: time.Minute, Text: "start: {region: us-west-2, input: {action: switchover}}"},
		Event{At: 80 * time.Second, Text: "answer: {run: 1, by: alice, approved: false}"}, Event{At: 3 * time.Minute, Text: "repeatStep: {run: 1, state: Validate}"}))
	if tally.Reached["finding run-is-over"] != 1 {
		t.Errorf("reached %v; expected a run that is over", tally.Reached)
	}
}
