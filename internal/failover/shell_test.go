package failover

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted/shelltest"
)

func TestEveryWordStaysOneWord(t *testing.T) {
	for _, text := range append(shelltest.Hostile, "", "plain", "--flag", "~", "a=b", "*", "ümlaut") {
		words := []string{"aws", "--name", text, "last"}
		if got := shelltest.Words(t, CommandLine(words...)); len(got) != 1 || !slices.Equal(got[0], words) {
			t.Errorf("%q is typed as %s and becomes %q", text, CommandLine(words...), got)
		}
	}
}

func TestCommandsOfTheVocabularyAreQuoted(t *testing.T) {
	yes := true
	for _, text := range shelltest.Hostile {
		m := Machine{Partition: text, Region: Region(text), Account: text, Name: text}
		plan := Plan{Name: text, Primary: Region(text), Standby: Region(text)}
		in := Input{Action: Action(text), Applications: []string{text}, Order: Order(text), Approval: Approval(text), AllowDataLoss: &yes}
		for _, c := range []struct {
			command string
			words   int
		}{
			{m.Start(Region(text), in), 9},
			{Describe("arn:aws:states:" + strings.ReplaceAll(text, ":", "") + ":1:execution:m:" + strings.ReplaceAll(text, ":", "")), 7},
			{plan.Start(Region(text), in), 14},
			{plan.Drover(CommandLine("watch", text), Region(text)), 7},
			{NewLostWrites(text, text, Region(text)).Find, 9},
		} {
			got := shelltest.Words(t, c.command)
			if len(got) != 1 || len(got[0]) != c.words {
				t.Errorf("%s becomes %d commands, %q; want one of %d words", c.command, len(got), got, c.words)
			}
		}
	}
}

// A command that is put together in another way would be quoted where its author thinks of it, and nowhere else.
func TestCommandsAreMadeInOnePlace(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}", "../../internal/...", "../../lambdas/...", "../../statemachine/cmd/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	byHand := regexp.MustCompile(`"(aws [a-z0-9]+ [a-z-]+|drover [a-z]+) [^"]*%|"(aws [a-z0-9]+ [a-z-]+|drover [a-z]+)[^"]*" \+|Drover\("[^"]*"\s*\+`)
	for _, file := range strings.Fields(string(out)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if byHand.MatchString(line) && !strings.HasSuffix(file, filepath.Join("failover", "command.go")) {
				t.Errorf("%s: %s; make the command with failover.CommandLine", file, strings.TrimSpace(line))
			}
		}
	}
}
