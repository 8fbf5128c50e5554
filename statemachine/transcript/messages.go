package transcript

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// MessagesText is everything that the runs have told people, as it was published: subject and text, unbroken, so that a
// command is one line as it is for those who get it.
func MessagesText(e guarantee.Evidence, named func(string) string) string {
	var b strings.Builder
	for _, run := range e.Runs {
		for i, text := range run.Texts {
			subject, body, _ := strings.Cut(text, "\n")
			fmt.Fprintf(&b, "----- %s, message %d of %d -----\nSubject: %s\n\n%s\n", run.Name, i+1, len(run.Texts), named(untrusted.Line(subject)), named(untrusted.Lines(body)))
		}
	}
	if b.Len() == 0 {
		return "Nobody was told anything.\n"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
