package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
)

// RenewTimeout bounds a renewal: no user waits for a lock.
const RenewTimeout = 2 * time.Second

// RenewLock renews the run's lease of the lock until a time, and keeps with it what the run is by now. It does so only as
// long as the lock is the run's, or has an older epoch or none: then a run that is superseded, or has ended without the lock, has
// overwritten it from the other Region (see [Lock.Serves]), and it is put right. So it is when a run of the other Region that has
// taken the same epoch has released it.
//
// Its only error is [ErrOvertaken], when a newer epoch has been given away: the run changes nothing any more. A run that
// cannot renew its lease goes on, and what it changes is fenced. A renewal that comes late, after one of a later state,
// changes nothing.
func (s *Store) RenewLock(ctx context.Context, run failover.Run, now, until time.Time) error {
	holder, err := encodeRun(run)
	if err != nil || run.Epoch == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, RenewTimeout)
	defer cancel()
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &s.Table,
		Key:              key(lockPartition, lockPartition),
		UpdateExpression: aws.String("SET #owner = :owner, run = :run, epoch = :epoch, expires = :expires, renewed = :now, holder = :holder, itemFormat = :format"),
		ConditionExpression: aws.String("(epoch = :epoch AND #owner = :owner AND (attribute_not_exists(renewed) OR renewed <= :now))" +
			" OR (epoch < :epoch AND attribute_not_exists(barred))" +
			" OR (epoch = :epoch AND attribute_not_exists(#owner) AND lastOwner <> :owner AND (attribute_not_exists(barred) OR NOT contains(barred, :owner)))" +
			" OR ((epoch < :epoch OR attribute_not_exists(epoch)) AND attribute_exists(barred) AND NOT contains(barred, :owner))"),
		ExpressionAttributeNames: lockNames,
		ExpressionAttributeValues: item{
			":owner": text(run.ARN), ":run": text(run.ID), ":epoch": number(run.Epoch),
			":expires": text(formatTime(until)), ":now": text(formatTime(now)), ":holder": holder, ":format": thisFormat(),
		},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	found, refused := refusedBy(err)
	if !refused {
		return nil
	}
	if lock, err := decodeLock(found); err == nil {
		return lock.outranks(run)
	}
	return nil
}

// encodeRun is the attribute that keeps a run with its lock.
func encodeRun(run failover.Run) (types.AttributeValue, error) {
	out, err := json.Marshal(run)
	if err != nil {
		return nil, fmt.Errorf("encode run %s: %w", run.ID, err)
	}
	return text(string(out)), nil
}
