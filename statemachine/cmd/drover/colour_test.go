package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/transcript"
)

func TestATranscriptHasColoursWhereTheyAreShown(t *testing.T) {
	for name, c := range map[string]struct {
		force, no string
		want      string
	}{
		"a pipe":                    {"", "", "passed"},
		"a terminal":                {"1", "", "\x1b[32mpassed\x1b[m"},
		"a terminal, with NO_COLOR": {"", "1", "passed"},
	} {
		t.Setenv("CLICOLOR_FORCE", c.force)
		t.Setenv("NO_COLOR", c.no)
		var shown bytes.Buffer
		screen(&shown).Event(time.Time{}, "VerifyHealth", transcript.Good, "passed")
		if got := strings.TrimSpace(shown.String()); !strings.HasSuffix(got, " "+c.want) {
			t.Errorf("%s: %q; want it to end with %q", name, got, c.want)
		}
	}
}
