package failover

import (
	"testing"
	"time"
)

func TestDataSaysWhatWasLostAndWhetherThatIsCertain(t *testing.T) {
	measured := time.Date(2026, 3, 14, 3, 2, 0, 0, time.UTC)
	failed := Report{
		Run: Run{Action: Failover, From: "us-east-1"}, Outcome: Completed, RPOSeconds: new(0.8), LagSeconds: new(0.8), TargetRPOSeconds: 60,
		Databases: []DatabaseResult{{GlobalCluster: "checkout", Did: DatabasePromoted}},
	}
	did := func(r *Report, what DatabaseDid) {
		r.Databases = []DatabaseResult{{GlobalCluster: "checkout", Did: what}}
	}
	for _, c := range []struct {
		name   string
		change func(*Report)
		want   string
	}{
		{"an unplanned move", func(r *Report) { r.RPOMeasuredAt = &measured },
			"about the last 0.8 s of writes lost; target 60 s, met if us-east-1 has accepted nothing since it was measured at 03:02:00 UTC"},
		{"it is not known when it was measured", func(*Report) {}, "about the last 0.8 s of writes lost; target 60 s, met"},
		{"too much", func(r *Report) { r.RPOSeconds, r.RPOMeasuredAt = new(61.0), &measured }, "about the last 61.0 s of writes lost; target 60 s, missed"},
		{"held", func(r *Report) { r.Outcome = Held }, "replication lagged 0.8 s before promoting; that much may be lost; target 60 s, met"},
		{"a planned move", func(r *Report) { r.Run.Action, r.RPOMeasuredAt = Drill, &measured }, "no writes lost, the move was planned; replication lagged 0.8 s before"},
		{"a planned move whose lag was not measured", func(r *Report) {
			did(r, DatabaseSwitched)
			r.Run.Action, r.LagSeconds, r.RPOSeconds = Drill, nil, new(0.0)
		}, "no writes lost, the move was planned"},
		{"no measurement", func(r *Report) { r.RPOSeconds, r.LagSeconds = nil, nil }, "not measured: the replication lag before the promotion is not known"},
		{"a database that could not be read", func(r *Report) { did(r, DatabaseNotKnown); r.RPOSeconds, r.LagSeconds = nil, nil },
			"not known: not every database could be read"},
		{"nothing promoted", func(r *Report) { did(r, DatabaseInTarget); r.RPOSeconds, r.LagSeconds = new(0.0), nil }, "no database was promoted, no writes lost"},
	} {
		r := failed
		c.change(&r)
		if got := r.Data(); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestADecisionIsOneLine(t *testing.T) {
	for want, d := range map[string]Decision{
		"before-start: approved by alice (API signer): go":                         {Gate: BeforeStart, Approved: true, By: "alice", How: APISigner, Comment: "go"},
		"before-promotion: approved by alice (as the sender of the answer writes)": {Gate: BeforePromotion, Approved: true, By: "alice"},
		"before-promotion: not approved by bob (caller identity): not now":         {Gate: BeforePromotion, By: "bob", How: CallerIdentity, Comment: "not now"},
		"before-promotion: not approved: no approver answered in time":             {Gate: BeforePromotion, Comment: "no approver answered in time"},
	} {
		if got := d.String(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}
