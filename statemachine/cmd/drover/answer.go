package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/drover-dr/drover/internal/approval"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
)

type approveCommand struct {
	answer `embed:""`
}

// Run approves a run that waits for an approval.
func (c *approveCommand) Run(env environment) error { return c.give(env, true) }

type rejectCommand struct {
	answer `embed:""`
}

// Run rejects a run that waits for an approval.
func (c *rejectCommand) Run(env environment) error { return c.give(env, false) }

// answer is what approve and reject have in common. The registry has the token of the run and the Region in which it
// waits; since it is replicated, either Region can be asked for them.
type answer struct {
	Name    string `arg:"" name:"run" help:"Id of the run that waits, as its message has it."`
	Comment string `help:"Why, for the report." placeholder:"TEXT"`
	deployment
}

func (c *answer) give(env environment, approved bool) error {
	if err := untrusted.CheckText(c.Comment); err != nil {
		return usageError{fmt.Errorf("--comment: %w", err)}
	}
	plan, err := c.plan(env.ctx)
	if err != nil {
		return err
	}
	region, err := c.reading(plan, plan.Standby)
	if err != nil {
		return err
	}
	asked, err := c.find(env, plan, region)
	if err != nil {
		return err
	}
	untrusted.Scrub(&asked)
	cfg, err := c.config(env.ctx, asked.Region)
	if err != nil {
		return err
	}
	who, err := callerOf(env.ctx, cfg)
	if err != nil { // the answer is sent without it: CloudTrail records its sender
		fmt.Fprintf(env.stderr, "GetCallerIdentity failed (%v): the answer is sent without the approver's identity; CloudTrail has it\n", err)
		who.name = "not known"
	}
	machine := failover.Machine{Partition: who.partition, Account: who.account, Name: c.machine(plan)}
	err = approval.Give(env.ctx, sfn.NewFromConfig(cfg), machine, asked,
		failover.ApprovalAnswer{Approved: approved, By: who.name, How: who.how, Comment: c.Comment})
	var foreign *approval.ForeignError
	if errors.As(err, &foreign) {
		return fmt.Errorf("%w. Do not answer with this item: find out who has written it (CloudTrail, PutItem on table %s), and answer with the aws command in the run's own message and the token from the run's execution history",
			foreign, c.table(plan))
	}
	if errors.Is(err, approval.ErrTooLate) {
		return c.tooLate(asked)
	}
	if err != nil {
		return err
	}
	what := "rejected"
	if approved {
		what = "approved"
	}
	fmt.Fprintf(env.stdout, "%s %s (%s, in %s, question %s) by %s\n", c.Name, what, asked.Gate, asked.Region,
		cmp.Or(failover.ShortDigest(asked.Digest), "without a digest"), who.name)
	return nil
}

// find reads from the registry of a Region what the run asked.
func (c *answer) find(env environment, plan failover.Plan, region failover.Region) (registry.Approval, error) {
	store, err := c.store(env.ctx, plan, region)
	if err != nil {
		return registry.Approval{}, err
	}
	asked, err := store.Approvals(env.ctx, c.Name)
	if errors.Is(err, registry.ErrNotAsked) {
		return registry.Approval{}, fmt.Errorf("run %s waits for no approval, according to the registry in %s; if the request is new, try the other Region: --region %s",
			c.Name, region, plan.Other(region))
	}
	if err != nil {
		return registry.Approval{}, err
	}
	if waiting := approval.Waiting(asked); c.Region == "" && len(waiting) > 1 {
		return registry.Approval{}, usageError{fmt.Errorf("two runs named %s wait, in %s and in %s; choose one with --region, such as --region %s",
			c.Name, waiting[0].Region, waiting[1].Region, waiting[0].Region)}
	}
	return approval.Choose(asked, region), nil
}

func (c *answer) tooLate(asked registry.Approval) error {
	return fmt.Errorf("run %s in %s no longer waits for this answer: it was answered before, or its time ended at %s; to see the run: %s",
		c.Name, asked.Region, asked.Until.Format(time.RFC3339), failover.CommandLine("drover", "status", "--region", string(asked.Region)))
}
