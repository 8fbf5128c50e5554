package main

import (
	"cmp"
	"errors"
	"fmt"
	"os/user"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/drover-dr/drover/internal/approval"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

type approveCommand struct {
	answer `embed:""`
}

// Run lets a run go on through the gate that it waits at.
func (c *approveCommand) Run(env environment) error { return c.give(env, true) }

type rejectCommand struct {
	answer `embed:""`
}

// Run makes a run turn back at the gate that it waits at.
func (c *rejectCommand) Run(env environment) error { return c.give(env, false) }

// answer is what approve and reject have in common. The registry knows the token of the run and the Region that is
// waiting; since it is replicated, either Region can be asked for them.
type answer struct {
	Name    string `arg:"" name:"run" help:"The run that waits for an answer, as its message says."`
	Comment string `help:"Why, for the report." placeholder:"TEXT"`
	By      string `help:"Who answers, for the report (default: the name that you have logged in with)." env:"USER" placeholder:"NAME"`
	deployment
}

func (c *answer) give(env environment, approved bool) error {
	plan, err := c.plan()
	if err != nil {
		return err
	}
	region, err := c.region(plan, plan.Standby)
	if err != nil {
		return err
	}
	asked, err := c.find(env, plan, region)
	if err != nil {
		return err
	}
	cfg, err := c.config(env.ctx, asked.Region)
	if err != nil {
		return err
	}
	err = approval.Give(env.ctx, sfn.NewFromConfig(cfg), asked, failover.ApprovalAnswer{Approved: approved, By: cmp.Or(c.By, login()), Comment: c.Comment})
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
	fmt.Fprintf(env.stdout, "%s has been %s (%s, in %s)\n", c.Name, what, asked.Gate, asked.Region)
	return nil
}

// login is the name that somebody has logged in with where no shell has said it, as in a container.
func login() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "somebody"
}

// find reads from the registry of a Region what the run asked.
func (c *answer) find(env environment, plan failover.Plan, region failover.Region) (registry.Approval, error) {
	store, err := c.store(env.ctx, plan, region)
	if err != nil {
		return registry.Approval{}, err
	}
	asked, err := store.Approvals(env.ctx, c.Name)
	if errors.Is(err, registry.ErrNotAsked) {
		return registry.Approval{}, fmt.Errorf("run %s waits for no approval, as the registry in %s has it; if it asked just now, ask the other Region: --region %s",
			c.Name, region, plan.Other(region))
	}
	if err != nil {
		return registry.Approval{}, err
	}
	if waiting := approval.Waiting(asked); c.Region == "" && len(waiting) > 1 {
		return registry.Approval{}, usageError{fmt.Errorf("two runs are called %s and wait, in %s and in %s; say which one is meant: --region %s",
			c.Name, waiting[0].Region, waiting[1].Region, waiting[0].Region)}
	}
	return approval.Choose(asked, region), nil
}

func (c *answer) tooLate(asked registry.Approval) error {
	return fmt.Errorf("run %s in %s no longer waits for this answer: it has had one, or its time was over at %s; see how it went: drover status --region %s",
		c.Name, asked.Region, asked.Until.Format(time.RFC3339), asked.Region)
}
