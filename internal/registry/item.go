package registry

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/drover-dr/drover/internal/failover"
)

// The partitions of the table.
const (
	applicationsPartition = "applications"
	lockPartition         = "lock"
	runsPartition         = "runs"
	approvalsPartition    = "approvals"
	drillsPartition       = "drills"
	startersPartition     = "starters"
	versionsPartition     = "versions"
	switchesPartition     = "switches"
	switchChecksPartition = "switchchecks"
)

// The partition keys of each kind of items, as patterns for dynamodb:LeadingKeys: policies grant one kind and no other.
var (
	ApplicationKeys = []string{applicationsPartition, applicationsPartition + "#*"}
	LockKeys        = []string{lockPartition}
	RunKeys         = []string{runsPartition}
	ApprovalKeys    = []string{approvalsPartition}
	DrillKeys       = []string{drillsPartition}
	StarterKeys     = []string{startersPartition}
	VersionKeys     = []string{versionsPartition}
	SwitchKeys      = []string{switchesPartition}
	SwitchCheckKeys = []string{switchChecksPartition}
)

// item is one item as DynamoDB has it. It is encoded here: there are few kinds, and the SDK's encoder by
// reflection would be linked into every Lambda for them.
type item map[string]types.AttributeValue

func key(partition, sort string) item { return item{"pk": text(partition), "sk": text(sort)} }

// formatAttribute says in which format an item was written, see [failover.Format]; one without it was written by release
// 0.1.0. What an older version writes into an item later leaves it as it is.
const formatAttribute = "itemFormat"

// thisFormat is its value.
func thisFormat() types.AttributeValue { return number(failover.Format) }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func list(texts []string) types.AttributeValue {
	l := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, s := range texts {
		l.Value = append(l.Value, text(s))
	}
	return l
}

// timeLayout has a fixed width and is always UTC, so that times compare as the strings that they are in the table.
const timeLayout = "2006-01-02T15:04:05.000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// reader takes attributes out of an item and keeps the first thing that was wrong, so that an item is read in a few
// lines and a damaged one is named.
type reader struct {
	item item
	err  error
}

// has says whether the item has the attribute; those that a kind of item may lack are asked for first.
func (r *reader) has(name string) bool { return r.item[name] != nil }

func (r *reader) text(name string) string {
	v, ok := r.item[name].(*types.AttributeValueMemberS)
	if !ok {
		r.wrong(name, "a string")
		return ""
	}
	return v.Value
}

func (r *reader) number(name string) int64 {
	n, err := parseNumber(r.item[name])
	if err != nil {
		r.wrong(name, "a whole number")
	}
	return n
}

// epoch reads the attribute epoch. One that no taking of the lock has had would make the next one overflow.
func (r *reader) epoch() int64 {
	n := r.number("epoch")
	if err := failover.CheckEpoch(n); err != nil {
		r.wrong("epoch", "0 to "+strconv.FormatInt(failover.MaxEpoch-1, 10)+", not "+strconv.FormatInt(n, 10))
		return 0
	}
	return n
}

func (r *reader) time(name string) time.Time {
	t, err := time.Parse(timeLayout, r.text(name))
	if err != nil {
		r.wrong(name, "a time like "+timeLayout)
	}
	return t
}

// format refuses an item of a newer version.
func (r *reader) format() {
	if !r.has(formatAttribute) {
		return
	}
	if err := failover.CheckFormat("item "+describeKey(r.item), int(r.number(formatAttribute))); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *reader) json(name string, into any) {
	if err := failover.Decode([]byte(r.text(name)), into); err != nil {
		r.wrong(name, "the JSON that drover wrote: "+err.Error())
	}
}

func (r *reader) numbers(name string) map[string]int64 {
	v, ok := r.item[name].(*types.AttributeValueMemberM)
	if !ok {
		r.wrong(name, "a map of numbers")
		return nil
	}
	numbers := make(map[string]int64, len(v.Value))
	for k, value := range v.Value {
		n, err := parseNumber(value)
		if err != nil {
			r.wrong(name, "a map of numbers")
		}
		numbers[k] = n
	}
	return numbers
}

func (r *reader) texts(name string) []string {
	v, ok := r.item[name].(*types.AttributeValueMemberL)
	if !ok {
		r.wrong(name, "a list of strings")
		return nil
	}
	var texts []string
	for _, value := range v.Value {
		s, ok := value.(*types.AttributeValueMemberS)
		if !ok {
			r.wrong(name, "a list of strings")
			return nil
		}
		texts = append(texts, s.Value)
	}
	return texts
}

func (r *reader) wrong(name, expected string) {
	if r.err == nil {
		r.err = fmt.Errorf("item %s: attribute %s: expected %s", describeKey(r.item), name, expected)
	}
}

func parseNumber(v types.AttributeValue) (int64, error) {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0, errors.New("not a number")
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

func describeKey(i item) string {
	parts := make([]string, 0, 2)
	for _, name := range []string{"pk", "sk"} {
		if v, ok := i[name].(*types.AttributeValueMemberS); ok {
			parts = append(parts, v.Value)
		}
	}
	return fmt.Sprint(parts)
}

// query returns all items of a partition whose sort key begins with prefix, page by page, in the order of the key.
// With a limit above 0 it returns at most so many, the last ones first.
func (s *Store) query(ctx context.Context, partition, prefix string, limit int) ([]item, error) {
	in := &dynamodb.QueryInput{
		TableName:                 &s.Table,
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(partition)},
	}
	if prefix != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :prefix)")
		in.ExpressionAttributeValues[":prefix"] = text(prefix)
	}
	if limit > 0 {
		in.ScanIndexForward = aws.Bool(false)
		in.Limit = aws.Int32(int32(limit))
	}
	var items []item
	for {
		page, err := s.Client.Query(ctx, in)
		if err != nil {
			return nil, failover.Doing("query", fmt.Sprintf("%s of table %s", partition, s.Table), err)
		}
		for _, i := range page.Items {
			items = append(items, i)
		}
		if limit > 0 && len(items) >= limit {
			return items[:limit], nil
		}
		if len(page.LastEvaluatedKey) == 0 {
			return items, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// refusedBy returns the item that was there when a write's condition was not met; it is empty when there was no
// item. Any other error is no refusal.
func refusedBy(err error) (item, bool) {
	var refused *types.ConditionalCheckFailedException
	if !errors.As(err, &refused) {
		return nil, false
	}
	return refused.Item, true
}
