package rules_test

import (
	"testing"

	"github.com/drover-dr/drover/internal/registry/rules"
)

func TestValuesOfEachType(t *testing.T) {
	for _, tt := range []struct {
		kind, value string
		right       bool
	}{
		{"HTTPS", `1 . alpn="h2,h3" ipv4hint=192.0.2.10`, true},
		{"HTTPS", `0 www.example.net`, true},
		{"HTTPS", `0 www.example.net alpn=h2`, false},
		{"HTTPS", `1 . ipv4hint=2001:db8::1`, false},
		{"HTTPS", `192.0.2.10`, false},
		{"SVCB", `1 svc.example.com. port=8443`, true},
		{"SVCB", `1 svc`, false},
		{"MX", `10 mail.example.com`, true},
		{"MX", `10 Mail.example.com.`, true},
		{"MX", `0 .`, true},
		{"MX", `mail.example.com`, false},
		{"MX", `70000 mail.example.com`, false},
		{"MX", `10 mail.example.com ; a comment`, false},
		{"MX", "10 mail.example.com\n20 other.example.com", false},
		{"MX", `10 mail.example.com 20 other.example.com`, false},
		{"TXT", `"v=spf1 include:example.net -all"`, true},
		{"TXT", `"one" "two \"quoted\" \040; more"`, true},
		{"TXT", `v=spf1`, false},
		{"TXT", `"open`, false},
		{"SRV", `1 10 5269 xmpp.example.com`, true},
		{"SRV", `1 10 5269`, false},
		{"SRV", `1 10 5269 xmpp`, false},
		{"A", "192.0.2.1", true},
		{"CNAME", "192.0.2.1", false},
	} {
		if wrong := rules.Value(tt.kind, tt.value); (wrong == "") != tt.right {
			t.Errorf("%s %s: got %q", tt.kind, tt.value, wrong)
		}
	}
}

func TestValuesAreComparedAsRoute53Does(t *testing.T) {
	for _, tt := range []struct {
		kind string
		a, b []string
		same bool
	}{
		{"A", []string{"192.0.2.1", "192.0.2.2"}, []string{"192.0.2.2", "192.0.2.1"}, true},
		{"A", []string{"192.0.2.1", "192.0.2.1"}, []string{"192.0.2.1", "192.0.2.2"}, false},
		{"A", []string{"192.0.2.1"}, []string{"192.0.2.1", "192.0.2.2"}, false},
		{"AAAA", []string{"2001:db8::1"}, []string{"2001:0DB8:0:0:0:0:0:1"}, true},
		{"MX", []string{"10 Mail.example.com."}, []string{"10 mail.example.com"}, true},
		{"MX", []string{"10 mail.example.com"}, []string{"20 mail.example.com"}, false},
		{"HTTPS", []string{`1 . alpn="h2,h3" ipv4hint=192.0.2.10`}, []string{`1 . ipv4hint="192.0.2.10" alpn=h2,h3`}, true},
		{"HTTPS", []string{`1 . ipv4hint=192.0.2.10`}, []string{`1 . ipv4hint=192.0.2.11`}, false},
		{"TXT", []string{`"a\040b"`}, []string{`"a b"`}, true},
		{"TXT", []string{`"a"`}, []string{`"b"`}, false},
	} {
		if got := rules.SameValues(tt.kind, tt.a, tt.b); got != tt.same {
			t.Errorf("%s %v and %v: got %v", tt.kind, tt.a, tt.b, got)
		}
	}
}
