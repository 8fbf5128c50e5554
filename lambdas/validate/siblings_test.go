package validate

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestRecordSetsOfTheSameNameThatStayAreNamed: a client that prefers them does not follow the application.
func TestRecordSetsOfTheSameNameThatStayAreNamed(t *testing.T) {
	for _, c := range []struct {
		kind, value string
		warned      bool
	}{
		{"HTTPS", `1 . alpn="h2,h3" ipv4hint=192.0.2.10`, true},
		{"HTTPS", `1 . alpn="h2,h3"`, false},
		{"HTTPS", `0 edge.example.net`, true},
		{"SVCB", `1 . ipv6hint=2001:db8::1`, true},
		{"AAAA", "2001:db8::1", true},
		{"TXT", `"text"`, false},
		{"MX", "10 mail.example.net", false},
	} {
		s := newScene(t, shop())
		put(fakeaws.RecordSet{Name: www, Type: c.kind, TTL: 60, Values: []string{c.value}})(s)
		answer := s.validate(`{"action": "check"}`)
		warned := false
		for _, f := range answer.Findings {
			warned = warned || f.Severity == failover.Warning && strings.Contains(f.Found, "its name has a record set of type "+c.kind+" too ("+c.value+")")
		}
		if warned != c.warned || answer.Verdict != failover.Checked {
			t.Errorf("%s %s: %s, warned %t; want %t: %s", c.kind, c.value, answer.Verdict, warned, c.warned, answer.Summary)
		}
	}
}

// TestARecordSetThatStaysIsNamedOnce, although two records of the application have its name.
func TestARecordSetThatStaysIsNamedOnce(t *testing.T) {
	app := shop()
	six := app.Records[0]
	six.Type, six.Endpoints = "AAAA", map[failover.Region]failover.Endpoint{east: {Value: "2001:db8::1"}, west: {Value: "2001:db8::2"}}
	app.Records = append(app.Records[:1:1], six)
	s := newScene(t, app)
	put(fakeaws.RecordSet{Name: www, Type: "HTTPS", TTL: 60, Values: []string{"0 edge.example.net"}})(s)
	named := 0
	for _, f := range s.validate(`{"action": "check"}`).Findings {
		if strings.Contains(f.Found, "its name has a record set of type HTTPS too") {
			named++
		}
	}
	if named != 1 {
		t.Errorf("it is named %d times; want once", named)
	}
}
