package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// answerWithin is how long a Region has to say what the plan is, before the other one is asked. Tests shorten it.
var answerWithin = 10 * time.Second

// plan is the plan as its registry has it: the name and one Region lead to everything else. The Regions that are asked, one
// after the other, are the one that was typed, those of drover.yaml, that of the AWS configuration, and those of the default plan.
func (d *deployment) plan(ctx context.Context) (failover.Plan, error) {
	if d.Primary != "" || d.Standby != "" {
		return failover.Plan{}, usageError{fmt.Errorf("--primary and --standby are gone: the registry has the plan's Regions. Type: %s",
			failover.CommandLine("--region", cmp.Or(d.Region, d.Standby, d.Primary)))}
	}
	if d.Region != "" {
		if err := failover.CheckRegion(failover.Region(d.Region)); err != nil {
			return failover.Plan{}, usageError{fmt.Errorf("--region: %w", err)}
		}
	}
	file, err := readPlanFile()
	if err != nil {
		return failover.Plan{}, usageError{err}
	}
	name := cmp.Or(d.Plan, planVariable(), file.Plan)
	if name != "" && !validName(name) {
		return failover.Plan{}, usageError{fmt.Errorf("--plan %q; expected a lower-case letter and then up to 19 of a-z, 0-9 and -", name)}
	}
	search := &search{deployment: d, file: file, named: name != "", name: cmp.Or(name, failover.DefaultPlan().Name)}
	plan, err := search.run(ctx)
	if err != nil {
		return failover.Plan{}, err
	}
	return plan, nil
}

// planVariable is the plan's name in the environment. The functions have their whole plan in a variable of that name.
func planVariable() string {
	if text := os.Getenv(failover.PlanVariable); !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	return ""
}

func validName(name string) bool {
	plan := failover.DefaultPlan()
	plan.Name = name
	return plan.Validate() == nil
}

// search looks for a plan in the registries of some Regions.
type search struct {
	*deployment
	file namedPlan
	// name is the plan's, named says that the operator has said so.
	name  string
	named bool
	// answered are Regions whose registry of this name exists; refused is what the others said, in order.
	answered []failover.Region
	refused  []error
}

func (s *search) run(ctx context.Context) (failover.Plan, error) {
	s.failed = map[failover.Region]bool{}
	regions := s.regions(ctx)
	for _, region := range regions {
		plan, found, err := s.ask(ctx, region, s.name)
		if found {
			return plan, nil
		}
		if err != nil && ctx.Err() != nil {
			return failover.Plan{}, ctx.Err()
		}
	}
	if len(s.answered) == 0 && !s.named {
		if plan, found, err := s.discover(ctx, regions); found || err != nil {
			return plan, err
		}
	}
	return s.unpublished(regions)
}

// regions are those to ask, each once.
func (s *search) regions(ctx context.Context) []failover.Region {
	var all []failover.Region
	add := func(regions ...failover.Region) {
		for _, r := range regions {
			if r != "" && !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	add(failover.Region(s.Region))
	for i := len(s.file.Regions) - 1; i >= 0; i-- { // the standby first: it is there in an outage
		add(s.file.Regions[i])
	}
	if s.Region == "" {
		if cfg, err := config.LoadDefaultConfig(ctx); err == nil {
			add(failover.Region(cfg.Region))
		}
	}
	usual := failover.DefaultPlan()
	if len(all) == 0 || s.name == usual.Name && len(s.file.Regions) == 0 && (s.Region == "" || usual.Has(failover.Region(s.Region))) {
		add(usual.Standby, usual.Primary)
	}
	return all
}

// ask reads the plan in one Region.
func (s *search) ask(ctx context.Context, region failover.Region, name string) (plan failover.Plan, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	usual := failover.DefaultPlan()
	usual.Name = name
	store, err := s.store(ctx, usual, region)
	if err != nil {
		return plan, false, err
	}
	releases, err := store.Releases(ctx)
	if err != nil {
		if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
			err = fmt.Errorf("there is no table %s", store.Table)
		} else {
			s.failed[region] = true
		}
		s.refused = append(s.refused, fmt.Errorf("%s: %w", region, err))
		return plan, false, err
	}
	s.answered = append(s.answered, region)
	if s.reached == "" {
		s.reached = region
	}
	for _, from := range []failover.Region{region, otherRegion(releases, region)} {
		if plan, found = releases[from].Plan(); found && plan.Has(region) {
			return plan, true, nil
		}
	}
	return plan, false, nil
}

func otherRegion(releases registry.Releases, region failover.Region) failover.Region {
	for r := range releases {
		if r != region {
			return r
		}
	}
	return region
}

// discover finds the only plan of the account in the Regions: a state machine beside whose name there is a registry.
func (s *search) discover(ctx context.Context, regions []failover.Region) (failover.Plan, bool, error) {
	found := map[string]failover.Plan{}
	for _, region := range regions {
		for _, name := range s.machines(ctx, region) {
			if plan, ok, _ := s.ask(ctx, region, name); ok {
				found[name] = plan
			}
		}
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	switch len(names) {
	case 0:
		return failover.Plan{}, false, nil
	case 1:
		return found[names[0]], true, nil
	}
	return failover.Plan{}, false, usageError{fmt.Errorf("there are several plans: %s; type --plan NAME, or set DROVER_PLAN", strings.Join(names, ", "))}
}

// maxMachines bounds how many state machines are considered.
const maxMachines = 100

// machines are the names in a Region that may be those of plans.
func (s *search) machines(ctx context.Context, region failover.Region) []string {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	cfg, err := s.config(ctx, region)
	if err != nil {
		return nil
	}
	var names []string
	pages := sfn.NewListStateMachinesPaginator(sfn.NewFromConfig(cfg), &sfn.ListStateMachinesInput{})
	for pages.HasMorePages() && len(names) < maxMachines {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return names
		}
		for _, m := range page.StateMachines {
			if name := aws.ToString(m.Name); validName(name) {
				names = append(names, name)
			}
		}
	}
	return names[:min(len(names), maxMachines)]
}

// unpublished is a plan that no registry has: one that was deployed just now, or by an earlier release. Its Regions are then those
// of drover.yaml, or of the default plan.
func (s *search) unpublished(regions []failover.Region) (failover.Plan, error) {
	plan := failover.DefaultPlan()
	plan.Name = s.name
	if len(s.file.Regions) == 2 {
		plan.Primary, plan.Standby = s.file.Regions[0], s.file.Regions[1]
	}
	knows := len(s.file.Regions) == 2 || s.name == failover.DefaultPlan().Name
	if region := failover.Region(s.Region); knows && (region == "" || plan.Has(region)) {
		return plan, plan.Validate()
	}
	check := failover.CommandLine("drover", "start", "check", "--region", "REGION", "--plan", s.name)
	if len(s.answered) > 0 {
		return failover.Plan{}, notPublished{s.name, s.answered[0]}
	}
	return failover.Plan{}, fmt.Errorf("the registry of the plan %s was not found in %s (%s); name one of its Regions with --region REGION, or both in %s (plan: %s, regions: [PRIMARY, STANDBY]). After a first deployment, type in each Region: %s",
		s.name, strings.Join(texts(regions), ", "), reasons(s.refused), planFile, s.name, check)
}

// reasons are errors in one line.
func reasons(errs []error) string {
	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return strings.Join(all, "; ")
}

// notPublished is a registry in which the plan has not published itself yet.
type notPublished struct {
	name   string
	region failover.Region
}

// Error says what to type.
func (e notPublished) Error() string {
	return fmt.Sprintf("the plan %s has not published itself in %s yet; type: %s", e.name, e.region,
		failover.CommandLine("drover", "start", "check", "--plan", e.name, "--region", string(e.region)))
}
