package registry

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/registrytest"
)

// counting counts the writes by partition key, and the queries.
type counting struct {
	Client
	writes  map[string]int
	queries int
}

func (c *counting) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	c.writes[in.Item["pk"].(*types.AttributeValueMemberS).Value]++
	return c.Client.PutItem(ctx, in, opts...)
}

func (c *counting) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	c.writes[in.Key["pk"].(*types.AttributeValueMemberS).Value]++
	return c.Client.UpdateItem(ctx, in, opts...)
}

func (c *counting) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.queries++
	return c.Client.Query(ctx, in, opts...)
}

func numbered(from, to, wave int) []failover.Application {
	var apps []failover.Application
	for i := from; i < to; i++ {
		apps = append(apps, registrytest.Filled(failover.Application{Name: fmt.Sprintf("app-%05d", i), Wave: wave}))
	}
	return apps
}

func namesOf(apps []failover.Application) []string {
	var names []string
	for _, app := range apps {
		names = append(names, fmt.Sprintf("%d %s", app.Wave, app.Name))
	}
	return names
}

func registerAll(t *testing.T, s *Store, apps []failover.Application) {
	t.Helper()
	publish(t, s, failover.Format, noon.Add(-time.Hour), east, west)
	if _, err := s.Register(ctx, failover.DefaultPlan(), apps, noon); err != nil {
		t.Fatal(err)
	}
}

// TestALargeWaveIsSpreadOverPartitionKeys, both when it is registered and when a run writes it, and read in one order.
func TestALargeWaveIsSpreadOverPartitionKeys(t *testing.T) {
	s := newStore(t)
	c := &counting{Client: s.Client, writes: map[string]int{}}
	s.Client = c
	apps := numbered(0, fewInWave+100, 1)
	registerAll(t, s, apps)
	wave, err := s.Wave(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(namesOf(apps), namesOf(wave)); diff != "" {
		t.Errorf("wave 1 (-want +got):\n%s", diff)
	}
	for _, app := range wave {
		live := failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 1, Changed: noon}
		if changed, err := s.SetLive(ctx, app, live); err != nil || !changed {
			t.Fatalf("%s: %v, %v", app.Name, changed, err)
		}
	}
	for shard := range shards {
		// Each application was put once and updated once.
		if n := c.writes[partitionOf(shard)]; n < 2*len(apps)/shards/2 || n > 2*len(apps)/shards*2 {
			t.Errorf("%d writes under %s; want about %d", n, partitionOf(shard), 2*len(apps)/shards)
		}
	}
	registerAll(t, s, apps)
	if again, err := s.Applications(ctx); err != nil || again[0].Live.Active != west || len(again) != len(apps) {
		t.Errorf("registered again: %d applications, %v; want the same %d as the run has left them", len(again), err, len(apps))
	}
}

// TestAWaveThatGrowsKeepsItsApplicationsWhereTheyAre: only those that come later are spread.
func TestAWaveThatGrowsKeepsItsApplicationsWhereTheyAre(t *testing.T) {
	s := newStore(t)
	c := &counting{Client: s.Client, writes: map[string]int{}}
	s.Client = c
	first, second := numbered(0, fewInWave, 1), numbered(fewInWave, fewInWave+20, 1)
	registerAll(t, s, first)
	c.queries = 0
	if _, err := s.Wave(ctx, 1); err != nil || c.queries != 1 || c.writes[applicationsPartition] != fewInWave {
		t.Errorf("%d applications: %v, %d queries, %v writes; want one query and one partition key", fewInWave, err, c.queries, c.writes)
	}
	registerAll(t, s, second)
	registerAll(t, s, numbered(10, 11, 2)) // one of the first, to another wave
	registerAll(t, s, numbered(fewInWave, fewInWave+1, 2))
	c.queries = 0
	all, err := s.Applications(ctx)
	if err != nil || c.queries != shards {
		t.Errorf("%v after %d queries; want %d", err, c.queries, shards)
	}
	want := namesOf(append(numbered(0, 10, 1), numbered(11, fewInWave, 1)...))
	want = append(want, namesOf(numbered(fewInWave+1, fewInWave+20, 1))...)
	want = append(want, namesOf(append(numbered(10, 11, 2), numbered(fewInWave, fewInWave+1, 2)...))...)
	if diff := cmp.Diff(want, namesOf(all)); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

// TestALargeWaveThatAnEarlierReleaseHasRegisteredStaysWhereItIs: release 0.1.0 reads one partition key, and nothing new is there.
func TestALargeWaveThatAnEarlierReleaseHasRegisteredStaysWhereItIs(t *testing.T) {
	s := newStore(t)
	c := &counting{Client: s.Client, writes: map[string]int{}}
	s.Client = c
	apps := numbered(0, fewInWave+1, 1)
	for from := 0; from < len(apps); from += fewInWave { // the wave is small each time
		registerAll(t, s, numbered(from, min(from+fewInWave, len(apps)), 2+from/fewInWave))
	}
	all, err := s.Applications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range all {
		if err := s.remove(ctx, app); err != nil {
			t.Fatal(err)
		}
		app.Wave = 1
		if err := s.put(ctx, app, failover.Live{}); err != nil {
			t.Fatal(err)
		}
	}
	registerAll(t, s, apps)
	c.queries = 0
	if again, err := s.Wave(ctx, 1); err != nil || len(again) != len(apps) || c.queries != 1 {
		t.Errorf("%d applications, %v, after %d queries; want %d after one", len(again), err, c.queries, len(apps))
	}
}

// TestTenThousandNamesAreSpreadEvenly: no partition key gets more than a second and a half of 1,000 writes a second.
func TestTenThousandNamesAreSpreadEvenly(t *testing.T) {
	counts := map[int]int{}
	for _, app := range numbered(0, 10_000, 1) {
		counts[shardOf(app.Name)]++
	}
	for shard := range shards {
		if n := counts[shard]; n < 1000 || n > 1500 {
			t.Errorf("%d of 10,000 in shard %d; want 1,000 to 1,500", n, shard)
		}
	}
}

// TestABrokenApplicationIsReplacedWhereItLies: in its own partition of a large wave, and not beside it in another one.
func TestABrokenApplicationIsReplacedWhereItLies(t *testing.T) {
	s := newStore(t)
	mark := markKey(1)
	mark[formatAttribute] = thisFormat()
	broken := application("checkout", 1)
	broken.Shard = 3
	it, err := encodeApplication(broken)
	if err != nil {
		t.Fatal(err)
	}
	it["config"] = text("{")
	for _, i := range []item{mark, it} {
		if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: i}); err != nil {
			t.Fatal(err)
		}
	}
	if got := applications(t, s); len(got) != 1 || got[0].Broken == "" {
		t.Fatalf("got %+v; want one that is broken", got)
	}
	register(t, s, application("checkout", 1))
	if got := applications(t, s); len(got) != 1 || got[0].Broken != "" || got[0].Shard != 3 {
		t.Errorf("got %+v; want one, whole, in the same partition", got)
	}
}
