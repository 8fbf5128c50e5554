package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

var outage = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)

// sampleRun is a failover to us-west-2.
func sampleRun() failover.Run {
	return failover.Run{
		Writes: failover.Format,
		ID:     "run-1", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1",
		Action: failover.Failover, Phase: failover.Outbound, From: "us-east-1", To: "us-west-2", Epoch: 7, AllowDataLoss: true,
		StartedAt: outage.Add(time.Minute), PhaseStartedAt: outage.Add(time.Minute), Since: outage, BoundSeconds: 3600,
		Approval: failover.NoApproval, ApprovalSeconds: 1800,
	}
}

func sampleReport(outcome failover.Outcome) failover.Report {
	return failover.Report{
		Run: sampleRun(), Outcome: outcome, Target: "us-west-2", ClosedAt: outage.Add(432 * time.Second),
		RTOSeconds: 432, TargetRTOSeconds: 600, RPOSeconds: new(0.8), LagSeconds: new(0.8), TargetRPOSeconds: 60,
	}
}

func TestTextOfACompletedFailover(t *testing.T) {
	r := sampleReport(failover.Completed)
	r.Moved = []string{"checkout", "search"}
	want := `
Completed: failover to us-west-2, 2 of 2 applications moved in 7m12s

Moved (2): checkout, search

To fail back to us-east-1 when it is healthy, first see what that would do:
  aws stepfunctions start-execution --region us-east-1 --state-machine-arn arn:aws:states:us-east-1:111122223333:stateMachine:drover --input '{"action":"failback","dryRun":true}'

Time to recover (RTO): 7m12s since 03:00:00 UTC; target 10m0s, met
Data (RPO): about the last 0.8 s of writes lost; target 60 s, met
Run run-1, plan drover
Report: s3://reports/runs/run-1/report.json
`[1:]
	if diff := cmp.Diff(want, render(r)); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
}

func heldReport() failover.Report {
	r := sampleReport(failover.Held)
	r.Run.Reason = "us-east-1 is\ndown"
	r.Reasons = []string{"checkout: global cluster checkout: still failing over to us-west-2"}
	r.Moved = []string{"search"}
	r.NotMoved = []failover.NotMoved{{Application: "checkout", Why: []string{"global cluster checkout: the writer is in us-east-1"}}}
	r.Unknown = []string{"read the records of zone Z2: timeout"}
	return r
}

func TestTextOfAHeldFailover(t *testing.T) {
	want := `
Held: failover to us-west-2, 1 of 2 applications moved; checkout: global cluster checkout: still failing over to us-west-2

Why:
- checkout: global cluster checkout: still failing over to us-west-2

Not moved (1):
- checkout: global cluster checkout: the writer is in us-east-1

Moved (1): search

Could not be read:
- read the records of zone Z2: timeout

When the cause is fixed, start the same run again; it continues from here:
  aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --input '{"action":"failover","allowDataLoss":true,"since":"2026-03-14T03:00:00Z"}'

Not recovered (RTO): 7m12s since 03:00:00 UTC; target 10m0s, missed unless recovered by 03:10:00 UTC
Data (RPO): replication lagged 0.8 s before promoting; that much may be lost; target 60 s, met
Reason: us-east-1 is down
Run run-1, plan drover
Report: s3://reports/runs/run-1/report.json
`[1:]
	if diff := cmp.Diff(want, render(heldReport())); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
}

func render(r failover.Report, failures ...failover.StepFailure) string {
	plan := failover.DefaultPlan()
	r.Summary = summarize(r)
	return text(plan, r, nextStep(plan, r, failures), "s3://reports/runs/run-1/report.json")
}

func TestSummaryAndSubject(t *testing.T) {
	long := failover.NotMoved{Application: "café", Why: []string{strings.Repeat("é", 200)}}
	for _, tt := range []struct {
		name        string
		change      func(*failover.Report)
		want        string
		wantSubject string
	}{
		{
			"completed, but AWS says otherwise",
			func(r *failover.Report) {
				r.Outcome, r.Moved, r.NotMoved = failover.Completed, []string{"a"}, []failover.NotMoved{{Application: "b", Why: []string{"record b.example.com: us-east-1 100"}}}
			},
			"Completed: failover to us-west-2, but 1 of 2 applications are not in us-west-2; b: record b.example.com: us-east-1 100",
			"drover: Completed: failover to us-west-2, but 1 of 2 applications are not in us-west-2; b: recor...",
		},
		{
			"nothing could be read",
			func(r *failover.Report) { r.Unknown = []string{"read the registry: timeout"} },
			"Held: failover to us-west-2, what moved could not be read",
			"drover: Held: failover to us-west-2, what moved could not be read",
		},
		{
			"Validate broke before it knew the Regions",
			func(r *failover.Report) {
				r.Outcome, r.Run.Action, r.Run.To = failover.Refused, "", ""
				r.Reasons = []string{"Validate was denied a permission."}
			},
			"Refused: a run, nothing was changed; Validate was denied a permission.",
			"drover: Refused: a run, nothing was changed; Validate was denied a permission.",
		},
		{
			"long and not ASCII",
			func(r *failover.Report) { r.NotMoved = []failover.NotMoved{long} },
			"Held: failover to us-west-2, 0 of 1 applications moved; café: " + strings.Repeat("é", 36) + " …",
			"drover: Held: failover to us-west-2, 0 of 1 applications moved; caf?: " + strings.Repeat("?", 26) + "...",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := sampleReport(failover.Held)
			tt.change(&r)
			if got := summarize(r); got != tt.want || len(got) > maxSummary {
				t.Errorf("summary\ngot  %s (%d bytes)\nwant %s", got, len(got), tt.want)
			}
			if got := subject(failover.DefaultPlan(), summarize(r)); got != tt.wantSubject || len(got) > maxSubject {
				t.Errorf("subject\ngot  %s (%d bytes)\nwant %s", got, len(got), tt.wantSubject)
			}
		})
	}
}

func TestTextStaysShortWithAThousandApplications(t *testing.T) {
	r := sampleReport(failover.Held)
	for i := range 500 {
		name := fmt.Sprintf("application-%03d", i)
		r.Moved = append(r.Moved, name)
		r.NotMoved = append(r.NotMoved, failover.NotMoved{Application: name, Why: []string{strings.Repeat("x", 1000)}})
		r.Unknown = append(r.Unknown, name)
	}
	got := render(r)
	if len(got) > 4096 {
		t.Errorf("got %d bytes; want at most 4096", len(got))
	}
	for _, want := range []string{"Not moved (500):", "- and 492 more, in the report", "application-007 and 492 more"} {
		if !strings.Contains(got, want) {
			t.Errorf("the message lacks %q:\n%s", want, got)
		}
	}
}

func TestNextStep(t *testing.T) {
	const east = "--region us-east-1 --state-machine-arn arn:aws:states:us-east-1:111122223333:stateMachine:drover"
	const west = "--region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover"
	for _, tt := range []struct {
		name     string
		outcome  failover.Outcome
		run      func(*failover.Run)
		failures []failover.StepFailure
		notMoved int
		want     string
	}{
		{"a completed failback leaves nothing to do", failover.Completed, func(r *failover.Run) {
			r.Action, r.From, r.To = failover.Failback, "us-west-2", "us-east-1"
		}, nil, 0, ""},
		{"completed, but AWS shows an application in the other Region", failover.Completed, func(*failover.Run) {}, nil, 1,
			"aws stepfunctions start-execution " + west + ` --input '{"action":"check"}'`},
		{"held failover asks again with its consent and its outage", failover.Held, func(r *failover.Run) {
			r.Applications = []string{"it's"}
		}, nil, 1, "aws stepfunctions start-execution " + west + ` --input '{"action":"failover","applications":["it'\''s"],"allowDataLoss":true,"since":"2026-03-14T03:00:00Z"}'`},
		{"held failover asks again for its order and its shares", failover.Held, func(r *failover.Run) {
			r.Order, r.Percents = failover.DatabaseFirst, []int{10, 50, 100}
		}, nil, 1, "aws stepfunctions start-execution " + west + ` --input '{"action":"failover","allowDataLoss":true,"order":"database-first","percents":[10,50,100],"since":"2026-03-14T03:00:00Z"}'`},
		{"held switchover returns to the primary, without consent to data loss", failover.Held, func(r *failover.Run) {
			r.Action = failover.Switchover
		}, nil, 1, "aws stepfunctions start-execution " + east + ` --input '{"action":"failback"}'`},
		{"held failback goes to the standby", failover.Held, func(r *failover.Run) {
			r.Action, r.From, r.To = failover.Failback, "us-west-2", "us-east-1"
			r.ARN = strings.Replace(r.ARN, "us-west-2", "us-east-1", 1)
		}, nil, 1, "aws stepfunctions start-execution " + west + ` --input '{"action":"switchover"}'`},
		{"a drill that could not go back returns to the primary", failover.Held, func(r *failover.Run) {
			r.Action, r.Phase, r.From, r.To = failover.Drill, failover.Return, "us-west-2", "us-east-1"
			r.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: "us-east-1", To: "us-west-2"}}
		}, nil, 1, "aws stepfunctions start-execution " + east + ` --input '{"action":"failback"}'`},
		{"a rollback that has brought everything back leaves a check", failover.Held, func(r *failover.Run) {
			r.Action, r.Phase, r.From, r.To = failover.Switchover, failover.Rollback, "us-west-2", "us-east-1"
			r.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: "us-east-1", To: "us-west-2"}}
		}, nil, 1, "aws stepfunctions start-execution " + east + ` --input '{"action":"check"}'`},
		{"a drill that is home leaves a check", failover.Held, func(r *failover.Run) {
			r.Action, r.Phase, r.From, r.To = failover.Drill, failover.Return, "us-west-2", "us-east-1"
			r.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: "us-east-1", To: "us-west-2"}}
		}, nil, 0, "aws stepfunctions start-execution " + east + ` --input '{"action":"check"}'`},
		{"a drill that went back to where it had stayed returns to the primary when the cause is dealt with", failover.Held, func(r *failover.Run) {
			r.Action, r.Phase, r.From, r.To = failover.Drill, failover.ReturnRollback, "us-east-1", "us-west-2"
			r.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: "us-east-1", To: "us-west-2"}, {Phase: failover.Return, From: "us-west-2", To: "us-east-1"}}
		}, nil, 0, "aws stepfunctions start-execution " + east + ` --input '{"action":"failback"}'`},
		{"a completed drill leaves nothing to do", failover.Completed, func(r *failover.Run) {
			r.Action, r.Phase, r.From, r.To = failover.Drill, failover.Return, "us-west-2", "us-east-1"
			r.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: "us-east-1", To: "us-west-2"}}
		}, nil, 0, ""},
		{"not approved", failover.Refused, func(r *failover.Run) { r.Action, r.Approval = failover.Switchover, failover.BeforeStart }, nil, 0,
			"aws stepfunctions start-execution " + west + ` --input '{"action":"switchover","approval":"before-start"}'`},
		{"not approved, with an order and shares", failover.Refused, func(r *failover.Run) {
			r.Action, r.Approval, r.Order, r.Percents = failover.Switchover, failover.BeforeStart, failover.DatabaseFirst, []int{10, 100}
		}, nil, 0, "aws stepfunctions start-execution " + west + ` --input '{"action":"switchover","order":"database-first","percents":[10,100],"approval":"before-start"}'`},
		{"the request could not be sent", failover.Refused, func(r *failover.Run) { r.Action, r.Approval = failover.Switchover, failover.BeforeStart },
			[]failover.StepFailure{{State: "AwaitApproval", Error: "NotApproved"}}, 0,
			"aws stepfunctions start-execution " + west + ` --input '{"action":"switchover","approval":"before-start"}'`},
		{"overtaken before anything was done", failover.Refused, func(*failover.Run) {}, []failover.StepFailure{{Error: "FenceLost"}}, 0,
			"aws stepfunctions list-executions " + west + " --max-items 5"},
		{"overtaken", failover.Held, func(*failover.Run) {}, []failover.StepFailure{{Error: "FenceLost"}}, 1,
			"aws stepfunctions list-executions " + west + " --max-items 5"},
		{"all done but the lock's release", failover.Held, func(*failover.Run) {}, []failover.StepFailure{{State: "CloseRun", Error: "Throttled"}}, 0,
			"aws stepfunctions start-execution " + west + ` --input '{"action":"check"}'`},
		{"refused", failover.Refused, func(*failover.Run) {}, nil, 0,
			"aws stepfunctions describe-execution --region us-west-2 --execution-arn arn:aws:states:us-west-2:111122223333:execution:drover:run-1"},
		{"rolled back", failover.RolledBack, func(*failover.Run) {}, nil, 1,
			"aws stepfunctions start-execution " + west + ` --input '{"action":"check"}'`},
		{"rolled back after a rejection", failover.RolledBack, func(r *failover.Run) {
			r.Action, r.Approval = failover.Switchover, failover.BeforePromotion
		}, nil, 1, "aws stepfunctions start-execution " + west + ` --input '{"action":"switchover","approval":"before-promotion"}'`},
		{"an ARN of another form gives no command", failover.Held, func(r *failover.Run) { r.ARN = "arn:aws:states" }, nil, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := sampleReport(tt.outcome)
			tt.run(&r.Run)
			r.Moved, r.Restored = []string{"checkout"}, []string{"checkout"}
			r.NotMoved = make([]failover.NotMoved, tt.notMoved)
			r.Decisions = []failover.Decision{{Gate: r.Run.Approval, Approved: r.Run.Approval == failover.NoApproval}}
			got := nextStep(failover.DefaultPlan(), r, tt.failures)
			if got.command != tt.want {
				t.Errorf("got  %s\nwant %s", got.command, tt.want)
			}
		})
	}
}

// TestGoingOnLeavesOutTheSharesThatAreReached: Validate refuses a first share that would take users back.
func TestGoingOnLeavesOutTheSharesThatAreReached(t *testing.T) {
	for _, tt := range []struct {
		has  int
		want []int
	}{{0, []int{10, 50, 100}}, {10, []int{10, 50, 100}}, {30, []int{50, 100}}, {50, []int{50, 100}}, {100, []int{100}}} {
		r := sampleReport(failover.Held)
		r.Run.Percents = []int{10, 50, 100}
		r.NotMoved = []failover.NotMoved{{Application: "catalog"}, {Application: "checkout", Percent: tt.has}}
		if diff := cmp.Diff(tt.want, resume(failover.DefaultPlan(), r).Percents); diff != "" {
			t.Errorf("%d %% have moved (-want +got)\n%s", tt.has, diff)
		}
		if len(r.Run.Percents) != 3 {
			t.Errorf("the run's own shares are %v now", r.Run.Percents)
		}
	}
}
