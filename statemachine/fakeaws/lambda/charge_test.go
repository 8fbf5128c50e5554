package lambda

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// TestAnInvocationIsChargedForWhatIsNotAnswered, and not for longer than the function waits.
func TestAnInvocationIsChargedForWhatIsNotAnswered(t *testing.T) {
	answered := kernel.Call{Service: "dynamodb", Operation: "GetItem"}
	lost, dark := answered, answered
	lost.Lost, dark.Code = true, wire.CodeUnreachable
	for _, c := range []struct {
		name  string
		limit time.Duration
		calls []kernel.Call
		want  time.Duration
	}{
		{"answered", 0, []kernel.Call{answered}, 35 * time.Millisecond},
		{"not answered, and answered", 0, []kernel.Call{lost, answered}, 5*time.Second + 35*time.Millisecond},
		{"two not answered", 0, []kernel.Call{lost, dark}, 10*time.Second + 30*time.Millisecond},
		{"a function that waits for less", 1500 * time.Millisecond, []kernel.Call{lost, dark}, 1530 * time.Millisecond},
		{"such a function, answered", 1500 * time.Millisecond, []kernel.Call{answered}, 35 * time.Millisecond},
	} {
		if got := charge(&Function{TimeLimit: c.limit}, c.calls); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}
