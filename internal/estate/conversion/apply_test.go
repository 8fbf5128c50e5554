package conversion_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/changebatch"
	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/conversion"
	"github.com/drover-dr/drover/internal/estate/survey"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// scene is a simulator with simple records app-N.example.com, and applications that have them as pairs.
type scene struct {
	fakeawstest.Served
	t      *testing.T
	client *route53.Client
	apps   []failover.Application
	// busy is the error of Free, onBatch is called after each batch.
	busy    error
	onBatch func()
	said    []string
}

func newScene(t *testing.T, names int) *scene {
	t.Helper()
	s := &scene{Served: fakeawstest.Serve(t), t: t}
	cfg := s.Config(fakeawstest.East, fakeaws.Administrator)
	cfg.RetryMaxAttempts = 3
	s.client = route53.NewFromConfig(cfg, func(o *route53.Options) { o.Retryer = aws.NopRetryer{} })
	s.must(s.AddZone("Z1", "example.com"))
	for i := range names {
		name := fmt.Sprintf("app-%d.example.com", i)
		s.must(s.PutRecordSet("Z1", fakeaws.RecordSet{Name: name, Type: "A", TTL: 60, Values: []string{"192.0.2.1"}}))
		s.apps = append(s.apps, failover.Application{Name: name, Records: []failover.Record{{
			Name: name, Type: "A", Zone: "Z1", ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.1"}, west: {Value: "192.0.2.2"}},
		}}})
	}
	return s
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// Now is the simulator's time, and Sleep lets it pass.
func (s *scene) Now() time.Time { return s.World.Now() }

func (s *scene) Sleep(ctx context.Context, d time.Duration) error {
	s.Pass(d)
	return ctx.Err()
}

func (s *scene) reader() *survey.Reader { return &survey.Reader{DNS: s.client, Clock: s} }

// planned reads the zone and plans.
func (s *scene) planned() (conversion.Todo, []conversion.Batch) {
	s.t.Helper()
	z, err := s.reader().Zone(s.t.Context(), "Z1")
	s.must(err)
	todo := conversion.Plan([]estate.Zone{z}, s.apps, conversion.Options{Plan: failover.DefaultPlan()})
	return todo, conversion.Batches("drover", []estate.Zone{z}, todo.Conversions)
}

func (s *scene) apply(ctx context.Context, batches []conversion.Batch) conversion.Report {
	say := func(format string, args ...any) {
		s.said = append(s.said, fmt.Sprintf(format, args...))
		if strings.HasPrefix(format, "batch") && s.onBatch != nil {
			s.onBatch()
		}
	}
	return conversion.Applier{
		Submitter: changebatch.Submitter{DNS: s.client, Comment: "test", Say: say, Pause: func(ctx context.Context) error { return s.Sleep(ctx, 2*time.Second) }},
		Read:      s.reader().Sets, Free: func(context.Context) error { return s.busy }, Say: say, Plan: "drover",
	}.Apply(ctx, batches)
}

func (s *scene) pairs() int {
	n := 0
	for _, set := range s.RecordSets("Z1") {
		if set.SetIdentifier == "us-east-1" && set.Weight == 100 {
			n++
		}
	}
	return n
}

func summary(r conversion.Report) string {
	var failed []string
	for _, f := range r.Failed {
		failed = append(failed, f.Conversion.Name)
	}
	slices.Sort(failed)
	return fmt.Sprintf("%d done, %d not done, failed %v, stopped %v", len(r.Done), len(r.NotDone), failed, r.Stopped)
}

// TestBatchesStayWithinRoute53sLimits: 1,800 changes are two batches of at most 1,000, for whose tokens the second has to wait.
func TestBatchesStayWithinRoute53sLimits(t *testing.T) {
	s := newScene(t, 600)
	todo, batches := s.planned()
	if len(todo.Conversions) != 600 || len(batches) != 2 || batches[0].Changes() != 999 || batches[1].Changes() != 801 {
		t.Fatalf("%d conversions, %d batches; want 600 in 2, of 999 and 801 changes", len(todo.Conversions), len(batches))
	}
	r := s.apply(t.Context(), batches)
	if got := summary(r); got != "600 done, 0 not done, failed [], stopped <nil>" || s.pairs() != 600 {
		t.Errorf("%s, %d pairs", got, s.pairs())
	}
	if !slices.Contains(s.said, "zone Z1: Route 53 is busy or throttles; trying again") {
		t.Errorf("said %q; want that the second batch waits for tokens", s.said)
	}
	for _, b := range s.Batches() {
		out, err := s.client.GetChange(t.Context(), &route53.GetChangeInput{Id: &b.ChangeID})
		if err != nil || out.ChangeInfo.Status != "INSYNC" {
			t.Errorf("change %s: %v, %v; want that all name servers know it before it is done", b.ChangeID, out, err)
		}
	}
	if todo, _ := s.planned(); todo.Done != 600 || len(todo.Conversions) != 0 {
		t.Errorf("again: %d done, %d to do; want nothing to do", todo.Done, len(todo.Conversions))
	}
}

// TestARejectedBatchStopsNoOtherName: one name has a health check that is not there, another was changed after it was read.
func TestARejectedBatchStopsNoOtherName(t *testing.T) {
	s := newScene(t, 40)
	e := s.apps[7].Records[0].Endpoints[west]
	e.HealthCheck = "no-such-check"
	s.apps[7].Records[0].Endpoints[west] = e
	todo, batches := s.planned()
	if len(todo.Refused) != 0 || len(batches) != 1 {
		t.Fatalf("refused %v, %d batches; want one", todo.Refused, len(batches))
	}
	s.must(s.PutRecordSet("Z1", fakeaws.RecordSet{Name: "app-21.example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.99"}}))
	r := s.apply(t.Context(), batches)
	if got := summary(r); got != "38 done, 0 not done, failed [app-21.example.com app-7.example.com], stopped <nil>" || s.pairs() != 38 {
		t.Errorf("%s, %d pairs", got, s.pairs())
	}
	for _, f := range r.Failed {
		want := map[string]string{"app-7.example.com": "NoSuchHealthCheck", "app-21.example.com": "its record sets have changed since they were read; type the command again"}[f.Conversion.Name]
		if !strings.Contains(f.Err.Error(), want) {
			t.Errorf("%s: %v; want %s", f.Conversion.Name, f.Err, want)
		}
	}
}

// TestAPairOfSeveralValuesThatRoute53RejectsHasAWayOut goes that way: simple records with the values, and aliases to them.
func TestAPairOfSeveralValuesThatRoute53RejectsHasAWayOut(t *testing.T) {
	s := newScene(t, 1)
	s.SetRoute53(fakeaws.Route53Settings{OneValue: true})
	several := []string{"192.0.2.61", "192.0.2.62"}
	s.must(s.PutRecordSet("Z1", fakeaws.RecordSet{Name: "edge.example.com", Type: "A", TTL: 60, Values: several}))
	r := s.apps[0].Records[0]
	r.Name, r.Endpoints = "edge.example.com", map[failover.Region]failover.Endpoint{east: {Values: several}, west: {Value: "198.51.100.61"}}
	s.apps = append(s.apps, failover.Application{Name: "edge", Records: []failover.Record{r}})
	_, batches := s.planned()
	report := s.apply(t.Context(), batches)
	const way = "create a simple record in the zone for each Region with its values, such as us-east-1.edge.example.com, and name it in the file as `alias: {name: us-east-1.edge.example.com, zone: Z1}`"
	if got := summary(report); got != "1 done, 0 not done, failed [edge.example.com], stopped <nil>" || !strings.Contains(report.Failed[0].Err.Error(), way) {
		t.Fatalf("%s: %+v", got, report.Failed)
	}
	s.must(s.PutRecordSet("Z1", fakeaws.RecordSet{Name: "us-east-1.edge.example.com", Type: "A", TTL: 60, Values: several}))
	s.must(s.PutRecordSet("Z1", fakeaws.RecordSet{Name: "us-west-2.edge.example.com", Type: "A", TTL: 60, Values: []string{"198.51.100.61"}}))
	r.TTL, r.Endpoints = 0, map[failover.Region]failover.Endpoint{}
	for _, region := range []failover.Region{east, west} {
		r.Endpoints[region] = failover.Endpoint{Alias: &failover.Alias{Name: string(region) + ".edge.example.com", Zone: "Z1"}}
	}
	s.apps[1].Records = []failover.Record{r}
	todo, batches := s.planned()
	if got := summary(s.apply(t.Context(), batches)); got != "1 done, 0 not done, failed [], stopped <nil>" {
		t.Errorf("%s; refused %v", got, todo.Refused)
	}
	s.Pass(time.Minute)
	if a := s.Query("edge.example.com", "A"); strings.Join(a.Values, " ") != "192.0.2.61 192.0.2.62" {
		t.Errorf("answered %v; want %v as before", a.Values, several)
	}
}

// TestALostAnswerIsRecognized: Route 53 takes the batch, the SDK sends it again, and then it does not match any more.
func TestALostAnswerIsRecognized(t *testing.T) {
	s := newScene(t, 3)
	_, batches := s.planned()
	s.Inject(fakeaws.Fault{Service: "route53", Operation: "ChangeResourceRecordSets", LoseAnswer: true, Times: 1})
	if got := summary(s.apply(t.Context(), batches)); got != "0 done, 0 not done, failed [app-0.example.com app-1.example.com app-2.example.com], stopped <nil>" {
		t.Errorf("without a second try: %s; want that nothing is claimed", got)
	}
	if got := summary(s.apply(t.Context(), batches)); got != "3 done, 0 not done, failed [], stopped <nil>" || len(s.Batches()) != 1 {
		t.Errorf("the second try: %s, %d batches; want that the first is recognized", got, len(s.Batches()))
	}
}

// TestAnInterruptionSaysWhatIsDone: Ctrl-C after the first of two batches; the same command goes on.
func TestAnInterruptionSaysWhatIsDone(t *testing.T) {
	s := newScene(t, 600)
	_, batches := s.planned()
	ctx, cancel := context.WithCancel(t.Context())
	s.onBatch = cancel
	r := s.apply(ctx, batches)
	if got := summary(r); !strings.HasPrefix(got, "333 done, 267 not done, failed [], stopped context canceled") || s.pairs() != 333 {
		t.Errorf("%s, %d pairs", got, s.pairs())
	}
	s.onBatch = nil
	_, batches = s.planned()
	if got := summary(s.apply(t.Context(), batches)); got != "267 done, 0 not done, failed [], stopped <nil>" || s.pairs() != 600 {
		t.Errorf("again: %s, %d pairs", got, s.pairs())
	}
}

// TestARunThatTakesTheLockStopsTheRest: before each batch, and before a rejected one is submitted again.
func TestARunThatTakesTheLockStopsTheRest(t *testing.T) {
	s := newScene(t, 600)
	fence := func(epoch string) {
		s.must(s.PutRecordSet("Z1", fakeaws.RecordSet{Name: "_drover-drover.example.com", Type: "TXT", TTL: 5, Values: []string{`"` + epoch + `"`}}))
	}
	fence("1")
	_, batches := s.planned()
	s.onBatch = func() { s.busy = errors.New("a run holds the lock") }
	r := s.apply(t.Context(), batches)
	if got := summary(r); got != "332 done, 268 not done, failed [], stopped a run holds the lock" {
		t.Error(got)
	}
	s.busy, s.onBatch = nil, nil
	_, batches = s.planned()
	fence("2") // a run has written the zone since it was read
	reads := 0
	applier := conversion.Applier{
		Submitter: changebatch.Submitter{DNS: s.client, Say: func(string, ...any) {}, Pause: func(ctx context.Context) error { return s.Sleep(ctx, 2*time.Second) }},
		Free: func(context.Context) error {
			if reads++; reads > 1 {
				return errors.New("a run holds the lock")
			}
			return nil
		},
		Read: s.reader().Sets, Say: func(string, ...any) {}, Plan: "drover",
	}
	if r := applier.Apply(t.Context(), batches); len(r.Failed) != 268 || s.pairs() != 332 || !strings.Contains(r.Failed[0].Err.Error(), "a run holds the lock") {
		t.Errorf("%s, %d pairs; want that the fence keeps the batch out, and the lock keeps it from being submitted again", summary(r), s.pairs())
	}
	if r := s.apply(t.Context(), batches); len(r.Done) != 268 || s.pairs() != 600 {
		t.Errorf("%s, %d pairs; want that it goes on with the new fence once no run holds the lock", summary(r), s.pairs())
	}
}

// TestNamesOfAllKindsComeBack converts and undoes a zone with an apex, a wildcard and aliases to converted names, and compares all
// record sets.
func TestNamesOfAllKindsComeBack(t *testing.T) {
	s := newScene(t, 1)
	alias := func(name string) *fakeaws.AliasTarget {
		return &fakeaws.AliasTarget{Name: name, Zone: "Z1", EvaluateTargetHealth: true}
	}
	for _, set := range []fakeaws.RecordSet{
		{Name: "example.com", Type: "A", TTL: 300, Values: []string{"192.0.2.1"}},
		{Name: "*.example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.1"}},
		{Name: "follows.example.com", Type: "A", Alias: alias("app-0.example.com")},
		{Name: "west.example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.2"}},
		{Name: "own.example.com", Type: "A", Alias: alias("app-0.example.com")},
	} {
		s.must(s.PutRecordSet("Z1", set))
	}
	for name, ttl := range map[string]int64{"example.com": 300, "*.example.com": 60} {
		r := s.apps[0].Records[0]
		r.Name, r.TTL = name, ttl
		s.apps = append(s.apps, failover.Application{Name: name, Records: []failover.Record{r}})
	}
	r := s.apps[0].Records[0]
	r.Name, r.TTL = "own.example.com", 0
	r.Endpoints = map[failover.Region]failover.Endpoint{east: {Alias: &failover.Alias{Name: "app-0.example.com", Zone: "Z1"}}, west: {Alias: &failover.Alias{Name: "west.example.com", Zone: "Z1"}}}
	s.apps = append(s.apps, failover.Application{Name: "own", Records: []failover.Record{r}})
	before := s.RecordSets("Z1")
	todo, batches := s.planned()
	if got := summary(s.apply(t.Context(), batches)); got != "4 done, 0 not done, failed [], stopped <nil>" {
		t.Fatalf("%s; refused %v", got, todo.Refused)
	}
	z, err := s.reader().Zone(t.Context(), "Z1")
	s.must(err)
	undo := conversion.Undo([]estate.Zone{z}, conversion.NewFile("drover", s.Now(), todo.Conversions), conversion.Options{Plan: failover.DefaultPlan()})
	if got := summary(s.apply(t.Context(), conversion.Batches("drover", []estate.Zone{z}, undo.Conversions))); got != "4 done, 0 not done, failed [], stopped <nil>" {
		t.Fatalf("%s; refused %v", got, undo.Refused)
	}
	if diff := cmp.Diff(before, s.RecordSets("Z1")); diff != "" {
		t.Errorf("record sets (-before +undone):\n%s", diff)
	}
}
