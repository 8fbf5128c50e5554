package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

func TestAnOvertakenRunNamesTheWinner(t *testing.T) {
	const machine = "arn:aws:states:us-west-2:111122223333:execution:drover:"
	winner := failover.Run{ID: "run-2", ARN: machine + "run-2", Epoch: 8}
	lock := func(t *testing.T, h Handler, _ *fakeaws.World) {
		if _, err := h.Registry.TakeLock(t.Context(), failover.Run{ID: "run-2", ARN: winner.ARN, Epoch: 8}, outage, outage.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name     string
		happened func(*testing.T, Handler, *fakeaws.World)
		want     *failover.Winner
		wantNext string
	}{
		{"by its mark, in the other Region", func(t *testing.T, _ Handler, world *fakeaws.World) { mark(t, world, "run-9", east, 7) },
			&failover.Winner{Run: "run-9", Epoch: 7, ARN: "arn:aws:states:us-east-1:111122223333:execution:drover:run-9"},
			"aws stepfunctions describe-execution --region us-east-1 --execution-arn arn:aws:states:us-east-1:111122223333:execution:drover:run-9"},
		{"by its mark, with this run's own name", func(t *testing.T, _ Handler, world *fakeaws.World) { mark(t, world, "run-1", east, 7) },
			&failover.Winner{Run: "run-1", Epoch: 7, ARN: "arn:aws:states:us-east-1:111122223333:execution:drover:run-1"},
			"aws stepfunctions describe-execution --region us-east-1 --execution-arn arn:aws:states:us-east-1:111122223333:execution:drover:run-1"},
		{"by the lock of this Region", lock, &failover.Winner{Run: "run-2", Epoch: 9, ARN: winner.ARN},
			"aws stepfunctions describe-execution --region us-west-2 --execution-arn " + winner.ARN},
		{"by a lock that was taken in the other Region and has arrived here", func(t *testing.T, h Handler, _ *fakeaws.World) {
			other := failover.Run{ID: "run-2", ARN: strings.Replace(winner.ARN, "us-west-2", "us-east-1", 1), Epoch: 8}
			if _, err := h.Registry.TakeLock(t.Context(), other, outage, outage.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, &failover.Winner{Run: "run-2", Epoch: 9, ARN: strings.Replace(winner.ARN, "us-west-2", "us-east-1", 1)},
			"aws stepfunctions describe-execution --region us-east-1 --execution-arn arn:aws:states:us-east-1:111122223333:execution:drover:run-2"},
		{"by its mark, and it is over", func(t *testing.T, h Handler, world *fakeaws.World) {
			lock(t, h, world)
			mark(t, world, "run-2", west, 9)
			if err := h.Registry.ReleaseLock(t.Context(), winner.ARN); err != nil {
				t.Fatal(err)
			}
		}, &failover.Winner{Run: "run-2", Epoch: 9, ARN: winner.ARN},
			"aws stepfunctions describe-execution --region us-west-2 --execution-arn " + winner.ARN},
		{"nowhere to be seen: mark and lock are its own", func(t *testing.T, h Handler, world *fakeaws.World) {
			mark(t, world, "run-1", west, 7)
			own := failover.Run{ID: "run-1", ARN: machine + "run-1", Epoch: 6}
			if _, err := h.Registry.TakeLock(t.Context(), own, outage, outage.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, nil,
			"aws stepfunctions list-executions --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --max-items 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, world := newHandler(t, "checkout")
			tt.happened(t, h, world)
			req := request(failover.Held)
			req.Failures = []failover.StepFailure{{State: "ShiftTraffic", Wave: 1, Error: "Overtaken", Cause: `{"errorMessage":"zone Z1 has been moved"}`}}
			handle(t, h, req)
			r := readReport(t, world)
			if diff := cmp.Diff(tt.want, r.Winner); diff != "" {
				t.Errorf("winner (-want +got)\n%s", diff)
			}
			if r.Next != tt.wantNext {
				t.Errorf("next\ngot  %s\nwant %s", r.Next, tt.wantNext)
			}
			line := "has superseded this run, which changes nothing more."
			got := theMessage(t, world).Message
			first, _, _ := strings.Cut(got, "\n")
			if strings.Contains(got, line) != (tt.want != nil) || tt.want != nil && !strings.HasSuffix(first, "; superseded by run "+tt.want.Run) {
				t.Errorf("the message:\n%s", got)
			}
		})
	}
}

// TestARunWhoseLockWasTakenWhileItWaitedNamesTheOneThatHasIt, although no step of it has noticed.
func TestARunWhoseLockWasTakenWhileItWaitedNamesTheOneThatHasIt(t *testing.T) {
	for _, taken := range []bool{true, false} {
		h, world := newHandler(t, "checkout")
		own, next := request(failover.Held).Run, failover.Run{ID: "run-2", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-2"}
		own.Epoch = 0
		epoch, err := h.Registry.TakeLock(t.Context(), own, outage, outage.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		own.Epoch = epoch
		lock, err := h.Registry.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if taken {
			_, err = h.Registry.TakeOver(t.Context(), next, lock, failover.TakenByOperator, outage, outage.Add(time.Hour))
		} else if err = h.Registry.ReleaseLock(t.Context(), own.ARN); err == nil {
			_, err = h.Registry.TakeLock(t.Context(), next, outage, outage.Add(time.Hour))
		}
		if err != nil {
			t.Fatal(err)
		}
		if !taken { // from the next run, which is none of its affair
			if lock, err = h.Registry.Lock(t.Context()); err == nil {
				_, err = h.Registry.TakeOver(t.Context(), failover.Run{ID: "run-3", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-3"}, lock, failover.TakenByOperator, outage, outage.Add(time.Hour))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		req := request(failover.Held)
		req.Run = own
		req.Failures = []failover.StepFailure{{State: "AwaitApproval", Wave: 1, Error: "States.Timeout"}}
		handle(t, h, req)
		r := readReport(t, world)
		if named := r.Winner != nil; named != taken || named && (r.Winner.Run != "run-2" || r.Winner.Epoch != epoch+1) {
			t.Errorf("taken from it: %v, but the winner is %+v", taken, r.Winner)
		}
		if got := strings.Contains(r.Next, "run-2"); got != taken {
			t.Errorf("taken from it: %v, but the next step is %s", taken, r.Next)
		}
	}
}
