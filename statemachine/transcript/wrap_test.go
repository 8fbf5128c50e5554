package transcript

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestALongWordIsBrokenWhereItsNextPartBegins: JSON after a comma, an ARN after a colon or a slash.
func TestALongWordIsBrokenWhereItsNextPartBegins(t *testing.T) {
	for text, want := range map[string][]string{
		"a rule of the panel":         {"a rule of the panel"},
		`{"a":["one","two","three"]}`: {`{"a":["one","two",`, `"three"]}`},
		"rule arn:aws:control::111122223333:controlpanel/0a/safetyrule/0b": {
			"rule", "arn:aws:control::", "111122223333:", "controlpanel/0a/", "safetyrule/0b",
		},
		"averylongwordwithoutanyplacetobreak": {"averylongwordwithoutanyplacetobreak"},
	} {
		if diff := cmp.Diff(want, wrap(text, 20)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// TestALongActorLeavesRoomForTheText, as far as the columns go.
func TestALongActorLeavesRoomForTheText(t *testing.T) {
	var out strings.Builder
	p := &Printer{W: &out}
	p.Event(p.Start, "route53-recovery-cluster", Plain, strings.Repeat("every operation fails ", 10))
	for line := range strings.Lines(out.String()) {
		if len(strings.TrimRight(line, "\n")) > Columns {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}
