package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// TestEngineVersionsThatDiffer: the secondary is upgraded first, and until the primary follows RDS refuses to promote it.
func TestEngineVersionsThatDiffer(t *testing.T) {
	for _, c := range []struct {
		east, west string
		want       string
		command    string
	}{
		{"16.6", "16.8", "database orders: engine version 16.8 in us-west-2, and 16.6 in us-east-1; RDS promotes only between versions that fit: the same major and minor version; upgrade orders-us-east-1 to 16.8",
			"aws rds modify-db-cluster --region us-east-1 --db-cluster-identifier orders-us-east-1 --engine-version 16.8 --apply-immediately"},
		{"16.10", "16.9", "upgrade orders-us-west-2 to 16.10", "--region us-west-2 --db-cluster-identifier orders-us-west-2 --engine-version 16.10"},
		{"16.6.1", "16.6.3", "", ""},
	} {
		for _, action := range []struct {
			input    string
			verdict  failover.Verdict
			severity failover.Severity
		}{
			{`{"action": "check"}`, failover.Refuse, failover.Blocker},
			{`{"action": "switchover"}`, failover.Refuse, failover.Blocker},
			{consenting, failover.Proceed, failover.Warning},
		} {
			s := newScene(t, shop())
			must(t, s.world.SetEngineVersion("orders", string(east), c.east))
			must(t, s.world.SetEngineVersion("orders", string(west), c.west))
			answer := s.validate(action.input)
			i := slices.IndexFunc(answer.Findings, func(f failover.Finding) bool { return f.Code == failover.CodeTopology })
			if c.want == "" {
				if i >= 0 {
					t.Errorf("%s and %s: %v; want nothing of it", c.east, c.west, answer.Findings[i])
				}
				continue
			}
			if i < 0 || answer.Verdict != action.verdict || answer.Findings[i].Severity != action.severity {
				t.Errorf("%s: got %s with %v; want %s with a %s", action.input, answer.Verdict, answer.Findings, action.verdict, action.severity)
				continue
			}
			s.contains(answer.Findings[i].String(), c.want)
			if action.severity == failover.Blocker {
				s.contains(answer.Findings[i].Command, c.command)
			}
		}
	}
}

// TestAFailoverDoesNotAskTheRegionThatItLeaves for engine versions; a planned run does.
func TestAFailoverDoesNotAskTheRegionThatItLeaves(t *testing.T) {
	for input, want := range map[string]bool{consenting: false, `{"action": "switchover"}`: true, `{"action": "check"}`: true, `{"action": "failover", "allowDataLoss": true, "dryRun": true}`: false} {
		s := newScene(t, shop())
		s.validate(input)
		asked := false
		for _, c := range s.world.Calls() {
			asked = asked || c.Operation == "DescribeDBClusters" && c.Region == string(east)
		}
		if asked != want {
			t.Errorf("%s: asks us-east-1: %v; want %v", input, asked, want)
		}
	}
}

func TestAHeadlessClusterBlocksWhatIsPlanned(t *testing.T) {
	for _, input := range []string{`{"action": "check"}`, `{"action": "switchover"}`} {
		s := newScene(t, shop())
		must(t, s.world.SetHeadless("orders", string(west), true))
		answer := s.validate(input)
		if answer.Verdict != failover.Refuse || !strings.Contains(fmt.Sprint(answer.Findings), "has no instance; it cannot be promoted") {
			t.Errorf("%s: got %s with %v", input, answer.Verdict, answer.Findings)
		}
	}
}
