package failover

import (
	"math"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

func FuzzInput(f *testing.F) {
	for _, seed := range []string{
		`{"action": "check"}`, `{"action": "failover", "applications": ["a", "a"], "percents": [10, 50, 100], "since": "2026-01-31T03:00:00Z"}`,
		"{\"action\": \"drill\", \"reason\": \"\\u001b]0;x\\u0007\"}", `{"action": "failover", "trigger": {"time": "2026-01-31T03:00:00Z", "detail": {"alarmName": "a"}}}`,
		strings.Repeat("[", 2000), `{"a":` + strings.Repeat(`{"a":`, 500), `{"action": "close", "execution": "arn:aws:states:us-east-1:1:execution:m:n"}`,
		`{` + strings.Repeat(`"x":1,`, 100) + `"y":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		workbound.Check(t, len(text), func() {
			in, err := ReadInput(text)
			if err != nil && len(err.Error()) > 64<<10 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			for _, s := range append([]string{in.Reason, in.RequestedBy, in.Execution}, in.Applications...) {
				if problem := untrusted.CheckText(s); problem != nil {
					t.Errorf("%q: %v", s, problem)
				}
			}
		})
	})
}

func FuzzFence(f *testing.F) {
	f.Add(Fence{Epoch: 7, Run: "r", Region: "us-east-1", Phase: Outbound, Try: 1}.String())
	f.Add(Fence{Epoch: math.MaxInt64, Run: "r", Region: "us-east-1", Phase: Outbound, Try: 1}.String())
	f.Add(`"epoch=-1 run= region="`)
	f.Fuzz(func(t *testing.T, value string) {
		workbound.Check(t, len(value), func() {
			fence, err := ParseFence(value)
			if err == nil && (fence.String() != value || fence.Epoch+1 <= 0 || fence.Epoch < 0) {
				t.Errorf("%s is read as %+v", value, fence)
			}
		})
	})
}
