package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
)

// Approval is a run's question whether it may go on. It is kept so that whoever may answer needs nothing but the run's
// name, whichever way the answer is given.
type Approval struct {
	// Run is the run's id.
	Run string
	// Token is the task token that an answer must give. It is known in Region alone.
	Token string
	// Region is the Region that the run is executed in, and that must be answered.
	Region failover.Region
	// Gate says what is asked for, such as before-promotion.
	Gate string
	// Asked is when the run began to wait, Until when it stops and takes no answer for a no.
	Asked, Until time.Time
	// Told says that the message with the question was published, Over that the run waits no more because it has ended.
	Told, Over bool
}

// PutApproval writes a run's question, over an earlier one of the same run: every question has a token of its own, and
// only the last one can be answered. An earlier one that comes late stays unwritten. Writing again changes nothing.
func (s *Store) PutApproval(ctx context.Context, a Approval) error {
	it := key(approvalsPartition, a.Run)
	for name, value := range map[string]string{
		"token": a.Token, "region": string(a.Region), "gate": a.Gate, "asked": formatTime(a.Asked), "until": formatTime(a.Until),
	} {
		it[name] = text(value)
	}
	for name, is := range map[string]bool{"told": a.Told, "over": a.Over} {
		if is {
			it[name] = text("yes")
		}
	}
	_, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.Table, Item: it,
		ConditionExpression:       aws.String("attribute_not_exists(asked) OR asked <= :asked"),
		ExpressionAttributeValues: item{":asked": it["asked"]},
	})
	if _, late := refusedBy(err); late {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write the approval that run %s waits for: %w", a.Run, err)
	}
	return nil
}

// Approval returns what a run asked last. It returns [ErrNotAsked] when the run does not wait for an approval.
func (s *Store) Approval(ctx context.Context, run string) (Approval, error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table, Key: key(approvalsPartition, run), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Approval{}, fmt.Errorf("read the approval that run %s waits for: %w", run, err)
	}
	if len(out.Item) == 0 {
		return Approval{}, fmt.Errorf("run %s: %w", run, ErrNotAsked)
	}
	r := &reader{item: out.Item}
	a := Approval{
		Run: run, Token: r.text("token"), Region: failover.Region(r.text("region")), Gate: r.text("gate"),
		Asked: r.time("asked"), Until: r.time("until"), Told: r.has("told"), Over: r.has("over"),
	}
	return a, r.err
}

// EndApproval says of what a run asked last that nobody waits for an answer any more. It is kept, because a late
// repetition of the question must not ask people about a run that is over. A run that never asked has nothing to end.
func (s *Store) EndApproval(ctx context.Context, run string) error {
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.Table, Key: key(approvalsPartition, run),
		UpdateExpression:          aws.String("SET #over = :yes"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeNames:  map[string]string{"#over": "over"},
		ExpressionAttributeValues: item{":yes": text("yes")},
	})
	if _, neverAsked := refusedBy(err); neverAsked {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end the approval that run %s waited for: %w", run, err)
	}
	return nil
}
