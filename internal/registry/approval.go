package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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
	// Region is the Region that the run is executed in, and that must be answered. It is read from the key.
	Region failover.Region
	// Gate says what is asked for, such as before-promotion.
	Gate string
	// Execution is the run's execution ARN, Phase and Stage are what else identifies the question, and Digest is its digest.
	// They are empty in what version 0.1.0 wrote.
	Execution string
	Phase     failover.Phase
	Stage     int
	Digest    string
	// Configuration is that of the run, which the digest covers. Empty in a run that an earlier release has started.
	Configuration string
	// Asked is when the run began to wait, Until when it stops and takes no answer for a no.
	Asked, Until time.Time
	// Try counts the tries to ask from 0: only the token of the last one can be answered.
	Try int64
	// Notified says that the message with the question was published, Over that the run waits no more because it has ended.
	Notified, Over bool
}

// Question is what identifies the question.
func (a Approval) Question() failover.Question {
	return failover.Question{Execution: a.Execution, Phase: a.Phase, Gate: failover.Approval(a.Gate), Stage: a.Stage, Configuration: a.Configuration}
}

// PutApproval writes a run's question, over an earlier one of the same run: every question has a token of its own, and
// only the last one can be answered. An earlier one that comes late stays unwritten. Writing again changes nothing.
func (s *Store) PutApproval(ctx context.Context, a Approval) error {
	it := approvalKey(a.Run, a.Region)
	for name, value := range map[string]string{
		"token": a.Token, "region": string(a.Region), "gate": a.Gate, "asked": formatTime(a.Asked), "until": formatTime(a.Until),
	} {
		it[name] = text(value)
	}
	if a.Digest != "" {
		it["execution"], it["phase"], it["digest"] = text(a.Execution), text(string(a.Phase)), text(a.Digest)
		it["stage"] = number(int64(a.Stage))
		if a.Configuration != "" {
			it["configuration"] = text(a.Configuration)
		}
	}
	it["tries"], it[formatAttribute] = number(a.Try), thisFormat()
	for name, is := range map[string]bool{failover.OldName("notified"): a.Notified, "over": a.Over} {
		if is {
			it[name] = text("yes")
		}
	}
	_, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.Table, Item: it,
		ConditionExpression:       aws.String("attribute_not_exists(asked) OR asked < :asked OR (asked = :asked AND tries <= :tries)"),
		ExpressionAttributeValues: item{":asked": it["asked"], ":tries": it["tries"]},
	})
	if _, late := refusedBy(err); late {
		return nil
	}
	if err != nil {
		return failover.Doing("write", fmt.Sprintf("the approval that run %s waits for", a.Run), err)
	}
	return nil
}

// approvalKey is that of what a run asked: a name is unique in one Region alone, and the token of a run in the other
// Region must not take the place of this one's.
func approvalKey(run string, region failover.Region) item {
	return key(approvalsPartition, ApprovalSortKey(run, region))
}

// ApprovalSortKey is the sort key of what a run asked, for an operator who reads it from the table.
func ApprovalSortKey(run string, region failover.Region) string { return run + "#" + string(region) }

// Approval returns what the run of a Region asked last. It returns [ErrNotAsked] when the run does not wait for an
// approval.
func (s *Store) Approval(ctx context.Context, run string, region failover.Region) (Approval, error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table, Key: approvalKey(run, region), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Approval{}, failover.Doing("read", fmt.Sprintf("the approval that run %s waits for", run), err)
	}
	if len(out.Item) == 0 {
		return Approval{}, fmt.Errorf("run %s in %s: %w", run, region, ErrNotAsked)
	}
	return decodeApproval(run, out.Item)
}

// Approvals returns what the runs of a name have asked last, in the order of their Regions: a name may be used in both.
// It returns [ErrNotAsked] when there is none.
func (s *Store) Approvals(ctx context.Context, run string) ([]Approval, error) {
	items, err := s.query(ctx, approvalsPartition, run+"#", 0)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("run %s: %w", run, ErrNotAsked)
	}
	all := make([]Approval, len(items))
	for i, it := range items {
		if all[i], err = decodeApproval(run, it); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Approval) int { return cmp.Compare(a.Region, b.Region) })
	return all, nil
}

func decodeApproval(run string, it item) (Approval, error) {
	r := &reader{item: it}
	region, _ := strings.CutPrefix(r.text("sk"), run+"#")
	r.format()
	a := Approval{
		Run: run, Token: r.text("token"), Region: failover.Region(region), Gate: r.text("gate"),
		Asked: r.time("asked"), Until: r.time("until"), Try: r.number("tries"), Notified: r.has(failover.OldName("notified")), Over: r.has("over"),
	}
	if r.has("digest") {
		a.Execution, a.Phase, a.Digest = r.text("execution"), failover.Phase(r.text("phase")), r.text("digest")
		a.Stage = int(r.number("stage"))
		if r.has("configuration") {
			a.Configuration = r.text("configuration")
		}
	}
	return a, r.err
}

// EndApproval notes that a run waits no longer for an answer to its last question. It is kept, because a late
// repetition of the question must not ask about a run that is over. A run that never asked has nothing to end.
func (s *Store) EndApproval(ctx context.Context, run string, region failover.Region) error {
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.Table, Key: approvalKey(run, region),
		UpdateExpression:          aws.String("SET #over = :yes"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeNames:  map[string]string{"#over": "over"},
		ExpressionAttributeValues: item{":yes": text("yes")},
	})
	if _, neverAsked := refusedBy(err); neverAsked {
		return nil
	}
	if err != nil {
		return failover.Doing("end", fmt.Sprintf("the approval that run %s waited for", run), err)
	}
	return nil
}
