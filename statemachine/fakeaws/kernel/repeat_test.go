package kernel

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// TestRequestsThatAreRepeatedAreRecordedAsMadeNow: whether they were made cannot be seen of what is recorded.
func TestRequestsThatAreRepeatedAreRecordedAsMadeNow(t *testing.T) {
	start := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	k := New("111122223333", start, "us-west-2")
	k.RecordCall(&wire.Request{ID: k.NewRequestID(), Region: "us-west-2", Service: "dynamodb", Operation: "GetItem"}, "role", false, nil)
	c := k.Control()
	ids := c.IDs()
	c.AdvanceTo(start.Add(time.Minute))
	c.Repeat(c.Calls(), 1)
	calls := c.Calls()
	if len(calls) != 2 || c.IDs() != ids+1 || !calls[1].At.Equal(start.Add(time.Minute)) {
		t.Fatalf("got %+v and %d ids; want the call twice, the second a minute later, and %d ids", calls, c.IDs(), ids+1)
	}
	if calls[1].At = calls[0].At; calls[0] != calls[1] {
		t.Errorf("got %+v; want it to be as the first but for the time, %+v", calls[1], calls[0])
	}
}

// TestAFaultThatIsForACallMakesItFaulty, and no other call.
func TestAFaultThatIsForACallMakesItFaulty(t *testing.T) {
	call := Call{Service: "dynamodb", Operation: "GetItem", Region: "us-west-2", Object: "registry SWITCHES default"}
	for _, f := range []struct {
		fault Fault
		want  bool
	}{
		{Fault{}, true}, {Fault{Service: "dynamodb", Operation: "GetItem", Region: "us-west-2", Object: "default"}, true},
		{Fault{Service: "rds"}, false}, {Fault{Operation: "Query"}, false}, {Fault{Region: "us-east-1"}, false}, {Fault{Object: "batch"}, false},
	} {
		c := New("111122223333", time.Time{}, "us-west-2").Control()
		remove := c.Inject(f.fault)
		if got := c.Faulty([]Call{call}); got != f.want {
			t.Errorf("%+v: got %t; want %t", f.fault, got, f.want)
		}
		if remove(); c.Faulty([]Call{call}) {
			t.Errorf("%+v: it is faulty although the fault was removed", f.fault)
		}
	}
}
