package transcript

import (
	"bytes"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/google/go-cmp/cmp"
)

// TestSymbolsStandForWhatValidateHasComputed holds golden transcripts to the numbers of Validate's answer: only these are
// printed as symbols, and only where symbols are asked for.
func TestSymbolsStandForWhatValidateHasComputed(t *testing.T) {
	var symbols, numbers bytes.Buffer
	p := &Printer{W: &symbols, Symbols: true, Also: &Printer{W: &numbers}}
	p.symbolize(failover.ValidateAnswer{
		Run: failover.Run{BoundSeconds: 1193, StartedAt: scenario.Start},
		Findings: []failover.Finding{
			{Code: failover.CodeControlPlane, Object: "Route 53", Found: "us-east-1"},
			{Code: failover.CodeLocked, Object: "lock", Found: "run x holds it until 2026-01-31T03:11:51Z"},
			{Code: failover.CodeLag, Object: "orders", Found: "lags"},
		},
	})
	p.symbolize(failover.ValidateAnswer{
		Run:      failover.Run{BoundSeconds: 1193, StartedAt: scenario.Start},
		Findings: []failover.Finding{{Code: failover.CodeBound, Object: "run b", Found: "at most 19m53s", Next: "fewer stages"}},
	})
	for _, text := range []string{
		"at most 19:53, its bound is 19m53s", "119:53 and 19:53:00 and 19:54", "over by 2026-01-31 03:19:53 UTC",
		"! Route 53: us-east-1", "lock: run x holds it until 2026-01-31T03:11:51Z", "orders: lags",
		"! run b: at most 19m53s; fewer stages", "- Route 53: us-east-1",
	} {
		p.Event(scenario.Start, "", Plain, text)
	}
	for _, c := range []struct{ got, want string }{
		{symbols.String(), "at most <bound>, its bound is <bound>\n119:53 and 19:53:00 and 19:54\nover by <deadline>\nlock: run x holds it until <lease>\norders: lags\n- <warning route53-control-plane>\n"},
		{numbers.String(), "at most 19:53, its bound is 19m53s\n119:53 and 19:53:00 and 19:54\nover by 2026-01-31 03:19:53 UTC\n! Route 53: us-east-1\nlock: run x holds it until 2026-01-31T03:11:51Z\norders: lags\n! run b: at most 19m53s; fewer stages\n- Route 53: us-east-1\n"},
	} {
		var got strings.Builder
		for line := range strings.Lines(c.got) {
			got.WriteString(line[textColumn:])
		}
		if diff := cmp.Diff(c.want, got.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
