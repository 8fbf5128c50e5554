package transcript

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// MessagesText is all notifications of the runs as they were published: subject and text, with unbroken lines, so that a
// command is one line, as for the recipients.
func MessagesText(e guarantee.Evidence, named func(string) string) string {
	var b strings.Builder
	for _, run := range e.Runs {
		for i, text := range run.Texts {
			subject, body, _ := strings.Cut(text, "\n")
			fmt.Fprintf(&b, "----- %s, message %d of %d -----\nSubject: %s\n\n%s\n", run.Name, i+1, len(run.Texts), named(untrusted.Line(subject)), named(untrusted.Lines(body)))
		}
	}
	if b.Len() == 0 {
		return "No notification was sent.\n"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
