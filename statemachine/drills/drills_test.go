package drills

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/transcript"
	"github.com/google/go-cmp/cmp"
)

// update rewrites the golden transcripts. Only commit what you understand: a changed line is a changed failover.
var update = flag.Bool("update", false, "rewrite the golden transcripts")

// onlyMeasured are the scenarios that take too long here: BenchmarkDrill plays them, and has no golden transcripts of them.
var onlyMeasured = map[string]bool{"ten-thousand": true, "ten-thousand-switchover": true}

// playedOnce are the scenarios that take long, and whose parts are all in others that are played twice.
var playedOnce = map[string]bool{"five-thousand": true}

// fullMessages are the scenarios whose notifications differ in kind: the golden files in the folder messages have every word
// of them. All others say in their YAML, under expect.notifications, what their notifications must contain.
var fullMessages = map[string]bool{
	"region-outage":          true, // a failover that completes
	"drill":                  true, // a drill, compared with earlier drills
	"bad-release-in-standby": true, // RolledBack
	"rollback-blocked":       true, // Held in the rollback
	"zone-denied":            true, // Held, partly moved, and continued
	"refused-failover":       true, // Refused, and the lock taken over
	"approval-timeout":       true, // both approval requests, without an answer
	"stopped-closed":         true, // stopped, and closed by another run
	"scheduled-check":        true, // what a check by the schedule finds
	"alarms-in-both-regions": true, // what an alarm starts, and what it does not
}

// notificationsAreExpected checks that every run with notifications has some that are expected, and no other run: what
// they must contain has been checked by the drill.
func notificationsAreExpected(t *testing.T, result *drill.Result) {
	t.Helper()
	for _, run := range result.Evidence.Runs {
		if expected := len(result.Scenario.Expect.Notifications[run.Name]) > 0; expected != (len(run.Texts) > 0) {
			t.Errorf("%s: %d notifications; expect.notifications of the scenario names the run: %v", run.Name, len(run.Texts), expected)
		}
	}
}

// maxPayload bounds the largest request or answer of a step of each run, far below the 256 KiB that Step Functions passes
// on. Golden transcripts print <size> in its place.
const maxPayload = 8 << 10

func payloadsAreSmall(t *testing.T, result *drill.Result) {
	t.Helper()
	for _, o := range result.Outcomes {
		if o.LargestPayload > maxPayload {
			t.Errorf("%s: a payload of %d bytes; expected at most %d", o.Run, o.LargestPayload, maxPayload)
		}
	}
}

// TestDrills plays every scenario twice: the transcripts are the same bytes, they and the messages are the golden ones,
// and all is as the scenario expects.
func TestDrills(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			if onlyMeasured[name] {
				t.Skip("make bench plays it")
			}
			result, got := play(t, name)
			if !result.OK() {
				t.Errorf("unexpected: %s\nthe transcript:\n%s", strings.Join(result.Unexpected, "\n"), got)
			}
			if playedOnce[name] {
				// its golden transcript is from another playing
			} else if second, again := play(t, name); got != again || result.Messages != second.Messages {
				t.Errorf("the second time was not the first (-first +second):\n%s", cmp.Diff(got+result.Messages, again+second.Messages))
			}
			if found := leaks(result.Scenario, result.Logs()); found != nil {
				t.Errorf("the logs have what they may not have:\n%s", strings.Join(found, "\n"))
			}
			isGolden(t, name+".txt", got)
			if fullMessages[name] {
				isGolden(t, "messages/"+name+".txt", result.Messages)
				boundsAreGolden(t, result)
			} else {
				notificationsAreExpected(t, result)
			}
			payloadsAreSmall(t, result)
			for line := range strings.Lines(got) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > transcript.Columns {
					t.Errorf("a line of %d columns: %s", n, line)
				}
			}
		})
	}
}

// isGolden compares with what is kept, and keeps it if that is asked for.
func isGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not golden; go test ./statemachine/drills -update rewrites it (-want +got):\n%s", golden, diff)
	}
}

// play plays a scenario, and returns its transcript with symbols in place of the numbers that the retry budget decides. The
// transcript of the default scenario has the numbers, as a terminal shows them.
func play(t *testing.T, name string) (*drill.Result, string) {
	t.Helper()
	var symbols, numbers bytes.Buffer
	out := &transcript.Printer{W: &symbols, Symbols: true, Also: &transcript.Printer{W: &numbers}}
	result := mustPlay(t, mustLoad(t, name), drill.Options{Out: out})
	if name == Default {
		return result, numbers.String()
	}
	return result, symbols.String()
}

func TestNamesBeginWithTheDefault(t *testing.T) {
	names := Names()
	if len(names) < 9 || names[0] != Default {
		t.Errorf("got %v", names)
	}
	for _, name := range names {
		s, err := Load(name)
		if err != nil {
			t.Error(err)
		} else if s.Name != name {
			t.Errorf("%s.yaml has the name %s", name, s.Name)
		}
	}
}

func TestAnUnknownScenarioNamesThoseThatExist(t *testing.T) {
	_, err := Load("earthquake")
	var unknown *UnknownError
	if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "region-outage, adopted-identifiers, adopted-weights, alarm-starts-failover, alarm-without-data") {
		t.Errorf("got %v", err)
	}
}

func TestADrillThatIsInterruptedEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &cancelling{cancel: cancel, at: "Validate"}
	_, err := drill.Play(ctx, mustLoad(t, Default), drill.Options{Assembly: defaultAssembly(t), Lambdas: drilltest.Lambdas(t), Out: &transcript.Printer{W: out}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want %v", err, context.Canceled)
	}
}

// cancelling ends the drill when the transcript says a certain word.
type cancelling struct {
	cancel context.CancelFunc
	at     string
}

func (c *cancelling) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte(c.at)) {
		c.cancel()
	}
	return len(text), nil
}
