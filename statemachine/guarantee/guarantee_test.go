package guarantee

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

const (
	east = "us-east-1"
	west = "us-west-2"
)

func at(d time.Duration) time.Time { return scenario.Start.Add(d) }

func record() failover.Record {
	return failover.Record{
		Name: "shop.example.com", Type: "A", Zone: "Z1", ZoneName: "example.com", TTL: 60,
		Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.1"}, west: {Value: "192.0.2.2"}},
	}
}

// sets are the record sets of the one zone: the application's, and the fence of an epoch.
func sets(eastWeight, westWeight int, fence string) []fakeaws.RecordSet {
	all := []fakeaws.RecordSet{
		{Name: "shop.example.com", Type: "A", SetIdentifier: east, Weight: eastWeight, TTL: 60, Values: []string{"192.0.2.1"}},
		{Name: "shop.example.com", Type: "A", SetIdentifier: west, Weight: westWeight, TTL: 60, Values: []string{"192.0.2.2"}},
	}
	if fence != "" {
		all = append(all, fakeaws.RecordSet{Name: "_drover-drover.example.com", Type: "TXT", Values: []string{fence}})
	}
	return all
}

func snapshotIn(active failover.Region, eastWeight, westWeight int) Snapshot {
	return Snapshot{
		Zones:     []ZoneState{{Zone: "Z1", Sets: sets(eastWeight, westWeight, "")}},
		Databases: []DatabaseState{{GlobalCluster: "shop", Writer: string(active), Available: true, All: []string{string(active)}}},
		Registry: []failover.Application{{Name: "shop", Live: failover.Live{
			Active: active, Weights: map[failover.Region]int{east: eastWeight, west: westWeight},
		}}},
	}
}

// completed is the evidence of a failover that completed.
func completed() Evidence {
	input := failover.Input{Action: failover.Failover, AllowDataLoss: new(true)}
	text, _ := json.Marshal(input)
	run := RunEvidence{
		Execution: fakeaws.Execution{
			ARN: "arn:run-1", Name: "run-1", Region: west, Input: text, Status: string(asl.Succeeded),
			StartedAt: at(2 * time.Minute), StoppedAt: at(4 * time.Minute),
			Invocations: []fakeaws.Invocation{{State: "ShiftTraffic", Calls: []fakeaws.Call{
				{Region: west, Service: "route53", Operation: "ChangeResourceRecordSets", Mutating: true, Object: "Z1"},
			}}, {State: "Validate", Result: fakeaws.InvokeResult{Payload: []byte(`{"run":{"boundSeconds":180,"epoch":1},"verdict":"proceed","stages":[{}]}`)}}},
		},
		Asked: &input, Before: snapshotIn(east, 100, 0), After: snapshotIn(west, 0, 100),
		Report: &failover.Report{Outcome: failover.Completed, Moved: []string{"shop"}}, Messages: 1,
	}
	return Evidence{
		Plan: failover.DefaultPlan(), Propagation: 30 * time.Second,
		Applications: []failover.Application{{
			Name: "shop", Wave: 1, Records: []failover.Record{record()}, Databases: []failover.Database{{GlobalCluster: "shop"}},
		}},
		Runs: []RunEvidence{run},
		Batches: []fakeaws.Batch{{
			At: at(2 * time.Minute), Zone: "Z1", ChangeID: "C1", After: sets(0, 100, "1"),
			Changes: []fakeaws.Change{{Action: "UPSERT", Set: fakeaws.RecordSet{Name: "shop.example.com", Type: "A"}}},
		}},
		Promotions: []fakeaws.Promotion{{At: at(2 * time.Minute), GlobalCluster: "shop", To: west, Finished: at(3 * time.Minute)}},
		Losses:     []fakeaws.Loss{{At: at(3 * time.Minute), GlobalCluster: "shop", Seconds: 0.9}},
		Traffic: []fakeaws.Sample{{
			At: at(4 * time.Minute), Requests: 100, Served: 100, Regions: []fakeaws.RegionSample{{Region: east}, {Region: west, Requests: 100, Served: 100}},
		}},
		Again: []Repetition{{What: "ShiftTraffic of run-1 again", Before: snapshotIn(west, 0, 100), After: snapshotIn(west, 0, 100)}},
	}
}

// held is the evidence of a failover whose database was never promoted, accurately reported.
func held() Evidence {
	e := completed()
	run := &e.Runs[0]
	run.Status, run.Error = string(asl.Failed), string(failover.Held)
	run.After.Databases[0] = DatabaseState{GlobalCluster: "shop", Writer: east, All: []string{east}}
	run.Report = &failover.Report{
		Outcome: failover.Held, NotMoved: []failover.NotMoved{{Application: "shop", Why: []string{"the writer is in us-east-1"}}},
	}
	return e
}

// refused is the evidence of a run that was refused.
func refused() Evidence {
	e := completed()
	run := &e.Runs[0]
	run.Status, run.Error, run.Path = string(asl.Failed), string(failover.Refused), []string{"Validate", "Refused"}
	run.After, run.Report, run.Messages = run.Before, nil, 0
	run.Invocations = []fakeaws.Invocation{{State: "Validate", Calls: []fakeaws.Call{
		{Region: west, Service: "dynamodb", Operation: "Query", Object: "drover-registry"},
		{Region: west, Service: "dynamodb", Operation: "UpdateItem", Object: "drover-registry lock lock", Mutating: true},
	}}}
	e.Batches, e.Promotions, e.Losses, e.Again = nil, nil, nil, nil
	return e
}

// lockedOut is the evidence of a run that was refused for the lock of another one.
func lockedOut() Evidence {
	e := refused()
	e.Runs[0].Before.Lock = registry.Lock{Owner: "arn:run-0", Expires: at(time.Hour)}
	return e
}

// declinedRun is the evidence of a run that ended with a verdict of Validate: skipped, or with nothing to move.
func declinedRun(verdict failover.Verdict) func() Evidence {
	return func() Evidence {
		e := refused()
		run := &e.Runs[0]
		run.Status, run.Error, run.Path, run.Messages = string(asl.Succeeded), "", []string{"Validate", "NotifyRefused", "Completed"}, 1
		run.Asked.Trigger = &failover.Trigger{Detail: failover.AlarmChanged{AlarmName: "a"}}
		run.Before, run.After = snapshotIn(west, 0, 100), snapshotIn(west, 0, 100)
		run.Invocations = []fakeaws.Invocation{
			{State: "Validate", Result: fakeaws.InvokeResult{Payload: []byte(`{"verdict":"` + string(verdict) + `","notify":true}`)}},
			{State: "NotifyRefused", Calls: []fakeaws.Call{{Region: west, Service: "sns", Operation: "Publish", Mutating: true}}},
		}
		return e
	}
}

func verdict(t *testing.T, e Evidence, number int) Verdict {
	t.Helper()
	all := Judge(e)
	i := slices.IndexFunc(all, func(v Verdict) bool { return v.Number == number })
	if i < 0 {
		t.Fatalf("guarantee %d is not checked", number)
	}
	return all[i]
}

func TestGuaranteesOfSoundRunsAreKept(t *testing.T) {
	for name, c := range map[string]struct {
		evidence Evidence
		kept     []int
	}{
		"completed":          {completed(), []int{1, 2, 3, 7, 8, 9, 11, 12}},
		"held":               {held(), []int{1, 2, 5, 7, 8, 9, 11, 12}},
		"refused":            {lockedOut(), []int{6, 7, 8}},
		"skipped":            {declinedRun(failover.Skip)(), []int{6, 7, 8, 11}},
		"nothing":            {declinedRun(failover.NothingToMove)(), []int{6, 7, 8, 11}},
		"rolled back":        {rolledBack(), []int{1, 2, 4, 8, 9, 11}},
		"drill":              {thereAndBack(), []int{1, 2, 3, 8, 9, 11}},
		"return rolled back": {returnRolledBack(), []int{1, 2, 5, 8, 9, 11}},
		"concurrent":         {concurrent(), []int{1, 2, 3, 6, 7, 8, 9, 10, 11, 12}},
		"taken over":         {takenOver(), []int{1, 2, 3, 5, 7, 8, 9, 10, 11, 12}},
		"stopped":            {stopped(), []int{1, 2, 7, 8, 9, 11}},
		"unheard":            {unheard(), []int{1, 2, 3, 7, 8, 9, 11, 12}},
		"deleted":            {notInvoked("Lambda.ResourceNotFoundException")(), []int{1, 2, 3, 7, 8, 9, 11, 12}},
		"denied":             {notInvoked("Lambda.AWSLambdaException")(), []int{1, 2, 3, 7, 8, 9, 11, 12}},
		"throttled":          {notInvoked("Lambda.TooManyRequestsException")(), []int{1, 2, 3, 7, 8, 9, 11, 12}},
		"never started":      {notInvoked("")(), []int{1, 2, 3, 7, 8, 9, 11, 12}},
	} {
		for _, v := range Judge(c.evidence) {
			want := NotChecked
			if slices.Contains(c.kept, v.Number) {
				want = Kept
			}
			if v.Status != want {
				t.Errorf("%s: guarantee %d is %s %v; want %s", name, v.Number, v.Status, v.Violations, want)
			}
		}
	}
}

// violation is evidence that violates a guarantee, made of evidence that violates none.
type violation struct {
	name    string
	number  int
	from    func() Evidence
	breakIt func(*Evidence)
	says    string
}

// isSeen checks that the guarantee is violated, and that the verdict says how.
func (c violation) isSeen(t *testing.T) {
	e := c.from()
	c.breakIt(&e)
	v := verdict(t, e, c.number)
	if v.Status != Violated {
		t.Fatalf("guarantee %d is %s; want it violated", c.number, v.Status)
	}
	if text := strings.Join(v.Violations, "\n"); !strings.Contains(text, c.says) {
		t.Errorf("got  %s\nwant %s", text, c.says)
	}
}

// TestEveryGuaranteeCanBeViolated plants violations of each guarantee, one of every kind.
func TestEveryGuaranteeCanBeViolated(t *testing.T) {
	for _, c := range []violation{
		{"both weights zero", 1, completed, func(e *Evidence) { e.Batches[0].After = sets(0, 0, "1") }, "has us-east-1 0, us-west-2 0; expected us-east-1 0, us-west-2 100"},
		{"both weights full", 1, completed, func(e *Evidence) { e.Batches[0].After = sets(100, 100, "1") }, "has us-east-1 100, us-west-2 100"},
		{"written but not moved", 1, completed, func(e *Evidence) { e.Batches[0].After = sets(100, 0, "1") }, "has us-east-1 100, us-west-2 0"},
		{"a record set is gone", 1, completed, func(e *Evidence) { e.Batches[0].After = e.Batches[0].After[1:] }, "lacks a Region"},
		{"another value is written", 1, completed, func(e *Evidence) { e.Batches[0].After[1].Values = []string{"192.0.2.9"} }, `in us-west-2 is written as 192.0.2.9, TTL 60, health check ""; registered 192.0.2.2, TTL 60`},
		{"another TTL is written", 1, completed, func(e *Evidence) { e.Batches[0].After[0].TTL = 300 }, "TTL 300"},
		{"a health check is lost", 1, completed, func(e *Evidence) {
			e.Applications[0].Records[0].Endpoints[west] = failover.Endpoint{Value: "192.0.2.2", HealthCheck: "abc"}
		}, `health check ""; registered 192.0.2.2, TTL 60, health check "abc"`},
		{"untouched record moves", 1, completed, func(e *Evidence) { e.Batches[0].Changes, e.Batches[0].After = nil, sets(50, 50, "1") }, "has us-east-1 50"},
		{"batch outside of a run", 1, completed, func(e *Evidence) { e.Batches[0].At = at(time.Hour) }, "belongs to no run"},
		{"check that moves", 1, completed, func(e *Evidence) { e.Runs[0].Asked.Action = failover.Check }, "expected no change in a check or a dry run"},

		{"promotion of the other Region", 2, completed, func(e *Evidence) { e.Promotions[0].To = east }, "promotes shop in us-east-1 in its phase outbound; expected us-west-2"},
		{"loss without consent", 2, completed, func(e *Evidence) { e.Runs[0].Asked.AllowDataLoss = nil }, "lost 0.9 s of writes; no run allowed it"},
		{"forced promotion in a planned run", 2, completed, func(e *Evidence) { e.Runs[0].Asked.Action = failover.Switchover }, "with data loss"},
		{"two promotions at once", 2, completed, func(e *Evidence) {
			other := fakeaws.Promotion{At: at(2 * time.Minute), GlobalCluster: "shop", To: east, Finished: at(5 * time.Minute)}
			e.Promotions = append([]fakeaws.Promotion{other}, e.Promotions...)
		}, "while its promotion in us-east-1 is in progress"},
		{"two writers after a planned run", 2, completed, func(e *Evidence) {
			e.Runs[0].Asked.Action, e.Promotions[0].Planned, e.Losses = failover.Switchover, true, nil
			e.Runs[0].After.Databases[0].All = []string{east, west}
		}, "expected one"},
		{"promotion outside of a run", 2, completed, func(e *Evidence) { e.Promotions[0].At = at(time.Hour) }, "belongs to no run"},

		{"weights are in the other Region", 3, completed, func(e *Evidence) { e.Runs[0].After.Zones[0].Sets = sets(100, 0, "") }, "record shop.example.com A has us-east-1 100"},
		{"a record set with the name of a Region answers users", 3, completed, func(e *Evidence) {
			app := &e.Applications[0]
			app.Records[0].Endpoints[west] = failover.Endpoint{Value: "192.0.2.2", SetIdentifier: "dr"}
			zone := &e.Runs[0].After.Zones[0]
			adopted := zone.Sets[1]
			adopted.SetIdentifier = "dr"
			zone.Sets = append(zone.Sets, adopted)
		}, "record shop.example.com A has the record set us-west-2 with weight 100"},
		{"another tool's record set answers users", 3, completed, func(e *Evidence) {
			zone := &e.Runs[0].After.Zones[0]
			zone.Sets = append(zone.Sets, fakeaws.RecordSet{Name: "shop.example.com", Type: "A", SetIdentifier: "blue", Weight: 255})
		}, "record shop.example.com A has the record set blue with weight 255"},
		{"report does not know", 3, completed, func(e *Evidence) {
			e.Runs[0].Report.Moved, e.Runs[0].Report.NotKnown = nil, []failover.NotMoved{{Application: "shop"}}
		}, "shop has moved, but the report does not list it as moved"},
		{"registry says otherwise", 3, completed, func(e *Evidence) { e.Runs[0].After.Registry[0].Live.Active = east }, "the registry says us-east-1"},
		{"registry has other weights", 3, completed, func(e *Evidence) {
			e.Runs[0].After.Registry[0].Live.Weights = map[failover.Region]int{east: 50, west: 50}
		}, "the registry says us-west-2 (us-east-1 50, us-west-2 50)"},
		{"writer is in the other Region", 3, completed, func(e *Evidence) { e.Runs[0].After.Databases[0].Writer = east }, "the writer of shop is in us-east-1"},
		{"writer is not available", 3, completed, func(e *Evidence) { e.Runs[0].After.Databases[0].Available = false }, "available: false"},
		{"not in sync", 3, completed, func(e *Evidence) { e.Batches[0].At = at(3*time.Minute + 45*time.Second) }, "was not INSYNC before 04:15"},
		{"not healthy", 3, completed, func(e *Evidence) { e.Traffic[0].Regions[1].Served = 80 }, "served 80.0 % of its requests"},
		{"lock not released", 3, completed, func(e *Evidence) {
			e.Runs[0].After.Lock = registry.Lock{Owner: "arn:run-1", Run: "run-1", Expires: at(time.Hour)}
		}, "still holds the lock"},
		{"no report", 3, completed, func(e *Evidence) { e.Runs[0].Report = nil }, "no report"},
		{"report lists less", 3, completed, func(e *Evidence) { e.Runs[0].Report.Moved = nil }, "shop has moved, but the report does not list it as moved"},
		{"no message", 3, completed, func(e *Evidence) { e.Runs[0].Messages = 0 }, "0 notifications published"},
		{"notified twice", 3, completed, func(e *Evidence) { e.Runs[0].Messages = 2 }, "2 notifications published"},

		{"moved and not reported", 5, held, func(e *Evidence) {
			e.Runs[0].After.Databases[0] = DatabaseState{GlobalCluster: "shop", Writer: west, Available: true}
		}, "shop has moved"},
		{"reported and not moved", 5, held, func(e *Evidence) { e.Runs[0].Report.Moved, e.Runs[0].Report.NotMoved = []string{"shop"}, nil }, "shop has not moved"},
		{"held without a report", 5, held, func(e *Evidence) { e.Runs[0].Report = nil }, "there is no report"},
		{"does not know", 5, held, func(e *Evidence) { e.Runs[0].Report.Unknown = []string{"zone Z1"} }, "marks 1 things as unknown"},

		{"refused but wrote", 6, refused, func(e *Evidence) { e.Runs[0].Invocations[0].Calls[1].Object = "drover-registry applications 001#shop" }, "expected no change"},
		{"refused but promoted", 6, refused, func(e *Evidence) { e.Runs[0].Invocations[0].Calls[1].Service = "rds" }, "Validate called rds UpdateItem"},
		{"refused but moved", 6, refused, func(e *Evidence) { e.Runs[0].After = snapshotIn(west, 0, 100) }, "record sets of zone Z1 are not the same"},
		{"refused but notified", 6, refused, func(e *Evidence) {
			e.Runs[0].Invocations[0].Calls[1] = fakeaws.Call{Service: "sns", Operation: "Publish", Mutating: true}
		}, "called sns Publish"},
		{"dry run that wrote", 6, refused, func(e *Evidence) {
			e.Runs[0].Status, e.Runs[0].Asked.DryRun = string(asl.Succeeded), true
			e.Runs[0].Invocations[0].Calls[1].Service = "route53"
		}, "called route53"},

		{"called the Region that is left", 7, completed, func(e *Evidence) { e.Runs[0].Invocations[0].Calls[0].Region = east }, "expected no request to the Region that it leaves"},
		{"called it in vain", 7, completed, func(e *Evidence) {
			e.Runs[0].Invocations[0].Calls[0].Region, e.Runs[0].Invocations[0].Calls[0].Code = east, "Unreachable"
		}, "in us-east-1"},

		{"does not end", 8, completed, func(e *Evidence) { e.Runs[0].StoppedAt = time.Time{} }, "has not ended"},
		{"ends later than predicted", 8, completed, func(e *Evidence) { e.Runs[0].StoppedAt = at(5*time.Minute + time.Second) }, "expected at most 3:00"},
		{"ends late without a prediction", 8, completed, func(e *Evidence) {
			e.Runs[0].StoppedAt, e.Runs[0].Invocations = at(24*time.Hour), nil
		}, "expected at most"},

		{"again moves records", 9, completed, func(e *Evidence) { e.Again[0].After.Zones[0].Sets = sets(100, 0, "") }, "record sets of zone Z1"},
		{"again promotes", 9, completed, func(e *Evidence) { e.Again[0].After.Promotions = 1 }, "1 promotion started"},
		{"again notifies", 9, completed, func(e *Evidence) { e.Again[0].After.Messages = 1 }, "1 notification published"},
		{"again writes the registry", 9, completed, func(e *Evidence) { e.Again[0].After.Registry[0].Live.Active = east }, "the registry's shop"},
		{"again moves the writer", 9, completed, func(e *Evidence) { e.Again[0].After.Databases[0].Writer = east }, "the writer of shop"},
		{"a new run moves records", 9, completed, func(e *Evidence) { e.Again[0].NewRun, e.Again[0].After.Zones[0].Sets = true, sets(100, 0, "") }, "record sets of zone Z1"},
	} {
		t.Run(c.name, c.isSeen)
	}
}

func TestTheFenceAndTheEpochMayRise(t *testing.T) {
	e := completed()
	e.Again[0].Before.Zones[0].Sets = sets(0, 100, "epoch=1")
	e.Again[0].After.Zones[0].Sets = sets(0, 100, "epoch=2")
	e.Again[0].After.Registry[0].Live.Epoch = 2
	if v := verdict(t, e, 9); v.Status != Kept {
		t.Errorf("guarantee 9 is %s: %v", v.Status, v.Violations)
	}
}

func TestANewRunNotifiesAgain(t *testing.T) {
	e := completed()
	e.Again[0].NewRun, e.Again[0].After.Messages = true, 1
	if v := verdict(t, e, 9); v.Status != Kept {
		t.Errorf("guarantee 9 is %s: %v", v.Status, v.Violations)
	}
}

func TestAPlayThatCouldNotValidateMayNotify(t *testing.T) {
	e := refused()
	e.Runs[0].Path = []string{"Validate", "CloseRun", "Notify", "Outcome?", "Refused"}
	e.Runs[0].Invocations = append(e.Runs[0].Invocations, fakeaws.Invocation{State: "Notify", Calls: []fakeaws.Call{
		{Service: "sns", Operation: "Publish", Mutating: true},
	}})
	e.Runs[0].After.Messages = 1
	if v := verdict(t, e, 6); v.Status != Kept {
		t.Errorf("guarantee 6 is %s: %v", v.Status, v.Violations)
	}
}

func TestViolationsAreBounded(t *testing.T) {
	e := completed()
	for range 20 {
		e.Batches = append(e.Batches, fakeaws.Batch{At: at(2 * time.Minute), Zone: "Z1", After: sets(0, 0, ""), Changes: e.Batches[0].Changes})
	}
	v := verdict(t, e, 1)
	if len(v.Violations) != maxViolations+1 || v.Violations[maxViolations] != "and 12 more" {
		t.Errorf("%d lines, the last %q", len(v.Violations), v.Violations[len(v.Violations)-1])
	}
}
