package validate

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted/altered"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// The tests of this file say of compound conditions on which facts they depend: each alone, altered or missing, turns the verdict.

func decides[T any, V comparable](t *testing.T, what string, value T, verdict func(T) V, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, altered.Deciding(value, verdict)); diff != "" {
		t.Errorf("%s depends on (-want +got):\n%s", what, diff)
	}
}

// TestWhomAFailoverSupersedes without an answer of its Region: a run in the Region that it leaves, and no other failover.
func TestWhomAFailoverSupersedes(t *testing.T) {
	type facts struct {
		Mine, Theirs failover.Action
		From, In     failover.Region
	}
	superseded := func(f facts) bool {
		q := question{input: failover.Input{Action: f.Mine}, run: failover.Run{From: f.From}}
		return q.supersedes(f.In, f.Theirs)
	}
	planned := facts{failover.Failover, failover.Switchover, east, east}
	decides(t, "superseding a planned run", planned, superseded, "From", "In", "Mine")
	planned.Theirs = failover.Failover
	decides(t, "superseding a failover", planned, superseded, "Theirs")
	if superseded(facts{failover.Weights, failover.Switchover, east, east}) {
		t.Error("a run that only writes weights supersedes another one")
	}
}

// TestWhichExecutionsHaveClosedThemselves: they succeeded, or failed with an outcome.
func TestWhichExecutionsHaveClosedThemselves(t *testing.T) {
	closed := func(x execution) bool { return x.closedItself() }
	decides(t, "a run that was held", execution{Status: types.ExecutionStatusFailed, Error: "Held", Cause: "x", Stopped: start}, closed, "Error", "Status")
	decides(t, "a run that completed", execution{Status: types.ExecutionStatusSucceeded}, closed, "Status")
	for _, name := range []string{"Completed", "States.Runtime", "States.Timeout"} {
		if closed(execution{Status: types.ExecutionStatusFailed, Error: name}) {
			t.Errorf("an execution that failed with %s has not closed itself", name)
		}
	}
}

// TestWhatAnExecutionHasDoneByTheStatesThatItEntered, wherever they are among them.
func TestWhatAnExecutionHasDoneByTheStatesThatItEntered(t *testing.T) {
	took, moved := []string{"NextStage", "AwaitApproval", "Announce", "CloseRun"}, []string{"ShiftTraffic", "UpdateRegistry", "PromoteDatabase"}
	for _, state := range slices.Concat(took, moved, []string{"Validate", "Accepted?", "VerifyHealth", "Notify"}) {
		for _, states := range [][]string{{state, "Accepted?", "Validate"}, {"Notify", state}, {"Settle", state, "Validate"}} {
			p := path{states: states, whole: true}
			if got := p.tookLock(); got != slices.Contains(took, state) {
				t.Errorf("%v: it took the lock: %v", states, got)
			}
			if got := p.movedNothing(); got != !slices.Contains(moved, state) {
				t.Errorf("%v: it has moved nothing: %v", states, got)
			}
			if p.whole = false; p.movedNothing() {
				t.Errorf("%v and others: it has moved nothing for certain", states)
			}
		}
	}
}

// TestTheOwnerOfAFenceIsKnownByTheseFacts.
func TestTheOwnerOfAFenceIsKnownByTheseFacts(t *testing.T) {
	type about struct {
		Lock  registry.Lock
		Fence live.FenceRecord
		Phase failover.Phase
	}
	const machine = "arn:aws:states:us-west-2:111122223333:execution:drover:"
	unknown := func(a about) bool {
		f := &facts{question: &question{run: failover.Run{ID: "run-9", ARN: machine + "run-9", Phase: a.Phase}}, lock: a.Lock}
		return f.ownerUnknown(a.Fence)
	}
	there := live.FenceRecord{Exists: true, Fence: failover.Fence{Epoch: 7, Run: "run-7", Region: west}}
	decides(t, "a fence of the holder", about{registry.Lock{Epoch: 7, Owner: machine + "run-7"}, there, failover.Outbound}, unknown, "Fence.Fence.Epoch", "Fence.Fence.Region", "Fence.Fence.Run", "Lock.Owner")
	decides(t, "a fence of the last holder", about{registry.Lock{Epoch: 7, LastOwner: machine + "run-7"}, there, failover.Outbound}, unknown, "Fence.Fence.Epoch", "Fence.Fence.Region", "Fence.Fence.Run", "Lock.LastOwner")
	decides(t, "a fence that is newer than the lock", about{registry.Lock{Epoch: 5}, there, failover.Outbound}, unknown, "Fence.Exists")
	if unknown(about{registry.Lock{Epoch: 5}, there, failover.Return}) || unknown(about{registry.Lock{Epoch: 5}, live.FenceRecord{Exists: true, Fence: failover.Fence{Epoch: 7, Run: "run-9", Region: west}}, failover.Outbound}) {
		t.Error("a later phase, or a run that finds its own fence, does not know its owner")
	}
}

// TestWhenAScheduledCheckIsPostponed, and its reading not published: while a run holds the lock that this one does not take.
func TestWhenAScheduledCheckIsPostponed(t *testing.T) {
	type about struct {
		Action failover.Action
		By     string
		Lock   registry.Lock
		Takes  bool
	}
	now := start
	postponed := func(a about) bool {
		j := judgementOf(question{input: failover.Input{Action: a.Action, RequestedBy: a.By}, req: failover.ValidateRequest{Now: now}}, facts{lock: a.Lock})
		j.takes = a.Takes
		return j.runInProgress()
	}
	held := registry.Lock{Owner: "arn:run-1", Expires: now.Add(time.Second)}
	decides(t, "a check of a schedule", about{failover.Check, failover.ScheduleRequests + "x", held, false}, postponed, "Action", "By", "Lock.Owner", "Takes")
	if held.Expires = now; postponed(about{failover.Check, failover.ScheduleRequests + "x", held, false}) {
		t.Error("a lock whose lease ends now postpones a check")
	}
}

// TestTheNewestEpochCountsWhereverItIs, of a chosen application or any other.
func TestTheNewestEpochCountsWhereverItIs(t *testing.T) {
	older, newer := failover.Application{Name: "a", Live: failover.Live{Epoch: 3}}, failover.Application{Name: "b", Live: failover.Live{Epoch: 9}}
	for _, apps := range [][]failover.Application{{older, newer}, {newer, older}} {
		for _, chosen := range [][]string{nil, {"a"}, {"b"}} {
			f := &facts{question: &question{setting: setting{Plan: failover.DefaultPlan()}, run: failover.Run{Applications: chosen, From: east, To: west, Action: failover.Switchover}}}
			if f.choose(apps); f.floor != 9 {
				t.Errorf("%v, about %v: epoch %d; want 9", apps, chosen, f.floor)
			}
		}
	}
}

// TestTheLongestTTLIsNamed, and how many are too long.
func TestTheLongestTTLIsNamed(t *testing.T) {
	record := func(name string, ttl int64) failover.Record {
		return failover.Record{Name: name, Type: "A", Zone: "Z1", TTL: ttl}
	}
	short, long, longest := record("a.example", 60), record("b.example", 120), record("c.example", 300)
	for _, records := range [][]failover.Record{{short, long, longest}, {longest, long, short}} {
		j := judgementOf(question{run: failover.Run{From: east, To: west}}, facts{apps: []failover.Application{{Name: "shop", Records: records[:1]}, {Name: "blog", Records: records[1:]}}})
		j.checkRecords()
		found := j.findings[len(j.findings)-1]
		if found.Code != failover.CodeTTL || found.Object != "record c.example A" || found.Found != "its TTL is 300 s, the longest of 2 above 60 s: that long clients go on to us-east-1" {
			t.Errorf("%v: %+v", records, found)
		}
	}
}

// TestStepsBeginAboveTheLargestShare of the applications that move in these waves, wherever that one is.
func TestStepsBeginAboveTheLargestShare(t *testing.T) {
	app := func(name string, wave, percent int) failover.Application {
		return failover.Application{Name: name, Wave: wave, Live: failover.Live{Weights: map[failover.Region]int{west: percent, east: 100 - percent}}}
	}
	for _, apps := range [][]failover.Application{{app("a", 1, 10), app("b", 1, 50), app("c", 2, 90)}, {app("c", 2, 90), app("b", 1, 50), app("a", 1, 10)}} {
		j := judgementOf(question{
			setting: setting{Plan: failover.DefaultPlan(), Region: west}, input: failover.Input{Action: failover.Switchover, Percents: []int{10, 50, 100}}, run: failover.Run{To: west},
			req: failover.ValidateRequest{Execution: failover.ExecutionContext{ID: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1"}},
		}, facts{apps: apps})
		if got := j.starts[j.withLargerShares([]int{1})].input.Percents; !slices.Equal(got, []int{50, 100}) {
			t.Errorf("%v: steps %v; want 50 and 100", apps, got)
		}
	}
}

// TestTheEngineOfANewInstanceIsThatOfItsCluster; only where that is not known is it the global cluster's.
func TestTheEngineOfANewInstanceIsThatOfItsCluster(t *testing.T) {
	for _, c := range []struct{ cluster, global, want string }{
		{"aurora-mysql", "aurora-postgresql", "aurora-mysql"}, {"", "aurora-postgresql", "aurora-postgresql"}, {"aurora-postgresql", "aurora-mysql", "aurora-postgresql"},
	} {
		j := judgementOf(question{input: failover.Input{Action: failover.Switchover}, run: failover.Run{From: east, To: west}}, facts{
			members: map[string]live.Cluster{clusterARN(west): {ARN: clusterARN(west), Status: "available", Engine: c.cluster}},
		})
		j.checkTarget("database orders", shop().Databases[0], live.GlobalCluster{Engine: c.global})
		want := "aws rds create-db-instance --region us-west-2 --db-cluster-identifier " + live.ClusterID(clusterARN(west)) + " --db-instance-identifier " +
			live.ClusterID(clusterARN(west)) + "-1 --engine " + c.want + " --db-instance-class \"$("
		if got := j.findings[0].Command; len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("cluster %q, global cluster %q: %s; want %s…", c.cluster, c.global, got, want)
		}
	}
}
