package forecast

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// shop are the options of a forecast of the default plan and the shop.
func shop(t *testing.T, runs int) Options {
	t.Helper()
	a, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := drill.PlanOf(a)
	if err != nil {
		t.Fatal(err)
	}
	s, err := drills.Load(drills.Default)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := drill.TermsOf(a)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.In(terms)
	if err != nil {
		t.Fatal(err)
	}
	return optionsOf(t, a, plan, in.Applications(), runs)
}

func optionsOf(t *testing.T, a *assembly.Assembly, plan failover.Plan, apps []failover.Application, runs int) Options {
	t.Helper()
	prepared, err := Prepare(plan, a.Account, apps)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Assembly: a, Applications: prepared, Model: DefaultModel(plan, 3*time.Minute), Runs: runs, Seed: 1}
}

func play(t *testing.T, o Options) *Forecast {
	t.Helper()
	f, err := Play(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range f.Wrong() {
		t.Errorf("run %d: %v\n%s", r.Drawn.Number, r.Wrong, r.Drawn.YAML)
	}
	return f
}

func printed(f *Forecast) string {
	var out bytes.Buffer
	p := Printer{W: &out}
	p.Print(f)
	p.WrongCount(len(f.Wrong()))
	return out.String()
}

// TestTheSameSeedIsTheSameForecast compares with the golden file, and one worker with three.
func TestTheSameSeedIsTheSameForecast(t *testing.T) {
	const golden = "testdata/shop.txt"
	o := shop(t, 10)
	o.Workers = 1
	first := play(t, o)
	got := printed(first)
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
		t.Errorf("forecast (-want +got):\n%s", diff)
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
	o.Workers = 3
	one, three := documentOf(t, first), documentOf(t, play(t, o))
	if diff := cmp.Diff(one, three); diff != "" {
		t.Errorf("JSON of one worker and of three (-one +three):\n%s", diff)
	}
	var read struct {
		Runs []struct{ Run int }
	}
	if err := json.Unmarshal([]byte(one), &read); err != nil || len(read.Runs) != 10 || read.Runs[0].Run != 1 || read.Runs[9].Run != 10 {
		t.Errorf("JSON has %v, %v; want 10 runs in order", read.Runs, err)
	}
}

func documentOf(t *testing.T, f *Forecast) string {
	t.Helper()
	text, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAViolatedGuaranteeIsPrintedWithTheCommandThatPlaysIt(t *testing.T) {
	wrong := &Run{Drawn: Drawn{Number: 7}, Outcome: failover.Completed, Wrong: []string{"1", "2", "guarantee 2, One writer: two", "4", "5", "6", "7"}}
	f := &Forecast{Runs: append(runsOf(2), wrong)}
	if got := f.Wrong(); len(got) != 1 || got[0] != wrong {
		t.Fatalf("wrong are %v; want run 7", got)
	}
	var out bytes.Buffer
	p := Printer{W: &out}
	p.Wrong(wrong, "drover drill forecast-1-7.yaml")
	p.WrongCount(1)
	for _, want := range []string{"Run 7 failed a check", "• guarantee 2, One writer: two", "and 2 more", "To play it: drover drill forecast-1-7.yaml", "FAILED: 1 run failed a check"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s\nwant it to say %q", out.String(), want)
		}
	}
}

// TestApplicationsOfAnyKindArePlayed plays applications without databases, whose metrics the simulator does not have.
func TestApplicationsOfAnyKindArePlayed(t *testing.T) {
	const text = `applications:
  - name: site
    switch: none
    records:
      - {name: www.example.com, type: A, zone: Z0000000000EXAMPLE, zoneName: example.com, ttl: 120, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 192.0.2.2}}}
    health:
      - {namespace: Site, metric: Errors, dimensions: {Region: "{region}"}, statistic: Sum, periodSeconds: 60, atMost: 5}
  - name: fast
    records:
      - {name: fast.example.com, type: A, zone: Z0000000000EXAMPLE, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.3}, us-west-2: {value: 192.0.2.4}}}
    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: fast, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}
`
	a, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := drill.PlanOf(a)
	if err != nil {
		t.Fatal(err)
	}
	apps, err := applicationsfile.Parse("site.yaml", []byte(text), plan)
	if err != nil {
		t.Fatal(err)
	}
	f := play(t, optionsOf(t, a, plan, apps, 4))
	got := strings.Join(strings.Fields(printed(f)), " ")
	for _, want := range []string{"0 databases", "1 of 2 health rules", "60 s to 120 s late", "the longest is 2:00"} {
		if !strings.Contains(got, want) {
			t.Errorf("the forecast does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "replication lag of Aurora") || strings.Contains(got, "promotion") {
		t.Errorf("the forecast has assumptions about databases:\n%s", got)
	}
	if len(f.Recovered()) == 0 {
		t.Errorf("no run has completed: %s", f.Runs[0].Why)
	}
	for _, r := range f.Runs {
		if strings.Contains(r.Why, "no data") {
			t.Errorf("run %d: %s", r.Drawn.Number, r.Why)
		}
		if r.Parts[aurora] != 0 || r.RPO != 0 {
			t.Errorf("run %d waited %s for databases and lost %.1f s; want none", r.Drawn.Number, r.Parts[aurora], r.RPO)
		}
	}
}

func TestEveryDrawnRunIsAScenario(t *testing.T) {
	o := shop(t, 0)
	plan, err := drill.PlanOf(o.Assembly)
	if err != nil {
		t.Fatal(err)
	}
	causes, faults := map[string]int{}, 0
	for i := range 300 {
		d := Draw(o.Model, plan, o.Applications, 7, i+1)
		s, err := scenario.Parse(d.Name+".yaml", d.YAML)
		if err != nil {
			t.Fatalf("%v\n%s", err, d.YAML)
		}
		if _, err := s.In(scenario.Terms{Plan: plan, Account: o.Assembly.Account}); err != nil {
			t.Fatalf("%v\n%s", err, d.YAML)
		}
		causes[d.Cause]++
		if strings.Contains(string(d.YAML), "apiFault") {
			faults++
		}
	}
	for _, c := range o.Model.Causes {
		if got := float64(causes[c.Name]) / 300; got < c.Share-0.1 || got > c.Share+0.1 {
			t.Errorf("%s: %.2f of the runs; want about %.2f", c.Name, got, c.Share)
		}
	}
	if faults < 90 || faults > 180 { // 44 %
		t.Errorf("%d of 300 runs have calls that fail; want about 132", faults)
	}
}

func TestAQuantityHasItsPercentiles(t *testing.T) {
	q := Quantity{P50: 10 * time.Second, P95: 30 * time.Second, Least: 2 * time.Second, Most: time.Minute}
	r := rand.New(rand.NewPCG(1, 1))
	var runs []*Run
	for range 2000 {
		runs = append(runs, &Run{RTO: q.draw(r)})
	}
	for percent, want := range map[int]time.Duration{50: q.P50, 95: q.P95} {
		if got := percentile(runs, rto, percent); got < want*9/10 || got > want*11/10 {
			t.Errorf("p%d is %s; want about %s", percent, got, want)
		}
	}
	if low, high := percentile(runs, rto, 0), percentile(runs, rto, 100); low < q.Least || high > q.Most {
		t.Errorf("from %s to %s; want them between %s and %s", low, high, q.Least, q.Most)
	}
}

// TestAnInterruptedForecastHasWhatWasPlayed interrupts it after the second run.
func TestAnInterruptedForecastHasWhatWasPlayed(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o := shop(t, 100)
	o.Workers = 1
	o.Progress = func(played int) {
		if played == 2 {
			stop()
		}
	}
	f, err := Play(ctx, o)
	if err != nil || len(f.Runs) != 2 {
		t.Fatalf("%d runs, %v; want 2", len(f.Runs), err)
	}
	if got := printed(f); !strings.Contains(got, "Interrupted: 2 of 100 runs") {
		t.Errorf("%s\nwant it to say how many runs it is of", got)
	}
}

func TestTimeBetweenAFailureAndTheNextAttemptIsARetry(t *testing.T) {
	start := scenario.Start
	run := guarantee.RunEvidence{}
	for i, failed := range []string{"", "Throttled", "Throttled", "", "Throttled"} {
		run.Invocations = append(run.Invocations, fakeaws.Invocation{
			State: "ShiftTraffic", At: start.Add(time.Duration(i) * time.Minute), Result: fakeaws.InvokeResult{ErrorType: failed},
		})
	}
	by := guarantee.Recovery{From: start, To: start.Add(5 * time.Minute), RTO: 5 * time.Minute, Parts: []guarantee.Part{
		{Name: "detection, until the run started", From: start, To: start.Add(time.Minute)},
		{Name: "DNS by switch", From: start.Add(4*time.Minute + 30*time.Second), To: start.Add(9 * time.Minute)},
	}}
	by.Overhead = by.Beside(nil)
	var r Run
	r.recovered(by, run)
	want := [len(parts)]time.Duration{detection: time.Minute, dns: 30 * time.Second, retries: 2 * time.Minute, drover: 90 * time.Second}
	if r.Parts != want {
		t.Errorf("parts %v; want %v", r.Parts, want)
	}
}
