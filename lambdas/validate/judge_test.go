package validate

import (
	"context"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// judgementOf is a judgement of facts that no AWS service was asked for.
func judgementOf(q question, f facts) *judgement {
	f.question = &q
	return &judgement{facts: &f, starts: map[string]startOf{}}
}

// TestJudgementAndPlanCallNothing: a file that judges or plans has no context to call AWS with, no client and no clock.
func TestJudgementAndPlanCallNothing(t *testing.T) {
	files, err := os.ReadDir(".")
	must(t, err)
	pure := 0
	for _, file := range files {
		name := file.Name()
		kind, _, _ := strings.Cut(strings.TrimSuffix(name, ".go"), "_")
		if strings.HasSuffix(name, "_test.go") || !strings.Contains(" question facts judge plan commands clearing answer ", " "+kind+" ") {
			continue
		}
		pure++
		text, err := os.ReadFile(name)
		must(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		must(t, err)
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			must(t, err)
			if path == "context" || strings.Contains(path, "aws-sdk-go-v2/service") && !strings.HasSuffix(path, "/types") {
				t.Errorf("%s imports %s; expected that only lookups call AWS", name, path)
			}
		}
		if strings.Contains(string(text), "time.Now()") {
			t.Errorf("%s reads the clock; expected the time of the request", name)
		}
	}
	if pure < 15 {
		t.Errorf("found %d files that judge or plan; expected at least 15", pure)
	}
}

// TestTheLockIsJudgedOfFacts: the holder, its lease and the input decide, in this order.
func TestTheLockIsJudgedOfFacts(t *testing.T) {
	now := start.Add(time.Hour)
	held := registry.Lock{Owner: "arn:aws:states:us-west-2:111122223333:execution:drover:run-0", Run: "run-0", Expires: now.Add(time.Minute)}
	expired := held
	expired.Expires = now.Add(-time.Minute)
	inEast := held
	inEast.Owner = strings.Replace(held.Owner, "us-west-2", "us-east-1", 1)
	for _, c := range []struct {
		name     string
		action   failover.Action
		takeover bool
		lock     registry.Lock
		holder   *execution
		why      failover.TakeoverReason // empty for a blocker
	}{
		{"held", failover.Switchover, false, held, nil, ""},
		{"held, and its execution has ended", failover.Switchover, false, held, &execution{Status: "ABORTED"}, failover.TakenFromEnded},
		{"held, and the operator takes it over", failover.Switchover, true, held, nil, failover.TakenByOperator},
		{"held, and the lease is over", failover.Switchover, false, expired, nil, failover.TakenAfterLease},
		{"held in the Region that a failover leaves", failover.Failover, false, inEast, nil, failover.TakenFromLostRegion},
		{"held in the other Region, and a switchover waits", failover.Switchover, false, inEast, nil, ""},
	} {
		j := judgementOf(question{
			setting: setting{Plan: failover.DefaultPlan(), Region: west}, req: failover.ValidateRequest{Now: now},
			input: failover.Input{Action: c.action, Takeover: c.takeover}, run: failover.Run{ARN: "own", Phase: failover.Outbound, From: east, To: west},
		}, facts{lock: c.lock, holder: c.holder})
		if err := j.checkLock(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if j.run.TakenOverWhy != c.why || j.takes != (c.why != "") || j.blocked() != (c.why == "") {
			t.Errorf("%s: got %q, takes it: %t, blocked: %t; want %q", c.name, j.run.TakenOverWhy, j.takes, j.blocked(), c.why)
		}
	}
}

// answers lists the record sets of one record, as Route 53 would.
type answers []types.ResourceRecordSet

func (a answers) ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	return &route53.ListResourceRecordSetsOutput{ResourceRecordSets: a}, nil
}

// setsOf are the record sets of a record with these weights.
func setsOf(t *testing.T, app failover.Application, weights map[failover.Region]int) live.RecordSets {
	t.Helper()
	r := app.Records[0]
	var all answers
	for _, region := range slices.Sorted(maps.Keys(weights)) {
		all = append(all, types.ResourceRecordSet{
			Name: &r.Name, Type: types.RRType(r.Type), SetIdentifier: aws.String(string(region)), Weight: aws.Int64(int64(weights[region])),
			TTL: aws.Int64(r.TTL), ResourceRecords: []types.ResourceRecord{{Value: aws.String(r.Endpoints[region].Value)}},
		})
	}
	sets, err := live.Records(t.Context(), all, []failover.Application{app})
	must(t, err)
	return sets
}

// TestWeightsThatNoStoppedRunLeftAreDrift, and those that one has left are an unrecorded change.
func TestWeightsThatNoStoppedRunLeftAreDrift(t *testing.T) {
	app := shop()
	app.Records = app.Records[:1]
	app.Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: 3}
	held := registry.RunRecord{Run: failover.Run{ID: "run-4", ARN: "arn:4", Epoch: 4}, Outcome: failover.Held}
	for _, c := range []struct {
		name string
		last int64 // the epoch of the zone's fence
		runs []registry.RunRecord
		want string
	}{
		{"no run since", 3, nil, failover.CodeDrift},
		{"a run since, whose end is not recorded", 4, []registry.RunRecord{}, failover.CodeUnrecorded},
		{"a run since that was held", 4, []registry.RunRecord{held}, failover.CodeUnrecorded},
	} {
		j := judgementOf(question{
			setting: setting{Plan: failover.DefaultPlan(), Region: west}, input: failover.Input{Action: failover.Switchover},
			run: failover.Run{ID: "run-5", ARN: "own", Action: failover.Switchover, Phase: failover.Outbound, From: east, To: west, Epoch: 5},
		}, facts{
			apps: []failover.Application{app}, sets: setsOf(t, app, map[failover.Region]int{east: 50, west: 50}), recordsRead: true, ownersRead: true, runs: c.runs,
			fences: map[string]live.FenceRecord{app.Records[0].Zone: {Exists: true, Fence: failover.Fence{Epoch: c.last, Run: "run-4", Region: west}}},
		})
		j.checkDNS()
		if len(j.findings) != 1 || j.findings[0].Code != c.want {
			t.Errorf("%s: got %v; want one finding %s", c.name, j.findings, c.want)
		}
	}
}
