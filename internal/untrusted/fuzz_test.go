package untrusted

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

// FuzzText holds that nothing that a terminal obeys is left of a text, however it is written in parts.
func FuzzText(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, 3)
	}
	f.Fuzz(func(t *testing.T, text string, part int) {
		workbound.Check(t, len(text), func() {
			var b strings.Builder
			w := Writer(&b)
			for rest := []byte(text); len(rest) > 0; {
				n := min(len(rest), max(1, part))
				if _, err := w.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			for name, got := range map[string]string{"Line": Line(text), "Lines": Lines(text), "Writer": b.String()} {
				if !clean(got, "\n\t") || name == "Line" && CheckText(got) != nil {
					t.Errorf("%s of %q left %q", name, text, got)
				}
			}
			if CheckText(text) == nil && (Line(text) != text || b.String() != text) {
				t.Errorf("%q is accepted and printed as %q and %q", text, Line(text), b.String())
			}
			quoted, _ := json.Marshal(map[string]string{text: text})
			if got := JSONText(quoted); !json.Valid(got) || !clean(string(got), "\n\t") {
				t.Errorf("JSONText of %q is %q", quoted, got)
			}
		})
	})
}
