package registry

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

func publish(t *testing.T, s *Store, format int, since time.Time, regions ...failover.Region) {
	t.Helper()
	for _, region := range regions {
		if err := s.PublishRelease(ctx, Release{Region: region, Version: "0.9", Format: format, Since: since}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReleaseIsPublishedOnce(t *testing.T) {
	s := newStore(t)
	publish(t, s, 2, noon, east)
	publish(t, s, 2, noon.Add(time.Hour), east)
	got, err := s.Releases(ctx)
	if diff := cmp.Diff(Releases{east: {Region: east, Version: "0.9", Format: 2, Since: noon}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	publish(t, s, 3, noon.Add(time.Hour), east)
	if got, _ = s.Releases(ctx); got[east].Format != 3 || !got[east].Since.Equal(noon.Add(time.Hour)) {
		t.Errorf("a newer one: got %+v", got[east])
	}
}

// TestWhatBothRegionsReadIsWritten, and until that is certain what the release before reads.
func TestWhatBothRegionsReadIsWritten(t *testing.T) {
	old, settled := noon.Add(-time.Minute), noon.Add(-time.Hour)
	for _, c := range []struct {
		name       string
		east, west Release
		want       int
	}{
		{"nothing is published", Release{}, Release{}, failover.OldestFormat},
		{"one Region", Release{Format: 2, Since: settled}, Release{}, failover.OldestFormat},
		{"both", Release{Format: 2, Since: settled}, Release{Format: 2, Since: settled}, 2},
		{"one of them just now", Release{Format: 2, Since: settled}, Release{Format: 2, Since: old}, failover.OldestFormat},
		{"one is newer", Release{Format: 3, Since: settled}, Release{Format: 2, Since: settled}, 2},
		{"both are newer", Release{Format: 3, Since: settled}, Release{Format: 3, Since: settled}, failover.Format},
	} {
		releases := Releases{}
		for region, r := range map[failover.Region]Release{east: c.east, west: c.west} {
			if r.Format > 0 {
				releases[region] = r
			}
		}
		if got := releases.Writes(failover.DefaultPlan(), noon); got != c.want {
			t.Errorf("%s: got format %d; want %d", c.name, got, c.want)
		}
	}
}

// TestALargeWaveIsSpreadOnlyWhereAllFunctionsReadIt: release 0.1.0 reads one partition key, and fails at the mark of a
// wave that is spread.
func TestALargeWaveIsSpreadOnlyWhereAllFunctionsReadIt(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(*Store)
		spread  bool
	}{
		{"a new plan", func(*Store) {}, true},
		{"both Regions read it", func(s *Store) {
			takeLock(t, s, run("a"), noon.Add(-2*time.Hour))
			release(t, s, run("a"))
			publish(t, s, 2, noon.Add(-time.Hour), east, west)
		}, true},
		{"a run has taken the lock", func(s *Store) {
			takeLock(t, s, run("a"), noon.Add(-2*time.Hour))
			release(t, s, run("a"))
		}, false},
		{"an application is registered", func(s *Store) {
			if _, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{{Name: "first", Wave: 1}}, noon); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"one Region has published its release", func(s *Store) { publish(t, s, 2, noon.Add(-time.Hour), west) }, false},
	} {
		s := newStore(t)
		c.prepare(s)
		if _, err := s.Register(ctx, failover.DefaultPlan(), numbered(0, fewInWave+1, 1), noon); err != nil {
			t.Fatal(err)
		}
		items, err := s.query(ctx, applicationsPartition, wavePrefix(1), 0)
		if err != nil {
			t.Fatal(err)
		}
		marked := false
		for _, it := range items {
			marked = marked || isMark(it)
		}
		if marked != c.spread {
			t.Errorf("%s: spread %v; want %v", c.name, marked, c.spread)
		}
	}
}

// TestALockThatRelease010HasTakenIsRead: it leaves what it does not know as it was, and names the run that it has taken
// the lock from by its id.
func TestALockThatRelease010HasTakenIsRead(t *testing.T) {
	s := newStore(t)
	takeLock(t, s, run("a"), noon)
	seen := readLock(t, s)
	if _, err := s.TakeOver(ctx, run("b"), seen, failover.TakenFromEnded, noon, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	release010 := func(expression string, values item) {
		if _, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.Table, Key: key(lockPartition, lockPartition), UpdateExpression: aws.String(expression),
			ExpressionAttributeNames: lockNames, ExpressionAttributeValues: values,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if got := readLock(t, s); got.Taken == nil || got.Taken.Why != failover.TakenFromEnded || got.Taken.Run != "a" {
		t.Errorf("its own: got %+v", got.Taken)
	}
	release010("SET #owner = :owner, run = :run, expires = :expires, epoch = :next, takenFrom = :from", item{
		":owner": text(run("c").ARN), ":run": text("c"), ":expires": text(formatTime(noon.Add(time.Hour))), ":next": number(3), ":from": text("b"),
	})
	want := Lock{Owner: run("c").ARN, Run: "c", Epoch: 3, Expires: noon.Add(time.Hour), Taken: &Taken{Run: "b", Why: failover.TakenByOperator}}
	if diff := cmp.Diff(want, readLock(t, s)); diff != "" {
		t.Errorf("taken over (-want +got):\n%s", diff)
	}
	release010("SET lastOwner = :owner REMOVE #owner, run, expires, takenFrom", item{":owner": text(run("c").ARN)})
	if diff := cmp.Diff(Lock{Epoch: 3, LastOwner: run("c").ARN}, readLock(t, s)); diff != "" {
		t.Errorf("released (-want +got):\n%s", diff)
	}
	if epoch := takeLock(t, s, run("d"), noon); epoch != 4 || readLock(t, s).Holder.ID != "d" {
		t.Errorf("taken again: epoch %d, %+v", epoch, readLock(t, s))
	}
}

// TestAnItemOfANewerFormatIsNamed, whatever it is.
func TestAnItemOfANewerFormatIsNamed(t *testing.T) {
	s := newStore(t)
	if _, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{application("shop", 1)}, noon); err != nil {
		t.Fatal(err)
	}
	takeLock(t, s, run("a"), noon)
	if err := s.PutRun(ctx, RunRecord{Run: run("a"), ClosedAt: noon}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutApproval(ctx, Approval{Run: "a", Token: "t", Region: east, Asked: noon, Until: noon}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutDrill(ctx, failover.PastDrill{Run: "a", StartedAt: noon}, failover.Format); err != nil {
		t.Fatal(err)
	}
	for partition, read := range map[string]func() error{
		lockPartition: func() error { _, err := s.Lock(ctx); return err },
		applicationsPartition: func() error { // one failed part, and no reason not to read the others
			apps, err := s.Applications(ctx)
			if err == nil && strings.Contains(apps[0].Broken, "format") {
				return failover.Fail(failover.UnknownFormat, errors.New(apps[0].Broken))
			}
			return err
		},
		runsPartition:      func() error { _, err := s.Runs(ctx, 1); return err },
		approvalsPartition: func() error { _, err := s.Approvals(ctx, "a"); return err },
		drillsPartition:    func() error { _, err := s.Drills(ctx, "", 1); return err },
	} {
		items, err := s.query(ctx, partition, "", 0)
		if err != nil || len(items) != 1 || items[0][formatAttribute] == nil {
			t.Fatalf("%s: %d items, %v; want one that says its format", partition, len(items), err)
		}
		if err := read(); err != nil {
			t.Errorf("%s: %v", partition, err)
		}
		items[0][formatAttribute] = number(failover.Format + 1)
		if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: items[0]}); err != nil {
			t.Fatal(err)
		}
		if err, f := read(), (*failover.Failure)(nil); !errors.As(err, &f) || f.Condition != failover.UnknownFormat {
			t.Errorf("%s of a newer format: got %v; want %s", partition, err, failover.UnknownFormat)
		}
	}
}

// TestSwitchesArePublishedWithTheRelease: they leave the time alone from which the release counts, and there are none before it.
func TestSwitchesArePublishedWithTheRelease(t *testing.T) {
	s := newStore(t)
	switches := []failover.Switch{{Name: "default", Lever: failover.EndpointLever}, {Name: "batch", Lever: failover.MetricLever}}
	if err := s.PublishPlan(ctx, east, planWith(switches)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Releases(ctx); len(got) > 0 || err != nil {
		t.Errorf("before the release: got %+v, %v; want nothing", got, err)
	}
	publish(t, s, 2, noon, east, west)
	for range 2 {
		if err := s.PublishPlan(ctx, east, planWith(switches)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Releases(ctx)
	want := Releases{east: {Region: east, Version: "0.9", Format: 2, Since: noon, Switches: switches, PlanText: got[east].PlanText}, west: {Region: west, Version: "0.9", Format: 2, Since: noon}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if err := s.PublishPlan(ctx, east, planWith(nil)); err != nil {
		t.Fatal(err)
	}
	if got, err = s.Releases(ctx); len(got[east].Switches) > 0 || err != nil {
		t.Errorf("without switches: got %#v, %v; want none", got[east].Switches, err)
	}
}

func planWith(switches []failover.Switch) failover.Plan {
	plan := failover.DefaultPlan()
	plan.Switches = switches
	return plan
}

func TestAPlanIsPublishedWithTheRelease(t *testing.T) {
	s := newStore(t)
	plan := failover.DefaultPlan()
	plan.Name, plan.MayLoosen = "shop", []string{}
	if err := s.PublishPlan(ctx, east, plan); err != nil { // it has no release there
		t.Fatal(err)
	}
	if got, err := s.Releases(ctx); err != nil || len(got) > 0 {
		t.Fatalf("%v %v; want nothing", got, err)
	}
	publish(t, s, 2, noon, east)
	if got, _ := s.Releases(ctx); len(got) != 1 {
		t.Fatalf("%v", got)
	} else if _, ok := got[east].Plan(); ok {
		t.Error("a plan is published")
	}
	for _, attempts := range []int{7, 8, 8} {
		plan.Attempts = attempts
		if err := s.PublishPlan(ctx, east, plan); err != nil {
			t.Fatal(err)
		}
		got, err := s.Releases(ctx)
		if read, ok := got[east].Plan(); err != nil || !ok {
			t.Fatalf("%+v %v", got, err)
		} else if diff := cmp.Diff(plan, read); diff != "" {
			t.Errorf("(-published +read):\n%s", diff)
		}
	}
}

func TestAPlanOfANewerReleaseIsRead(t *testing.T) {
	plan, ok := Release{PlanText: `{"name": "shop", "primary": "eu-west-1", "standby": "eu-central-1", "colour": "red"}`}.Plan()
	if !ok || plan.Name != "shop" || plan.Standby != "eu-central-1" {
		t.Errorf("%v %+v", ok, plan)
	}
	if _, ok := (Release{PlanText: `{"name": 1}`}).Plan(); ok {
		t.Error("what is no plan is read as one")
	}
}
