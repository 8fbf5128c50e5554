package transcript

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/google/go-cmp/cmp"
)

func TestMessagesAreThoseThatWerePublished(t *testing.T) {
	run := func(name string, texts ...string) guarantee.RunEvidence {
		return guarantee.RunEvidence{Execution: fakeaws.Execution{Name: name}, Texts: texts}
	}
	e := guarantee.Evidence{Runs: []guarantee.RunEvidence{
		run("first", "plan: Begun\nBegun by 1234\n\n  a command\n", "plan: Held\nHeld\n"), run("silent"), run("third", "plan: Completed\nCompleted\n"),
	}}
	want := `
----- first, message 1 of 2 -----
Subject: plan: Begun

Begun by an operator

  a command

----- first, message 2 of 2 -----
Subject: plan: Held

Held

----- third, message 1 of 1 -----
Subject: plan: Completed

Completed
`[1:]
	if diff := cmp.Diff(want, MessagesText(e, strings.NewReplacer("1234", "an operator").Replace)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := MessagesText(guarantee.Evidence{Runs: []guarantee.RunEvidence{run("silent")}}, strings.Clone); got != "No notification was sent.\n" {
		t.Errorf("got %q", got)
	}
}
