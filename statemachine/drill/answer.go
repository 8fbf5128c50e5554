package drill

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/drover-dr/drover/internal/approval"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// questionOf is the approval request of a run, nil when there is none.
func (p *performance) questionOf(ctx context.Context, number int) (*started, *registry.Approval, error) {
	run, err := p.run(number)
	if err != nil {
		return nil, nil, err
	}
	region := failover.Region(run.want.Region)
	asked, err := p.store(region).Approval(ctx, guarantee.NameIn(run.arn), region)
	if errors.Is(err, registry.ErrNotAsked) {
		return run, nil, nil
	}
	return run, &asked, err
}

// answer does what drover approve and drover reject do: it reads the request from the registry and answers its token.
func (p *performance) answer(ctx context.Context, x scenario.AnswerRun) error {
	run, asked, err := p.questionOf(ctx, x.Run)
	if err != nil {
		return err
	}
	if asked == nil {
		p.say("run", transcript.Bad, "%s cannot answer %s: it has no approval request", x.By, p.nameOf(run))
		return nil // the outcome of the run shows whether that matters
	}
	verb := "rejects"
	switch {
	case x.Approved:
		verb = "approves"
	case x.Fails:
		verb = "fails the approval task of"
	}
	comment := ""
	if x.Comment != "" {
		comment = ": " + x.Comment
	}
	p.say("run", transcript.Title, "%s %s %s%s", x.By, verb, p.nameOf(run), comment)
	machine, _ := failover.MachineOf(run.arn)
	client := sfn.NewFromConfig(p.operator(asked.Region))
	if x.Fails {
		_, err := client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &asked.Token, Error: aws.String(string(failover.NotApproved)), Cause: &x.Comment})
		return err
	}
	return approval.Give(ctx, client, machine, *asked, failover.ApprovalAnswer{
		Approved: x.Approved, By: fmt.Sprintf("arn:%s:iam::%s:user/%s", machine.Partition, machine.Account, x.By),
		How: failover.CallerIdentity, Comment: x.Comment,
	})
}

// plantApproval writes the item as an attacker would.
func (p *performance) plantApproval(ctx context.Context, x scenario.PlantedApproval) error {
	run, asked, err := p.questionOf(ctx, x.Run)
	if err != nil {
		return err
	}
	if asked == nil {
		return fmt.Errorf("plantedApproval: %s has no approval request", p.nameOf(run))
	}
	planted := *asked
	planted.Run = x.Under
	how := ""
	if x.Rewritten {
		planted.Execution = strings.TrimSuffix(asked.Execution, ":"+asked.Run) + ":" + x.Under
		planted.Digest = planted.Question().Digest()
		how = ", rewritten for that run"
	}
	p.say("dynamodb", transcript.Bad, "an attacker puts the approval item of %s under the key of run %s%s", p.nameOf(run), x.Under, how)
	return p.store(asked.Region).PutApproval(ctx, planted)
}
