package notify

import (
	"encoding/json"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

func TestAfterAnUnplannedPromotionTheReportSaysWhereLostWritesMayBe(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	promote(t, h, world, "checkout")
	handle(t, h, request(failover.Held))
	want := []failover.LostWrites{{
		GlobalCluster: "checkout", Cluster: "checkout-us-east-1", Region: east,
		Snapshot: "rds:unplanned-global-failover-checkout-us-east-1-*",
		Events: []string{
			"RDS-EVENT-0390: writes to the old writer were blocked, so nothing was written after the promotion began",
			"RDS-EVENT-0391: blocking them timed out; writes that were accepted there since are in the snapshot alone",
		},
		Find: `aws rds describe-db-cluster-snapshots --region us-east-1 --db-cluster-identifier checkout-us-east-1 --query 'DBClusterSnapshots[?starts_with(DBClusterSnapshotIdentifier,` + "`" + `"rds:unplanned-global-failover-checkout-us-east-1"` + "`" + `)]'`,
	}}
	if diff := cmp.Diff(want, readReport(t, world).LostWrites); diff != "" {
		t.Errorf("lost writes (-want +got)\n%s", diff)
	}
	const text = `
Lost writes may be in snapshots in us-east-1, when that Region is available again. Copy the snapshots before they expire:
- checkout: rds:unplanned-global-failover-checkout-us-east-1-*
The event RDS-EVENT-0390 in that Region means that the old writer was fenced, RDS-EVENT-0391 that it could not be fenced.
`
	if got := theMessage(t, world).Message; !strings.Contains(got, text) {
		t.Errorf("the message lacks %q:\n%s", text, got)
	}
}

// TestNothingIsLostWhereTheRunHasPromotedNothingWithDataLoss: the writers are in the target Region, because the move was
// planned, or because they were there before the run.
func TestNothingIsLostWhereTheRunHasPromotedNothingWithDataLoss(t *testing.T) {
	for _, c := range []struct {
		name    string
		promote func(*testing.T, Handler, *fakeaws.World, string)
		action  failover.Action
		did     failover.DatabaseDid
		want    string
	}{
		{"planned", promote, failover.Switchover, failover.DatabaseSwitched, "no writes lost, the move was planned; replication lagged 0.8 s before"},
		{"there before the run", promoteOutside, failover.Failover, failover.DatabaseInTarget, "no database was promoted, no writes lost"},
	} {
		h, world := newHandler(t, "checkout")
		c.promote(t, h, world, "checkout")
		req := request(failover.Completed)
		req.Run.Action, req.LagMillis = c.action, -1
		got := handle(t, h, req)
		r := readReport(t, world)
		if r.LostWrites != nil || r.Databases[0].Did != c.did || r.Data() != c.want {
			t.Errorf("%s: got %v, %+v, %s; want no lost writes, %s, %s", c.name, r.LostWrites, r.Databases, r.Data(), c.did, c.want)
		}
		if got.RPOSeconds == nil || *got.RPOSeconds != 0 {
			t.Errorf("%s: got an RPO of %v; want 0", c.name, got.RPOSeconds)
		}
	}
}

// promote makes the database of an application be written in us-west-2, as after a failover of this run.
func promote(t *testing.T, h Handler, world *fakeaws.World, name string) {
	t.Helper()
	promoteOutside(t, h, world, name)
	err := h.Registry.Promoting(t.Context(), application(name), failover.Live{Epoch: 7, Lags: map[string]int64{name: 800}}, []string{name})
	if err != nil {
		t.Fatal(err)
	}
}

// promoteOutside is the same without a run.
func promoteOutside(t *testing.T, h Handler, world *fakeaws.World, name string) {
	t.Helper()
	_, err := h.RDS(west).FailoverGlobalCluster(t.Context(), &rds.FailoverGlobalClusterInput{
		GlobalClusterIdentifier: &name, AllowDataLoss: aws.Bool(true),
		TargetDbClusterIdentifier: aws.String(application(name).Databases[0].Clusters[west]),
	})
	if err != nil {
		t.Fatal(err)
	}
	world.AdvanceTo(outage.Add(time.Hour))
}

func TestTheInventoryAfterARollbackComparesWithBefore(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	req := drillRequest(failover.Held, failover.Rollback, failover.PhaseEnd{EndedAt: outage.Add(time.Minute), Stages: 1})
	before := &failover.Place{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
	for _, name := range []string{"checkout", "search"} {
		_, err := h.Registry.SetLive(t.Context(), application(name), failover.Live{
			Active: east, Weights: before.Weights, Epoch: req.Run.Epoch, Before: before,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := setWeights(world, "search", 50, 50); err != nil {
		t.Fatal(err)
	}
	handle(t, h, req)
	r := readReport(t, world)
	wantNot := []failover.NotMoved{{Application: "search", Why: []string{"record search.example.com A: us-east-1 50, us-west-2 50; before: us-east-1 100, us-west-2 0"}}}
	if diff := cmp.Diff(wantNot, r.NotRestored); diff != "" {
		t.Errorf("not restored (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"checkout"}, r.Restored); diff != "" {
		t.Errorf("restored (-want +got)\n%s", diff)
	}
	if r.Target != west || len(r.Moved) != 0 || len(r.NotMoved) != 2 {
		t.Errorf("target %s, moved %v, not moved %v; want both not moved to us-west-2", r.Target, r.Moved, r.NotMoved)
	}
}

func TestARollbackThatWasOvertakenClaimsNothingToBeAsBefore(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := drillRequest(failover.Held, failover.Rollback, failover.PhaseEnd{EndedAt: outage.Add(time.Minute), Stages: 1})
	weights := map[failover.Region]int{east: 100, west: 0}
	live := failover.Live{Active: east, Weights: weights, Epoch: req.Run.Epoch + 1, Before: &failover.Place{Active: east, Weights: weights}}
	if _, err := h.Registry.SetLive(t.Context(), application("checkout"), live); err != nil {
		t.Fatal(err)
	}
	promoteOutside(t, h, world, "checkout") // what the newer run has not brought back yet
	req.Failures = []failover.StepFailure{{State: "VerifyHealth", Wave: 1, Error: "FenceLost", Cause: `{"errorMessage":"a newer run has moved it"}`}}
	handle(t, h, req)
	r := readReport(t, world)
	want := []failover.NotMoved{{Application: "checkout", Why: []string{"the run of epoch 8 has moved it since; registry: active in us-east-1, us-east-1 100, us-west-2 0"}}}
	if diff := cmp.Diff(want, r.NotRestored); diff != "" || len(r.Restored) != 0 {
		t.Errorf("restored %v, not restored (-want +got)\n%s", r.Restored, diff)
	}
	if !strings.Contains(r.Summary, "0 of 1 applications as before the run") {
		t.Errorf("got %s", r.Summary)
	}
}

func TestTheReportOfAnOutageSaysHowLongClientsMayStayBehind(t *testing.T) {
	h, world := newHandler(t, "checkout")
	move(t, h, world, "checkout")
	handle(t, h, request(failover.Completed))
	if r := readReport(t, world); r.TTLSeconds != 60 {
		t.Errorf("TTL %d; want that of checkout.example.com, 60", r.TTLSeconds)
	}
	const line = "Users: clients that respect the TTL follow within 60 s, the longest TTL\n"
	if m := theMessage(t, world); !strings.Contains(m.Message, line) {
		t.Errorf("the message lacks %q:\n%s", line, m.Message)
	}
	h, world = newHandler(t, "checkout")
	planned := request(failover.Completed)
	planned.Run.Action = failover.Switchover
	handle(t, h, planned)
	if m := theMessage(t, world); strings.Contains(m.Message, "clients that honour DNS") {
		t.Errorf("a planned run has waited for its users:\n%s", m.Message)
	}
}

func TestTheInventoryOfADrillThatReturnedIsOfTheSourceRegion(t *testing.T) {
	h, world := newHandler(t, "checkout")
	before := &failover.Place{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
	_, err := h.Registry.SetLive(t.Context(), application("checkout"), failover.Live{Active: east, Weights: before.Weights, Epoch: 7, Before: before})
	if err != nil {
		t.Fatal(err)
	}
	handle(t, h, drillRequest(failover.Completed, failover.Return, wentWell(1)))
	if r := readReport(t, world); r.Target != east || len(r.Moved) != 1 {
		t.Errorf("target %s, moved %v; want checkout in us-east-1", r.Target, r.Moved)
	}
}

// mark leaves a run's mark on the zone.
func mark(t *testing.T, world *fakeaws.World, run string, in failover.Region, epoch int64) {
	t.Helper()
	fence := failover.Fence{Run: run, Region: in, Epoch: epoch, Phase: failover.Outbound}
	err := world.PutRecordSet(zone, fakeaws.RecordSet{Name: failover.FenceName("drover", "example.com"), Type: "TXT", TTL: 60, Values: []string{fence.String()}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAttributesSayTheSameAsTheMessage(t *testing.T) {
	h, world := newHandler(t, "checkout")
	promote(t, h, world, "checkout")
	req := request(failover.Held)
	req.Run.TakenOverFrom = "run-0"
	handle(t, h, req)
	got := theMessage(t, world).Attributes
	var f facts
	if err := json.Unmarshal([]byte(got["facts"]), &f); err != nil {
		t.Fatal(err)
	}
	r := readReport(t, world)
	want := facts{
		Kind: "result", Plan: "drover", Run: "run-1", ARN: req.Run.ARN, Action: failover.Failover, From: east, To: west,
		Summary: r.Summary, TakenOverFrom: "run-0", Outcome: failover.Held,
		Result: &resultFacts{
			NotMoved: 1, RTOSeconds: 432, TargetRTOSeconds: 600, RPOSeconds: new(0.8), TargetRPOSeconds: 60, Phases: r.Phases, LostWrites: 1,
			Next: r.Next, Report: "s3://reports/runs/run-1/report.json",
		},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("facts (-want +got)\n%s", diff)
	}
	delete(got, "facts")
	wantFilters := map[string]string{"kind": "result", "plan": "drover", "run": "run-1", "action": "failover", "outcome": "Held"}
	if diff := cmp.Diff(wantFilters, got); diff != "" {
		t.Errorf("attributes (-want +got)\n%s", diff)
	}
}

func TestAttributesOfAnApprovalHaveTheCommands(t *testing.T) {
	h, world := newHandler(t)
	ask(t, h, approvalRequest("token-1"))
	m := theMessage(t, world)
	var f facts
	if err := json.Unmarshal([]byte(m.Attributes["facts"]), &f); err != nil {
		t.Fatal(err)
	}
	stage := 2
	want := &approvalFacts{
		Gate: failover.BeforePromotion, Stage: &stage, Until: outage.Add(33 * time.Minute), LagMillis: new(int64(900)),
		Approve: "drover approve run-1 --region us-west-2", Reject: "drover reject run-1 --region us-west-2",
	}
	if diff := cmp.Diff(want, f.Approval); diff != "" || m.Attributes["kind"] != "approval" || m.Attributes["outcome"] != "" {
		t.Errorf("attributes %v, approval (-want +got)\n%s", m.Attributes, diff)
	}
}

// chain matches the text of an error that is meant for programmers.
var chain = regexp.MustCompile(`operation error|https? response error|StatusCode|RequestID|dial tcp|connection refused|exceeded maximum|context deadline|%!|0x[0-9a-f]{6}`)

func TestNoMessageShowsAnErrorOfAProgrammer(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := "http://" + closed.Addr().String()
	closed.Close()
	for name, damage := range map[string]func(*Handler, *fakeaws.World){
		"server errors": func(_ *Handler, world *fakeaws.World) {
			for _, service := range []string{"route53", "dynamodb", "rds", "s3"} {
				world.Inject(fakeaws.Fault{Service: service, Error: serverError})
			}
		},
		"denials": func(_ *Handler, world *fakeaws.World) {
			world.Inject(fakeaws.Fault{Service: "rds", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "User: arn is not authorized"}})
		},
		"connection refused": func(h *Handler, _ *fakeaws.World) {
			h.Route53 = route53.New(h.Route53.(*route53.Client).Options(), func(o *route53.Options) { o.BaseEndpoint = &refusing })
		},
	} {
		h, world := newHandler(t, "checkout")
		damage(&h, world)
		req := request(failover.Held)
		req.Try = completeAttempts
		handle(t, h, req)
		if got := theMessage(t, world).Message; chain.MatchString(got) || !strings.Contains(got, "could not ") {
			t.Errorf("%s: the message says %q:\n%s", name, chain.FindString(got), got)
		}
	}
}
