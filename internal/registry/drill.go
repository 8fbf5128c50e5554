package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
)

// PutDrill keeps what a drill achieved, in a format that both Regions read ([failover.Run].Writes). What was written first
// stays: writing again changes nothing.
func (s *Store) PutDrill(ctx context.Context, drill failover.PastDrill, writes int) error {
	out, err := json.Marshal(drill)
	if err != nil {
		return fmt.Errorf("encode drill %s: %w", drill.Run, err)
	}
	it := key(drillsPartition, formatTime(drill.StartedAt)+"#"+drill.Run)
	it["record"], it[formatAttribute] = text(string(failover.Encoded(out, writes))), thisFormat()
	_, err = s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.Table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	if _, there := refusedBy(err); there {
		return nil
	}
	if err != nil {
		return failover.Doing("write", "drill "+drill.Run, err)
	}
	return nil
}

// Drills returns the latest drills but the one of the given run, newest first, at most limit of them.
func (s *Store) Drills(ctx context.Context, but string, limit int) ([]failover.PastDrill, error) {
	items, err := s.query(ctx, drillsPartition, "", limit+1)
	if err != nil {
		return nil, err
	}
	var drills []failover.PastDrill
	for _, it := range items {
		r := &reader{item: it}
		var drill failover.PastDrill
		r.format()
		if r.json("record", &drill); r.err != nil {
			return nil, fmt.Errorf("table %s: %w", s.Table, r.err)
		}
		if !r.has(formatAttribute) {
			drill.Phases = failover.PhasesFromFormat1(failover.Drill, drill.Phases)
		}
		if drill.Run != but && len(drills) < limit {
			drills = append(drills, drill)
		}
	}
	return drills, nil
}
