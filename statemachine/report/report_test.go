package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

func at(seconds int) time.Time { return scenario.Start.Add(time.Duration(seconds) * time.Second) }

func second(n int, east, west float64) fakeaws.Sample {
	return fakeaws.Sample{At: at(n), Requests: 1, Served: east + west, Regions: []fakeaws.RegionSample{
		{Region: "us-east-1", Requests: east, Served: east}, {Region: "us-west-2", Requests: west, Served: west},
	}}
}

func sample() *drill.Result {
	entered := func(state string, seconds int) asl.Event {
		return asl.Event{Time: at(seconds), StateEntered: &asl.StateEntered{Name: state}}
	}
	return &drill.Result{
		Name: "outage", Messages: "Completed\n", Title: "a Region & its <end>", Description: "why", Plan: failover.DefaultPlan(),
		Guarantees: []guarantee.Verdict{
			{Number: 1, Guarantee: "Weights are never inconsistent", Status: guarantee.Kept, Basis: "2 batches"},
			{Number: 2, Guarantee: "One writer", Status: guarantee.Violated, Violations: []string{"two of them"}},
			{Number: 5, Guarantee: "Held is accurate", Status: guarantee.NotChecked, Basis: "no run ended Held"},
		},
		Recoveries: []guarantee.Recovery{{Run: "outage-1", From: at(10), To: at(50), RTO: 40 * time.Second, TargetRTO: time.Minute}},
		Outcomes:   []guarantee.RunOutcome{{Run: "outage-1", Outcome: failover.Completed, Expected: failover.Completed}},
		Milestones: []drill.Milestone{{At: at(10), Text: "us-east-1 goes dark", Bad: true}},
		Evidence: guarantee.Evidence{Traffic: []fakeaws.Sample{second(1, 1, 0), second(2, 0.5, 0), second(30, 0, 1)}, Runs: []guarantee.RunEvidence{{Execution: fakeaws.Execution{
			Name: "outage-1", Path: []string{"Validate", "Settle", "VerifyHealth", "Verified?", "Settle", "VerifyHealth", "Verified?", "Completed"},
			History:     []asl.Event{entered("Validate", 12), entered("Settle", 15), entered("Completed", 28)},
			Invocations: []fakeaws.Invocation{{State: "Validate", Calls: []fakeaws.Call{{Region: "us-west-2", Service: "dynamodb", Operation: "Query"}, {Region: "us-west-2", Service: "dynamodb", Operation: "Query"}}}},
		}}}},
	}
}

func render(t *testing.T) string {
	t.Helper()
	html, err := Render(sample(), []byte("a transcript with <angles>"))
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func TestThePageSaysWhatHappened(t *testing.T) {
	page := render(t)
	for _, want := range []string{
		"a Region &amp; its &lt;end&gt;", `class="verdict bad"`, "two of them", "no run ended Held", "us-east-1 goes dark",
		"Settle × 2", "0:40", "the run measured no replication lag", "dynamodb Query", "with &lt;angles&gt;", "✗ Failed</strong> 1 guarantee violated.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestThePageLoadsNothingElse(t *testing.T) {
	if found := regexp.MustCompile(`(src|href)=|url\(|@import|<script`).FindString(render(t)); found != "" {
		t.Errorf("the page has %s", found)
	}
}

func TestThePageFollowsTheReadersColours(t *testing.T) {
	page := render(t)
	for _, want := range []string{"color-scheme: light dark", "light-dark("} {
		if !strings.Contains(page, want) {
			t.Errorf("the page's style lacks %q", want)
		}
	}
}

func TestTheSameResultIsTheSamePage(t *testing.T) {
	if diff := cmp.Diff(render(t), render(t)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestTheChartIsWellFormed(t *testing.T) {
	page := render(t)
	from, to := strings.Index(page, "<svg"), strings.Index(page, "</svg>")
	if from < 0 || to < 0 {
		t.Fatal("no chart")
	}
	decoder := xml.NewDecoder(strings.NewReader(page[from : to+len("</svg>")]))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(page, "<polygon"); n != 3 {
		t.Errorf("%d areas; want one for each Region and one for what failed", n)
	}
}

func TestSharesAreStacked(t *testing.T) {
	c := newChart(sample())
	points := strings.Fields(c.Areas[2].Points)
	for _, p := range points[:len(points)/2] {
		if !strings.HasSuffix(p, ",0.0") {
			t.Errorf("the topmost area ends at %s; all shares together are everything, which is y 0", p)
		}
	}
}

func TestLabelsOfNeighboursStandClearOfEachOtherAndOfTheirLines(t *testing.T) {
	var c chart
	for _, x := range []float64{950, 600, 30, 20, 10} {
		m := c.Marks
		c.mark(x, drill.Milestone{Text: "us-east-1 goes dark"})
		for _, o := range m {
			if from, to := c.Marks[len(m)].span(); o.Level > c.Marks[len(m)].Level && from < o.X && o.X < to {
				t.Errorf("the line at %v goes through the label at %v", o.X, x)
			}
		}
	}
	var levels []int
	for _, m := range c.Marks {
		levels = append(levels, m.Level)
	}
	if diff := cmp.Diff([]int{0, 0, 0, 1, 2}, levels); diff != "" || c.Marks[0].Anchor != "end" {
		t.Errorf("levels (-want +got):\n%s, the last label ends at its line: %q", diff, c.Marks[0].Anchor)
	}
}

func TestMoreLabelsThanLevelsAreAllThere(t *testing.T) {
	var c chart
	for range maxLevels + 2 {
		c.mark(10, drill.Milestone{Text: "us-east-1 goes dark"})
	}
	if len(c.Marks) != maxLevels+2 || c.Marks[maxLevels+1].Level != maxLevels-1 {
		t.Errorf("got %+v", c.Marks)
	}
}

func TestLoopsInThePathAreCounted(t *testing.T) {
	for path, want := range map[string]string{
		"A S V ? S V ? S V ? B B": "A1 S3 V3 ?3 B2",
		"S V ? S V ?":             "S2 V2 ?2",       // the path ends with the last round of the loop,
		"S V ? S V":               "S1 V1 ?1 S1 V1", // or in one
		"S V ? S":                 "S1 V1 ?1 S1",
		"S V ? S V ? S":           "S2 V2 ?2 S1",
		"S V ? S V X":             "S1 V1 ?1 S1 V1 X1",
		"A S V S V":               "A1 S1 V1 S1 V1",
		"A A A":                   "A3",
		"A":                       "A1",
		"":                        "",
	} {
		var got []string
		for _, s := range collapse(strings.Fields(path)) {
			got = append(got, fmt.Sprint(s.State, s.Count))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestAFolderIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "down")
	if err := Write(dir, sample(), []byte("transcript")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{Page, Transcript, Messages, Outcome} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 4 {
		t.Errorf("%d files; want 4 and no half-written one", len(entries))
	}
}

func TestReportsThatAreWrittenAtOnceDoNotDisturbEachOther(t *testing.T) {
	dir := t.TempDir()
	var group errgroup.Group
	for range 8 {
		group.Go(func() error { return Write(dir, sample(), []byte("transcript")) })
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 4 {
		t.Errorf("%d files; want 4", len(entries))
	}
}

func TestAFileThatCannotBePutInPlaceLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, Page), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, sample(), nil); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v; want one line", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d entries; want the folder that was in the way", len(entries))
	}
}

func TestAFolderThatCannotBeWrittenIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(file, "report"), sample(), nil); err == nil {
		t.Error("no error")
	}
}

func TestADrillWithoutTrafficHasNoChart(t *testing.T) {
	r := sample()
	r.Evidence.Traffic = nil
	html, err := Render(r, nil)
	if err != nil || bytes.Contains(html, []byte("<svg")) {
		t.Errorf("error %v, or a chart of nothing", err)
	}
}
