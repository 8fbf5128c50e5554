package transcript

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/scenario"
)

// TestACommandInATranscriptCanBeTyped passes what is printed to a shell.
func TestACommandInATranscriptCanBeTyped(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell here")
	}
	long := `'{"applications":["` + strings.Repeat(`checkout","`, 20) + `orders"]}'`
	for _, command := range []string{
		"drover status --region us-west-2",
		"aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --input '{\"action\":\"check\"}'",
		"aws --input " + long,
		`aws --change-batch '{"Changes":[{"Action":"CREATE","ResourceRecordSet":{"HealthCheckId":"5f0c1a52-0000-4000-8000-000000000030","Name":"catalog.example.org"}}]}'`,
		`aws --value 'it'\''s  two blanks' --region us-west-2 --and-something-that-makes-it-longer-than-a-line yes`,
	} {
		var out bytes.Buffer
		(&Printer{W: &out}).command(scenario.Start, command)
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(line); n > Columns+1 {
				t.Errorf("a line of %d columns: %s", n, line)
			}
		}
		// Line breaks in JSON, and the blanks after them, mean nothing.
		want, wantErr := exec.Command(shell, "-c", "printf '%s|' "+command).Output()
		got, gotErr := exec.Command(shell, "-c", "printf '%s|' "+strings.TrimSpace(out.String())).Output()
		if wantErr != nil || gotErr != nil || flat(string(got)) != string(want) {
			t.Errorf("the shell reads\n%s\nof\n%s", got, out.String())
		}
	}
}

func flat(json string) string {
	lines := strings.Split(json, "\n")
	for i := range lines[1:] {
		lines[i+1] = strings.TrimLeft(lines[i+1], " ")
	}
	return strings.Join(lines, "")
}
