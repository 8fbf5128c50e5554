package registry

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
)

// A partition key takes 1,000 write units a second, and a run writes every application of a wave at once. So the
// applications of a large wave lie under several partition keys. A wave that was small when they were registered keeps
// those where they are; the ones that come later are spread.
const (
	// fewInWave is up to how many applications of a wave share one partition key.
	fewInWave = 500
	// shards is how many partition keys the applications of a larger wave have: 10,000 of them, of 1 KB each, can be
	// written in a second and a half.
	shards = 8
)

// partitionOf is the partition key of a shard.
func partitionOf(shard int) string {
	if shard == 0 {
		return applicationsPartition
	}
	return fmt.Sprintf("%s#%d", applicationsPartition, shard)
}

// shardOf is where a new application of a large wave goes, by its name alone.
func shardOf(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int(h.Sum32() % shards)
}

// shardIn is the shard that an item lies in.
func shardIn(partition string) int {
	_, text, _ := strings.Cut(partition, "#")
	n, _ := strconv.Atoi(text)
	return n
}

// markKey is the item that says that a wave is spread. It lies where the applications of a small wave do, before them, so
// that reading the wave finds it.
func markKey(wave int) item { return key(applicationsPartition, wavePrefix(wave)) }

func isMark(it item) bool {
	r := &reader{item: it}
	return strings.HasSuffix(r.text("sk"), "#")
}

// applicationItems returns the items of applications whose sort key begins with prefix. It is one query, and when one of
// the waves is spread, one more for each shard.
func (s *Store) applicationItems(ctx context.Context, prefix string) ([]item, error) {
	items, err := s.query(ctx, applicationsPartition, prefix, 0)
	if err != nil || !slices.ContainsFunc(items, isMark) {
		return items, err
	}
	items = slices.DeleteFunc(items, isMark)
	for shard := 1; shard < shards; shard++ {
		more, err := s.query(ctx, partitionOf(shard), prefix, 0)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	return items, nil
}

func byWaveAndName(a, b failover.Application) int {
	return cmp.Or(cmp.Compare(a.Wave, b.Wave), strings.Compare(a.Name, b.Name))
}

// maySpread says whether all functions read waves that are spread over several partition keys. Release 0.1.0 does not.
// Where nothing is registered and no run has taken the lock, the plan is new, and has never had that release.
func (s *Store) maySpread(ctx context.Context, plan failover.Plan, lock Lock, registered []failover.Application, now time.Time) (bool, error) {
	releases, err := s.Releases(ctx)
	if err != nil {
		return false, err
	}
	fresh := len(releases)+len(registered) == 0 && lock.Epoch == 0
	return fresh || releases.Writes(plan, now) >= spreadFormat, nil
}

// spreadFormat is the first format with waves that are spread.
const spreadFormat = 2

// spread marks the waves that are large once the applications are registered and that any of them is new in, and returns
// them.
func (s *Store) spread(ctx context.Context, registered, apps []failover.Application) (map[int]bool, error) {
	type place struct {
		name string
		wave int
	}
	there, waves := map[place]bool{}, map[string]int{}
	for _, app := range registered {
		there[place{app.Name, app.Wave}] = true
	}
	for _, app := range slices.Concat(registered, apps) {
		waves[app.Name] = app.Wave
	}
	sizes := map[int]int{}
	for _, wave := range waves {
		sizes[wave]++
	}
	large := map[int]bool{}
	for _, app := range apps {
		if sizes[app.Wave] <= fewInWave || large[app.Wave] || there[place{app.Name, app.Wave}] {
			continue
		}
		mark := markKey(app.Wave)
		mark[formatAttribute] = thisFormat()
		if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: mark}); err != nil {
			return nil, failover.Doing("spread", fmt.Sprintf("wave %d over %d partition keys", app.Wave, shards), err)
		}
		large[app.Wave] = true
	}
	return large, nil
}
