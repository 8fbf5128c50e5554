package live

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/hostile"
	"github.com/drover-dr/drover/internal/untrusted/shelltest"
)

// Whatever stands in a zone or in the registry, a command is one call of aws, and the value is one of its words.
func TestNoValueBecomesACommand(t *testing.T) {
	now := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	for _, text := range shelltest.Hostile {
		var r failover.Record
		hostile.FillWith(&r, text)
		var rule failover.HealthRule
		hostile.FillWith(&rule, text)
		set := RecordSet{Identifier: text, Weight: 7, TTL: 60, Values: []string{text}, Alias: r.Endpoints[failover.Region(text)].Alias, HealthCheck: text}
		whole := types.ResourceRecordSet{Name: &text, Type: types.RRType(text), TTL: aws.Int64(60), ResourceRecords: []types.ResourceRecord{{Value: &text}}}
		sets := RecordSets{sets: map[name][]RecordSet{nameOf(r): {{Weight: -1, Whole: &whole}}}}
		answering := r // with the endpoint that the zone's record set has
		answering.Endpoints = map[failover.Region]failover.Endpoint{failover.Region(text): {Values: []string{text}}}
		sets.sets[nameOf(r)][0].Values = []string{text}
		for what, command := range map[string]string{
			"metric": Reading{Rule: rule, Region: failover.Region(text)}.Command(now), "lag": ReplicationLag{Cluster: text}.Command(failover.Region(text), now),
			"record": RecordCommand(r), "delete": deleteCommand(text, whole), "withdraw": WithdrawCommand(r, set), "mend": sets.MendCommand(answering, nil),
		} {
			calls := shelltest.Words(t, command)
			if len(calls) != 1 || calls[0][0] != "aws" {
				t.Errorf("%s: %s becomes %q; want one call of aws", what, command, calls)
				continue
			}
			holds := func(word string) bool { return word == text || holdsText(word, text) }
			if !slices.ContainsFunc(calls[0], holds) && !strings.Contains(what, "record") {
				t.Errorf("%s: %s has no word with %q: %q", what, command, text, calls[0])
			}
		}
	}
}

// holdsText says whether a word is JSON with the text in it.
func holdsText(word, text string) bool {
	var v any
	quoted, _ := json.Marshal(text)
	return json.Unmarshal([]byte(word), &v) == nil && strings.Contains(word, string(quoted))
}
