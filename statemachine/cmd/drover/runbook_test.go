package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const runbook = "../../../docs/runbook.md"

// TestTheRunbookIsPlayed plays each section of docs/runbook.md on a simulator of its own: it brings about what the section is
// about, as the comment says that a reader of the page does not see, types the commands of its console blocks, and compares
// what they print. Times, durations and digests are those of the day on which the page was written.
func TestTheRunbookIsPlayed(t *testing.T) {
	page, err := os.ReadFile(runbook)
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.SplitAfter(string(page), "\n## ")
	if len(sections) != 7 {
		t.Fatalf("%d sections; expected six after the introduction", len(sections)-1)
	}
	for i, section := range sections[1:] {
		title, _, _ := strings.Cut(section, "\n")
		t.Run(title, func(t *testing.T) {
			url, _ := serve(t, "--speed", "120")
			sections[i+1] = (&reader{t: t, url: url, page: "docs/runbook.md"}).read(section)
		})
	}
	if *update {
		if err := os.WriteFile(runbook, []byte(strings.Join(sections, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// reader does what a section of the runbook says.
type reader struct {
	t    *testing.T
	url  string
	code int
	// page is the page that is played.
	page string
}

var played = regexp.MustCompile("(?s)<!-- played:\n(.*?)-->|```console\n(.*?)```")

// read plays a section, and returns it with what the commands have printed this time.
func (r *reader) read(section string) string {
	blocks := 0
	now := played.ReplaceAllStringFunc(section, func(part string) string {
		m := played.FindStringSubmatch(part)
		if m[1] != "" {
			for line := range strings.Lines(m[1]) {
				r.direct(strings.TrimSpace(line))
			}
			return part
		}
		blocks++
		return "```console\n" + r.console(m[2]) + "```"
	})
	if blocks == 0 {
		r.t.Error("a section without a command")
	}
	return now
}

// console types the commands of a block and compares what is printed.
func (r *reader) console(block string) string {
	var now strings.Builder
	for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, want, _ := strings.Cut(part, "\n")
		if want != "" && !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		got := r.types(command)
		// A Region that is dark measures no lag: whether the last one is old enough to be named depends on how fast this machine is.
		const unmeasured = ": no measurement of its replication lag in"
		diff := cmp.Diff(timeless(without(want, unmeasured)), timeless(without(got, unmeasured)))
		if diff == "" {
			got = want
		} else if !*update {
			r.t.Errorf("%s (-%s +printed); go test ./statemachine/cmd/drover -run 'Runbook|Page' -update rewrites the page\n%s", command, r.page, diff)
		}
		fmt.Fprintf(&now, "$ %s\n%s", command, got)
	}
	return now.String()
}

// types is what a command prints. It knows drover, and of a shell $?, cat, head, tail and grep.
func (r *reader) types(command string) string {
	if command == "echo $?" {
		return strconv.Itoa(r.code) + "\n"
	}
	command, filter, _ := strings.Cut(command, " | ")
	args := strings.Fields(command)
	if args[0] == "cat" {
		text, err := os.ReadFile(args[1])
		if err != nil {
			r.t.Fatal(err)
		}
		return string(text)
	}
	if args[0] != "drover" {
		r.t.Fatalf("%s: expected drover", command)
	}
	code, stdout, stderr := drover(r.t, r.t.Context(), append(args[1:], "--endpoint-url", r.url)...)
	r.code = code
	return through(settled(stdout+stderr), filter)
}

// settled leaves out what depends on the moment of asking: the checks that were pending.
func settled(text string) string { return without(text, "  VerifyHealth     pending") }

// without leaves out the lines that contain a text, with those that continue them.
func without(text, what string) string {
	var kept strings.Builder
	left := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, strings.Repeat(" ", 26)) {
			left = strings.Contains(line, what)
		}
		if !left {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func through(text, filter string) string {
	lines := slices.Collect(strings.Lines(text))
	name, rest, _ := strings.Cut(filter, " ")
	n, _ := strconv.Atoi(strings.TrimPrefix(rest, "-"))
	switch name {
	case "head":
		lines = lines[:min(n, len(lines))]
	case "tail":
		lines = lines[max(0, len(lines)-n):]
	case "grep":
		lines = slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, rest) })
	}
	return strings.Join(lines, "")
}

var times = []struct {
	is   *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
	{regexp.MustCompile(`\b\d\d:\d\d(:\d\d)?\b`), "CLOCK"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?m?s\b`), "DURATION"},
	{regexp.MustCompile(`\b[0-9a-f]{12}\b|\b[0-9a-f]{64}\b`), "DIGEST"},
	{regexp.MustCompile(`lag(s|ged)? \d+\.\d s`), "LAG"},
	{regexp.MustCompile(`  +`), "  "},
}

// timeless is a text without what differs from one day to the next.
func timeless(text string) string {
	for _, x := range times {
		text = x.is.ReplaceAllString(text, x.name)
	}
	return text
}

// direct brings about what a section needs.
func (r *reader) direct(line string) {
	what, rest, _ := strings.Cut(line, " ")
	switch what {
	case "drover":
		if out := r.types(line); r.code == exitUsage {
			r.t.Fatalf("%s: %s", line, out)
		}
	case "fault":
		if status, answer := ask(r.t, http.MethodPost, r.url+"/_drover/faults", rest); status != http.StatusOK {
			r.t.Fatalf("%s: %d %s", line, status, answer)
		}
	case "relieve":
		ask(r.t, http.MethodDelete, r.url+"/_drover/faults", "")
	case "stop":
		arn := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + rest
		_, err := sfn.NewFromConfig(newPrincipal(r.url, "", fakeaws.Administrator).cfg).StopExecution(r.t.Context(), &sfn.StopExecutionInput{ExecutionArn: aws.String(arn)})
		if err != nil {
			r.t.Fatalf("%s: %v", line, err)
		}
	case "until":
		command, says, _ := strings.Cut(rest, ": ")
		for deadline := time.Now().Add(time.Minute); !strings.Contains(r.types(command), says); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				r.t.Fatalf("%s: it says\n%s", line, r.types(command))
			}
		}
	default:
		r.t.Fatalf("%q; expected drover, fault, relieve, stop or until", line)
	}
}
