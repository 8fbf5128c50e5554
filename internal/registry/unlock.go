package registry

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
)

// ReleaseLock releases the lock if owner, the ARN of an execution, holds it; the lock of another run stays as it is. Afterwards this
// owner cannot take it any more, even if it never had it: a Validate whose answer came too late to be heard must not lock what no
// run would release. Releasing again changes nothing.
func (s *Store) ReleaseLock(ctx context.Context, owner string) error {
	return s.release(ctx, owner, "", item{":owner": text(owner)})
}

// GiveLockBack releases the lock as [Store.ReleaseLock] does, unless a later step of the owner has renewed it since the given time:
// then its first step, which took it, is repeated late, and the run is in progress.
func (s *Store) GiveLockBack(ctx context.Context, owner string, taken time.Time) error {
	return s.release(ctx, owner, " AND (attribute_not_exists(renewed) OR renewed <= :taken)", item{":owner": text(owner), ":taken": text(formatTime(taken))})
}

func (s *Store) release(ctx context.Context, owner, also string, values item) error {
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &s.Table,
		Key:                                 key(lockPartition, lockPartition),
		UpdateExpression:                    aws.String("SET lastOwner = :owner REMOVE #owner, run, expires, renewed, takenFrom, taken"),
		ConditionExpression:                 aws.String("#owner = :owner" + also),
		ExpressionAttributeNames:            lockNames,
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if found, other := refusedBy(err); other {
		return s.bar(ctx, owner, found)
	}
	if err != nil {
		return failover.Doing("release", "the lock of table "+s.Table, err)
	}
	return nil
}

// maxBarred is how many executions the lock remembers that have ended without it.
const maxBarred = 8

// bar keeps an execution that does not hold the lock from taking it. The execution that released it last stays what it is: a late
// repetition of its steps is known by that. When two end at the same moment, one of them is not remembered.
func (s *Store) bar(ctx context.Context, owner string, found item) error {
	lock, err := decodeLock(found)
	if err != nil || lock.Owner == owner || lock.over(owner) {
		return err
	}
	barred, same, values := append(slices.Clone(lock.Barred), owner), "attribute_not_exists(barred)", item{}
	if len(lock.Barred) > 0 {
		same, values[":before"] = "barred = :before", list(lock.Barred)
	}
	values[":owner"], values[":barred"] = text(owner), list(barred[max(0, len(barred)-maxBarred):])
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       key(lockPartition, lockPartition),
		UpdateExpression:          aws.String("SET barred = :barred"),
		ConditionExpression:       aws.String("(attribute_not_exists(#owner) OR #owner <> :owner) AND " + same),
		ExpressionAttributeNames:  lockNames,
		ExpressionAttributeValues: values,
	})
	if _, other := refusedBy(err); other {
		return nil
	}
	if err != nil {
		return failover.Doing("close", "the lock of table "+s.Table+" for "+owner, err)
	}
	return nil
}
