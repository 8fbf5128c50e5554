package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
)

// regionState is the state of the plan in one Region.
type regionState struct {
	region failover.Region
	// deployed says that the registry is there; without it the rest is empty.
	deployed bool
	// active is how many applications the Region serves, of so many registered.
	active, registered int
	// lock is the Region's own, held says that a run holds it.
	lock registry.Lock
	held bool
	// running are the runs whose execution is in progress here.
	running []string
	// err is why the Region did not answer.
	err error
}

// String is the state in one line.
func (s regionState) String() string {
	switch {
	case s.err != nil:
		return "cannot be read"
	case !s.deployed:
		return "nothing is deployed"
	}
	lock := "the lock is free"
	if s.held {
		lock = fmt.Sprintf("%s holds the lock until %s, unless renewed", s.lock.Run, s.lock.Expires.Format(time.RFC3339))
	}
	runs := "no run in progress"
	if len(s.running) > 0 {
		runs = "in progress: " + strings.Join(s.running, ", ")
	}
	return fmt.Sprintf("%d of %d applications active; %s; %s", s.active, s.registered, runs, lock)
}

// askRegion bounds the calls to one Region: a deployment must not wait for a lost one.
const askRegion = 30 * time.Second

// stateOf reads the registry and the executions of a Region.
func (d deployment) stateOf(env environment, plan failover.Plan, region failover.Region) regionState {
	s := regionState{region: region}
	ctx, cancel := context.WithTimeout(env.ctx, askRegion)
	defer cancel()
	env.ctx = ctx
	s.err = s.readRegistry(env, d, plan)
	if s.err == nil && s.deployed {
		s.err = s.readRuns(env, d, plan)
	}
	untrusted.Scrub(&s.lock)
	untrusted.Scrub(&s.running)
	return s
}

func (s *regionState) readRegistry(env environment, d deployment, plan failover.Plan) error {
	store, err := d.store(env.ctx, plan, s.region)
	if err != nil {
		return err
	}
	withSwitches(env.ctx, store)
	apps, err := store.Applications(env.ctx)
	if api := smithy.APIError(nil); errors.As(err, &api) && api.ErrorCode() == "ResourceNotFoundException" {
		return nil // before the first deployment
	}
	if err != nil {
		return err
	}
	if s.lock, err = store.Lock(env.ctx); err != nil {
		return err
	}
	s.deployed, s.registered, s.held = true, len(apps), s.lock.Held(now())
	for _, app := range apps {
		if app.Live.Active == s.region {
			s.active++
		}
	}
	return nil
}

// readRuns lists the executions in progress; there are none where the stack has no state machine yet.
func (s *regionState) readRuns(env environment, d deployment, plan failover.Plan) error {
	cfg, err := d.config(env.ctx, s.region)
	if err != nil {
		return err
	}
	client := sfn.NewFromConfig(cfg)
	machine, err := findMachine(env, client, d.machine(plan), s.region)
	if errors.Is(err, errNoMachine) {
		return nil
	}
	if err != nil {
		return err
	}
	pages := sfn.NewListExecutionsPaginator(client, &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning})
	for pages.HasMorePages() {
		page, err := pages.NextPage(env.ctx)
		if err != nil {
			return fmt.Errorf("list the runs in %s: %w", s.region, err)
		}
		for _, x := range page.Executions {
			s.running = append(s.running, aws.ToString(x.Name))
		}
	}
	return nil
}
