package attach

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// DNS is the part of the Route 53 client that this package uses.
type DNS interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error)
	GetChange(context.Context, *route53.GetChangeInput, ...func(*route53.Options)) (*route53.GetChangeOutput, error)
	GetHealthCheck(context.Context, *route53.GetHealthCheckInput, ...func(*route53.Options)) (*route53.GetHealthCheckOutput, error)
}

var _ DNS = (*route53.Client)(nil)

// Request is what to do.
type Request struct {
	Checks Checks
	// Switches are the names of those whose health checks are put on or taken off.
	Switches []string
	// Detach takes them off.
	Detach bool
	// Applications are all that are registered.
	Applications []failover.Application
}

// Set is one record set to change.
type Set struct {
	Application string
	Record      failover.Record
	Region      failover.Region
	Weight      int64
	// From and To are the ids of health checks, empty for none.
	From, To string
	live     types.ResourceRecordSet
}

// String is such as "checkout.example.com A us-east-1 (weight 100): health check none -> abc".
func (s Set) String() string {
	return fmt.Sprintf("%s (weight %d): health check %s -> %s", describe(s.Record, s.Region), s.Weight, orNone(s.From), orNone(s.To))
}

func orNone(id string) string {
	if id == "" {
		return "none"
	}
	return id
}

// Zone is what to change in one hosted zone.
type Zone struct {
	ID, Name string
	Sets     []Set
	// fences are the plan's fence records as they were read. Each batch deletes and creates them unchanged: if a run has
	// written the zone since, Route 53 rejects the batch.
	fences []types.ResourceRecordSet
}

// Configuration is an application whose configuration in the registry is to change.
type Configuration struct {
	Before, After failover.Application
	// attaches says that the application gets health checks, so that its record sets have to get them first.
	attaches bool
}

// Todo is what there is to do.
type Todo struct {
	Zones         []Zone
	Configuration []Configuration
	// Live are all record sets of the applications whose traffic the switches move, as they were read.
	Live []Set
}

// Sets counts the record sets to change.
func (t Todo) Sets() int {
	n := 0
	for _, z := range t.Zones {
		n += len(z.Sets)
	}
	return n
}

// Done says whether there is nothing to do.
func (t Todo) Done() bool { return len(t.Zones)+len(t.Configuration) == 0 }

// Lines are what there is to do: one for each record set, and one for each application that only the registry has otherwise.
func (t Todo) Lines() []string {
	var lines []string
	shown := map[string]bool{}
	for _, z := range t.Zones {
		for _, s := range z.Sets {
			lines, shown[s.Application] = append(lines, s.String()), true
		}
	}
	for _, c := range t.Configuration {
		if !shown[c.Before.Name] {
			lines = append(lines, "application "+c.Before.Name+": only the registry has to be written")
		}
	}
	return lines
}

// ConflictError says which record sets cannot be changed, and why.
type ConflictError struct{ Sets []string }

// Error has one line for each.
func (e *ConflictError) Error() string { return strings.Join(e.Sets, "\n") }

// reading is one [Read].
type reading struct {
	Request
	client DNS
	plan   failover.Plan
	zones  map[string]*zoneSets
	todo   map[string]*Zone
	live   []Set
	// contains says of a health check and one of a switch whether the first is calculated of the second.
	contains  map[[2]string]bool
	conflicts []string
}

// Read reads the live record sets of all applications, and returns what to change. Weights, values and TTLs are those that
// are live at that moment. Anything that keeps a record set from its health check is a [ConflictError].
func Read(ctx context.Context, client DNS, req Request) (Todo, error) {
	r := &reading{Request: req, client: client, plan: req.Checks.plan, zones: map[string]*zoneSets{}, todo: map[string]*Zone{}, contains: map[[2]string]bool{}}
	var todo Todo
	for _, app := range req.Applications {
		if app.Broken != "" {
			continue
		}
		after, err := r.application(ctx, app)
		if err != nil {
			return Todo{}, err
		}
		if !sameChecks(app, after) {
			todo.Configuration = append(todo.Configuration, Configuration{app, after, r.attaches(app)})
		}
	}
	if len(r.conflicts) > 0 {
		return Todo{}, &ConflictError{r.conflicts}
	}
	todo.Live = r.live
	for _, z := range r.todo {
		z.fences = r.zones[z.ID].fences(r.plan.Name, z.Name)
		todo.Zones = append(todo.Zones, *z)
	}
	slices.SortFunc(todo.Zones, func(a, b Zone) int { return strings.Compare(a.ID, b.ID) })
	return todo, nil
}

func sameChecks(a, b failover.Application) bool {
	for i, r := range a.Records {
		for region, e := range r.Endpoints {
			if other := b.Records[i].Endpoints[region]; e.HealthCheck != other.HealthCheck || e.SwitchCheck != other.SwitchCheck {
				return false
			}
		}
	}
	return true
}

// attaches says whether the application's record sets get the health checks of its switch.
func (r *reading) attaches(app failover.Application) bool {
	s, ok := r.plan.SwitchOf(app)
	return ok && !r.Detach && slices.Contains(r.Switches, s.Name)
}

// application adds the record sets of an application that have to change, and returns the application as it has to be.
func (r *reading) application(ctx context.Context, app failover.Application) (failover.Application, error) {
	var want failover.SwitchChecks
	if s, ok := r.plan.SwitchOf(app); ok && r.attaches(app) {
		want = r.Checks.Of(s.Name)
	}
	var failed error
	after := edit(app, func(record failover.Record, region failover.Region, e failover.Endpoint) failover.Endpoint {
		if failed == nil {
			e, failed = r.endpoint(ctx, app, record, region, e, want[region])
		}
		return e
	})
	return after, failed
}

// takesOff says whether a health check is one of the switches, and so can be replaced or taken off.
func (r *reading) takesOff(id string) bool {
	owner := r.Checks.owner[id]
	return id != "" && slices.Contains(r.Switches, owner)
}

// endpoint decides about one record set: want is the health check that it gets, empty for none. A health check that is none of
// the plan's switches is the user's own and stays.
func (r *reading) endpoint(ctx context.Context, app failover.Application, record failover.Record, region failover.Region, e failover.Endpoint, want string) (failover.Endpoint, error) {
	sets, err := r.zone(ctx, record.Zone)
	if err != nil {
		return e, err
	}
	live, there := sets.weighted(record, region)
	if !there && want != "" {
		r.conflict(app, record, region, "zone %s has no weighted record set %s of it; `drover start check` says what to correct", record.Zone, record.Identifier(region))
		return e, nil
	}
	carried := aws.ToString(live.HealthCheckId)
	set := Set{app.Name, record, region, aws.ToInt64(live.Weight), carried, want, live}
	if s, ok := r.plan.SwitchOf(app); ok && there && slices.Contains(r.Switches, s.Name) {
		r.live = append(r.live, set)
	}
	if want != "" && (r.foreign(carried) || r.foreign(e.HealthCheck)) {
		return r.included(ctx, app, record, region, e, carried, want)
	}
	if there && carried != want && (want != "" || r.takesOff(carried)) {
		r.add(set)
	}
	if want != "" || r.takesOff(e.HealthCheck) {
		e.HealthCheck, e.SwitchCheck = want, ""
	}
	if r.takesOff(e.SwitchCheck) {
		e.SwitchCheck = ""
	}
	return e, nil
}

// foreign says whether a health check is the user's own.
func (r *reading) foreign(id string) bool { return id != "" && r.Checks.owner[id] == "" }

// included decides about a record set with a health check of the user's own, which can only stay if it is calculated of the
// switch's.
func (r *reading) included(ctx context.Context, app failover.Application, record failover.Record, region failover.Region, e failover.Endpoint, carried, want string) (failover.Endpoint, error) {
	if r.foreign(e.HealthCheck) && e.HealthCheck != carried {
		r.conflict(app, record, region, "it is registered with the health check %s, and Route 53 has %s; make both agree first", e.HealthCheck, orNone(carried))
		return e, nil
	}
	included, err := r.includes(ctx, carried, want)
	switch {
	case err != nil:
		return e, err
	case !included:
		r.conflict(app, record, region, "it carries the health check %s, which belongs to no switch of the plan; "+
			"give it a calculated health check that has both %[1]s and %s as children and needs both to be healthy, or set `switch: none` for the application", carried, want)
		return e, nil
	}
	e.HealthCheck, e.SwitchCheck = carried, want
	return e, nil
}

func (r *reading) conflict(app failover.Application, record failover.Record, region failover.Region, format string, args ...any) {
	r.conflicts = append(r.conflicts, fmt.Sprintf("application %s, record set %s: ", app.Name, describe(record, region))+fmt.Sprintf(format, args...))
}

func (r *reading) add(s Set) {
	z := r.todo[s.Record.Zone]
	if z == nil {
		z = &Zone{ID: s.Record.Zone, Name: failover.CanonicalName(s.Record.ZoneName)}
		r.todo[z.ID] = z
	}
	z.Sets = append(z.Sets, s)
}

// includes says whether a health check is calculated of another one in such a way that it is unhealthy when that one is.
func (r *reading) includes(ctx context.Context, id, child string) (bool, error) {
	key := [2]string{id, child}
	if known, ok := r.contains[key]; ok {
		return known, nil
	}
	out, err := r.client.GetHealthCheck(ctx, &route53.GetHealthCheckInput{HealthCheckId: &id})
	if gone := (*types.NoSuchHealthCheck)(nil); errors.As(err, &gone) {
		r.contains[key] = false
		return false, nil
	}
	if err != nil {
		return false, failover.Doing("read", "health check "+id, err)
	}
	r.contains[key] = Includes(out.HealthCheck.HealthCheckConfig, child)
	return r.contains[key], nil
}

// Includes says whether a health check is calculated of another one in such a way that it is unhealthy when that one is: all
// of its children have to be healthy, and it is neither inverted nor disabled.
func Includes(c *types.HealthCheckConfig, child string) bool {
	return c != nil && c.Type == types.HealthCheckTypeCalculated && slices.Contains(c.ChildHealthChecks, child) &&
		int(aws.ToInt32(c.HealthThreshold)) == len(c.ChildHealthChecks) && !aws.ToBool(c.Inverted) && !aws.ToBool(c.Disabled)
}
