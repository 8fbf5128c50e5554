package validate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// answered are the shares of users by what a name answers with.
func answered(s *scene) map[string]float64 {
	shares, sum := map[string]float64{}, 0.0
	var sets []fakeaws.RecordSet
	for _, set := range s.world.RecordSets("Z1") {
		if set.Name == www && set.Type == "A" {
			sets = append(sets, set)
			sum += float64(set.Weight)
		}
	}
	for _, set := range sets {
		switch value := strings.Join(set.Values, " "); {
		case sum == 0:
			shares[value] += 1 / float64(len(sets))
		case set.Weight > 0:
			shares[value] += float64(set.Weight) / sum
		}
	}
	return shares
}

// TestNoCommandMovesUsers: whatever the record sets are, a batch that a check shows changes no answer of Route 53. Which Region can
// serve users, no check of record sets knows.
func TestNoCommandMovesUsers(t *testing.T) {
	weighted := func(id, value string, weight int) fakeaws.RecordSet {
		return fakeaws.RecordSet{Name: www, Type: "A", SetIdentifier: id, Weight: weight, TTL: 60, Values: []string{value}}
	}
	simple := func(values ...string) fakeaws.RecordSet {
		return fakeaws.RecordSet{Name: www, Type: "A", TTL: 60, Values: values}
	}
	const eastern, western = "192.0.2.10", "192.0.2.20"
	shown := 0
	for _, sets := range [][]fakeaws.RecordSet{
		{simple(eastern)},
		{simple(western)},
		{simple("203.0.113.1")},
		{simple(eastern, western)},
		{weighted("us-east-1", eastern, 100)},
		{weighted("us-east-1", eastern, 0)},
		{weighted("us-west-2", western, 1)},
		{weighted("us-west-2", western, 0)},
		{weighted("us-east-1", western, 7)},
		{weighted("us-east-1", eastern, 0), weighted("us-west-2", western, 0)},
		{weighted("us-east-1", eastern, 50), weighted("us-west-2", western, 50)},
		{weighted("us-east-1", eastern, 3), weighted("us-west-2", western, 2)},
		{weighted("us-east-1", eastern, 255), weighted("us-west-2", western, 0)},
		{weighted("us-east-1", "203.0.113.1", 100), weighted("us-west-2", western, 0)},
		{weighted("us-east-1", eastern, 100), weighted("us-west-2", western, 0), weighted("blue", western, 9)},
		{weighted("blue", eastern, 1), weighted("dr", western, 0)},
		{{Name: www, Type: "A", SetIdentifier: "us-east-1", Latency: "us-east-1", TTL: 60, Values: []string{eastern}}},
		{{Name: www, Type: "A", SetIdentifier: "a", Failover: "PRIMARY", TTL: 60, Values: []string{western}}},
	} {
		s := newScene(t, shop())
		without(s, www)
		put(sets...)(s)
		before := answered(s)
		for _, f := range s.validate(`{"action": "check"}`).Findings {
			_, text, changes := strings.Cut(f.Command, "aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch ")
			if !changes {
				continue
			}
			shown++
			var batch types.ChangeBatch
			must(t, json.Unmarshal([]byte(strings.Trim(text, "'")), &batch))
			s.change(batch.Changes...)
		}
		after := answered(s)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%+v: answers (-before +after):\n%s", sets, diff)
		}
	}
	if shown < 5 {
		t.Errorf("%d batches were shown; want some", shown)
	}
}
