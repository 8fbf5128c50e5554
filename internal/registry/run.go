package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
)

// RunRecord is what the registry keeps of a run that took the lock.
type RunRecord struct {
	Run     failover.Run     `json:"run"`
	Outcome failover.Outcome `json:"outcome"`
	Reasons []string         `json:"reasons,omitempty"`
	// Failure is the step that failed for good, if one did.
	Failure  *failover.StepFailure `json:"failure,omitempty"`
	ClosedAt time.Time             `json:"closedAt"`
	// ClosedBy is the run that has closed this one, whose execution had ended; empty for a run that has closed itself.
	ClosedBy string `json:"closedBy,omitempty"`
}

// PutRun writes a run. What was written first stays: writing again changes nothing.
func (s *Store) PutRun(ctx context.Context, record RunRecord) error {
	out, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode run %s: %w", record.Run.ID, err)
	}
	it := runKey(record.Run)
	it["record"], it[formatAttribute] = text(string(failover.Encoded(out, record.Run.Writes))), thisFormat()
	_, err = s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.Table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	if _, there := refusedBy(err); there {
		return nil
	}
	if err != nil {
		return failover.Doing("write", "run "+record.Run.ID, err)
	}
	return nil
}

func runKey(run failover.Run) item {
	return key(runsPartition, formatTime(run.StartedAt)+"#"+run.ID+"#"+string(run.Region()))
}

// Closed says whether a run has been closed, as its record says, which no other run writes. The lock may have forgotten it: it
// remembers the run that released it last, and where two Regions have given the same epoch away, or could not see each other, the
// younger write replaces what the other one says. A record that cannot be read stops no run: then the lock alone decides.
func (s *Store) Closed(ctx context.Context, run failover.Run) bool {
	ctx, cancel := context.WithTimeout(ctx, RenewTimeout)
	defer cancel()
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Table, Key: runKey(run), ConsistentRead: aws.Bool(true)})
	return err == nil && len(out.Item) > 0
}

// Runs returns the latest runs, newest first, at most limit of them; a limit of 0 or less returns none.
func (s *Store) Runs(ctx context.Context, limit int) ([]RunRecord, error) {
	if limit <= 0 {
		return nil, nil
	}
	items, err := s.query(ctx, runsPartition, "", limit)
	if err != nil {
		return nil, err
	}
	records := make([]RunRecord, len(items))
	for i, it := range items {
		r := &reader{item: it}
		r.format()
		if r.json("record", &records[i]); r.err != nil {
			return nil, fmt.Errorf("table %s: %w", s.Table, r.err)
		}
	}
	return records, nil
}
