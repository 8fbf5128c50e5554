package registry

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/altered"
)

// TestAnItemThatLacksAnAttributeIsNamed, or reads as one of the kind that has none of it: those are listed. Nothing that is missing
// reads as an empty value in silence.
func TestAnItemThatLacksAnAttributeIsNamed(t *testing.T) {
	asked := approval("run-1", "token", noon)
	asked.Execution, asked.Phase, asked.Digest, asked.Configuration, asked.Notified, asked.Over = "arn:x", failover.Outbound, "d", "c", true, true
	for _, c := range []struct {
		key item
		// write writes the item, read reads it.
		write func(*Store) error
		read  func(*Store) (any, error)
		// without are the attributes that an item may lack: an older release does not write them, or they are of some items alone.
		without []string
	}{
		{key(approvalsPartition, ApprovalSortKey("run-1", west)), func(s *Store) error { return s.PutApproval(ctx, asked) },
			func(s *Store) (any, error) { return s.Approval(ctx, "run-1", west) },
			[]string{"configuration", "digest", "itemFormat", "over", "region", failover.OldName("notified")}},
		{key(switchesPartition, "default"), func(s *Store) error {
			state := SwitchState{Evacuated: east, Epoch: 3, Run: "run-1", At: noon, Over: true, Pulled: east, LeverAt: noon}
			if _, err := s.WriteSwitch(ctx, "default", state); err != nil {
				return err
			}
			return s.ConfirmLever(ctx, "default", state)
		}, func(s *Store) (any, error) { return s.Switch(ctx, "default") }, []string{"itemFormat", "over", "pulled"}},
		{key(switchChecksPartition, "default#us-east-1"), func(s *Store) error {
			return s.PublishSwitchCheck(ctx, SwitchCheck{Switch: "default", Region: east, ID: "a"})
		}, func(s *Store) (any, error) { return s.PublishedChecks(ctx) }, []string{"itemFormat", "replaced"}},
		{key(versionsPartition, string(east)), func(s *Store) error {
			if err := s.PublishRelease(ctx, Release{Region: east, Version: "1", Format: 2, Since: noon}); err != nil {
				return err
			}
			return s.PublishPlan(ctx, east, failover.DefaultPlan())
		}, func(s *Store) (any, error) { return s.Releases(ctx) }, []string{"plan", "switches"}},
		{key(lockPartition, lockPartition), func(s *Store) error {
			if _, err := s.TakeLock(ctx, run("run-0"), noon, noon.Add(time.Minute)); err != nil {
				return err
			}
			before, err := s.Lock(ctx)
			if err != nil {
				return err
			}
			_, err = s.TakeOver(ctx, run("run-1"), before, failover.TakenByOperator, noon, noon.Add(time.Minute))
			return err
		}, func(s *Store) (any, error) { return s.Lock(ctx) }, []string{"epoch", "holder", "itemFormat", "owner", "renewed", "taken", "takenFrom"}},
		{key(runsPartition, "2026-01-31T12:00:00.000Z#run-1#us-west-2"), func(s *Store) error { return s.PutRun(ctx, record("run-1", noon)) },
			func(s *Store) (any, error) { return s.Runs(ctx, 1) }, []string{"itemFormat"}},
		{key(drillsPartition, "2026-01-31T12:00:00.000Z#run-1"), func(s *Store) error { return s.PutDrill(ctx, pastDrill("run-1", noon), failover.Format) },
			func(s *Store) (any, error) { return s.Drills(ctx, "", 1) }, []string{"itemFormat"}},
		{starterKey("run-1", west, []byte("{}")), func(s *Store) error { return s.PutStarter(ctx, "run-1", west, []byte("{}"), "arn:me") },
			func(s *Store) (any, error) { return s.Starter(ctx, "run-1", west, []byte("{}")) }, []string{"itemFormat"}},
	} {
		s := newStore(t)
		if err := c.write(s); err != nil {
			t.Fatal(err)
		}
		out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Table, Key: c.key, ConsistentRead: aws.Bool(true)})
		if err != nil || len(out.Item) == 0 {
			t.Fatalf("%s: %v, %v", describeKey(c.key), out, err)
		}
		var without []string
		for _, name := range slices.Sorted(maps.Keys(out.Item)) {
			if name == "pk" || name == "sk" {
				continue
			}
			lacks := maps.Clone(out.Item)
			delete(lacks, name)
			if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: lacks}); err != nil {
				t.Fatal(err)
			}
			if _, err := c.read(s); err == nil {
				without = append(without, name)
			}
		}
		if diff := cmp.Diff(c.without, without); diff != "" {
			t.Errorf("%s may lack (-want +got):\n%s", describeKey(c.key), diff)
		}
	}
}

// TestARunIsServedByTheseFieldsOfTheLock, and over by these.
func TestARunIsServedByTheseFieldsOfTheLock(t *testing.T) {
	mine := run("run-7")
	mine.Epoch = 7
	serves := func(l Lock) bool { return l.Serves(mine) }
	for _, c := range []struct {
		name string
		lock Lock
		want []string
	}{
		{"its own", Lock{Owner: mine.ARN, Epoch: 7, LastOwner: "arn:before"}, []string{"Epoch", "Owner"}},
		{"released by another run", Lock{Epoch: 7, LastOwner: "arn:other"}, []string{"Epoch", "Owner"}},
		{"released by itself", Lock{Epoch: 7, LastOwner: mine.ARN}, []string{"LastOwner"}},
		{"with the epoch before", Lock{Epoch: 6, Owner: "arn:other"}, []string{"Epoch"}},
		{"of no epoch", Lock{}, []string{"Barred", "Epoch"}},
	} {
		if diff := cmp.Diff(c.want, altered.Deciding(c.lock, serves)); diff != "" {
			t.Errorf("a lock %s: whether it serves depends on (-want +got):\n%s", c.name, diff)
		}
	}
	over := func(l Lock) bool { return l.over(mine.ARN) }
	for _, c := range []struct {
		lock Lock
		want []string
	}{
		{Lock{LastOwner: mine.ARN}, []string{"LastOwner"}}, {Lock{Barred: []string{"arn:other", mine.ARN}}, []string{"Barred", "Barred[1]"}},
		{Lock{Barred: []string{mine.ARN, "arn:other"}}, []string{"Barred[0]"}}, {Lock{Owner: mine.ARN, LastOwner: mine.ARN}, []string{"Owner"}},
	} {
		if diff := cmp.Diff(c.want, altered.Deciding(c.lock, over)); diff != "" {
			t.Errorf("%+v: whether the run is over depends on (-want +got):\n%s", c.lock, diff)
		}
	}
	held := func(l Lock) bool { return l.Held(noon) }
	if got := altered.Deciding(Lock{Owner: "arn:x", Run: "x", Expires: noon}, held); !slices.Equal(got, []string{"Expires"}) || held(Lock{Owner: "arn:x", Expires: noon}) {
		t.Errorf("a lock whose lease ends now is held: that depends on %v", got)
	}
}

// TestTheItemThatARunWroteLastCounts when an application is in two waves, whichever of them it is, and whether it was written by a
// newer run or by a later stage of the same one.
func TestTheItemThatARunWroteLastCounts(t *testing.T) {
	one, two := application("checkout", 1), application("checkout", 2)
	older, newer := live(5, 1, 50), live(5, 2, 100)
	for _, in := range []map[int]failover.Live{{1: older, 2: newer}, {1: newer, 2: older}} {
		for _, to := range []failover.Application{one, two} {
			from := two
			if to.Wave == 2 {
				from = one
			}
			s := interruptedMove(t, from, to)
			setLive(t, s, one, in[1])
			setLive(t, s, two, in[2])
			register(t, s, to)
			got := applications(t, s)
			if len(got) != 2 || got[0].Wave != to.Wave || got[0].Live.Stage != 2 || got[0].Live.Active != west {
				t.Errorf("stage %d in wave 1, moved to wave %d: %v, %+v; want what stage 2 wrote", in[1].Stage, to.Wave, names(got), got[0].Live)
			}
		}
	}
}
