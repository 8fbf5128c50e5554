package validate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

func TestDriftNamesEveryDifference(t *testing.T) {
	value := failover.Record{Type: "A", Zone: "Z1", TTL: 60, Endpoints: map[failover.Region]failover.Endpoint{
		east: {Value: "192.0.2.10"}, west: {Value: "192.0.2.20", HealthCheck: "hc-1"},
	}}
	alias := failover.Record{Type: "A", Zone: "Z1", Endpoints: map[failover.Region]failover.Endpoint{
		east: {Alias: &failover.Alias{Name: "lb-east.example", Zone: "ZE"}},
		west: {Alias: &failover.Alias{Name: "lb-west.example", Zone: "ZW", EvaluateTargetHealth: true}},
	}}
	eastern := live.RecordSet{Identifier: "us-east-1", Weight: 100, TTL: 60, Values: []string{"192.0.2.10"}}
	western := live.RecordSet{Identifier: "us-west-2", Weight: 0, TTL: 60, Values: []string{"192.0.2.20"}, HealthCheck: "hc-1"}
	easternAlias := live.RecordSet{Identifier: "us-east-1", Weight: 100, Alias: &failover.Alias{Name: "LB-east.example.", Zone: "ZE"}}
	westernAlias := live.RecordSet{Identifier: "us-west-2", Alias: &failover.Alias{Name: "lb-west.example.", Zone: "ZW", EvaluateTargetHealth: true}}
	change := func(set live.RecordSet, with func(*live.RecordSet)) live.RecordSet { with(&set); return set }
	for _, c := range []struct {
		name   string
		record failover.Record
		sets   []live.RecordSet
		want   []string
	}{
		{"as registered", value, []live.RecordSet{eastern, western}, nil},
		{"alias as registered, in another spelling", alias, []live.RecordSet{easternAlias, westernAlias}, nil},
		{"nothing", value, nil, []string{"is not in zone Z1"}},
		{"one Region only", value, []live.RecordSet{eastern}, []string{"has no record set for us-west-2"}},
		{"not weighted", value, []live.RecordSet{{Weight: -1, TTL: 60, Values: []string{"192.0.2.10"}}}, []string{
			"is a simple record set, without routing policy; Route 53 refuses weighted record sets beside it",
			"has no record set for us-east-1", "has no record set for us-west-2",
		}},
		{"TTL", value, []live.RecordSet{eastern, change(western, func(s *live.RecordSet) { s.TTL = 300 })},
			[]string{"us-west-2: TTL is 300; registered 60"}},
		{"health check", value, []live.RecordSet{eastern, change(western, func(s *live.RecordSet) { s.HealthCheck = "" })},
			[]string{"us-west-2: health check is none; registered hc-1"}},
		{"alias instead of value", value, []live.RecordSet{eastern, change(westernAlias, func(s *live.RecordSet) { s.HealthCheck = "hc-1" })},
			[]string{"us-west-2: target is alias lb-west.example.; registered 192.0.2.20"}},
		{"value instead of alias", alias, []live.RecordSet{eastern, westernAlias},
			[]string{"us-east-1: target is [192.0.2.10]; registered alias lb-east.example"}},
		{"alias of another zone", alias, []live.RecordSet{change(easternAlias, func(s *live.RecordSet) { s.Alias = &failover.Alias{Name: "lb-east.example", Zone: "ZX"} }), westernAlias},
			[]string{"us-east-1: alias target is lb-east.example in ZX; registered lb-east.example in ZE"}},
		{"target health", alias, []live.RecordSet{easternAlias, change(westernAlias, func(s *live.RecordSet) { s.Alias = &failover.Alias{Name: "lb-west.example", Zone: "ZW"} })},
			[]string{"us-west-2: evaluateTargetHealth is false; registered true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := (&judgement{facts: &facts{question: &question{}}}).drift(c.record, c.sets)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestValuesAreComparedAsRoute53Does(t *testing.T) {
	for _, c := range []struct {
		kind, a, b string
		want       bool
	}{
		{"AAAA", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1", true},
		{"AAAA", "2001:db8::1", "2001:db8::2", false},
		{"CNAME", "lb.example.", "LB.example", true},
		{"CNAME", "lb.example", "lb2.example", false},
		{"A", "192.0.2.1", "192.0.2.1", true},
	} {
		if got := rules.SameValue(c.kind, c.a, c.b); got != c.want {
			t.Errorf("%s %s and %s: got %v, want %v", c.kind, c.a, c.b, got, c.want)
		}
	}
}
