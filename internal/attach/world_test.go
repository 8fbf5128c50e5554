package attach

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const (
	east = failover.Region(fakeawstest.East)
	west = failover.Region(fakeawstest.West)
)

// scene is a simulator with registered applications, and a plan with two switches.
type scene struct {
	t     *testing.T
	world fakeawstest.Served
	plan  failover.Plan
	store *registry.Store
	dns   *route53.Client
	// said is what was reported, onSay is called with each line.
	said  []string
	onSay func(string)
	// stuck says that no time passes in a pause.
	stuck bool
}

// record is one in a zone, with a record set in each Region.
func record(zone, name string) failover.Record {
	return failover.Record{
		Name: name + "." + strings.ToLower(zone) + ".example", Type: "A", Zone: zone, ZoneName: strings.ToLower(zone) + ".example", TTL: 60,
		Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.1"}, west: {Value: "192.0.2.2"}},
	}
}

func application(name string, records ...failover.Record) failover.Application {
	return registrytest.Filled(failover.Application{Name: name, Wave: 1, Records: records})
}

// three are applications in two zones, one of them in both.
func three() []failover.Application {
	return []failover.Application{
		application("blog", record("Z1", "blog")), application("shop", record("Z1", "shop"), record("Z2", "shop")), application("wiki", record("Z2", "wiki")),
	}
}

func newScene(t *testing.T, apps ...failover.Application) *scene {
	t.Helper()
	s := &scene{t: t, world: fakeawstest.ServeTable(t), plan: failover.DefaultPlan()}
	s.plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}, {Name: "batch", Lever: failover.MetricLever}}
	s.store = &registry.Store{Client: s.world.DynamoDB(fakeawstest.West), Table: "registry", Plan: s.plan}
	s.dns = route53.NewFromConfig(s.world.Config(fakeawstest.West, fakeaws.Administrator))
	for _, name := range []string{"default", "batch"} {
		for _, region := range []failover.Region{east, west} {
			s.publish(name, region, id(name, region))
		}
	}
	for _, zone := range []string{"Z1", "Z2"} {
		s.must(s.world.AddZone(zone, strings.ToLower(zone)+".example"))
	}
	_, err := s.store.Register(t.Context(), s.plan, apps, s.world.Now())
	s.must(err)
	for _, app := range apps {
		for _, r := range app.Records {
			for region, weight := range map[failover.Region]int{east: 100, west: 0} {
				s.put(r, region, weight)
			}
		}
	}
	return s
}

func id(name string, region failover.Region) string {
	return fmt.Sprintf("%x-%x", name, string(region))
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) publish(name string, region failover.Region, id string) {
	s.t.Helper()
	s.world.SetHealthCheck(id, true)
	s.must(s.store.PublishSwitchCheck(s.t.Context(), registry.SwitchCheck{Switch: name, Region: region, ID: id}))
}

// put gives a record a record set, as registered.
func (s *scene) put(r failover.Record, region failover.Region, weight int) {
	s.t.Helper()
	e := r.Endpoints[region]
	set := fakeaws.RecordSet{Name: r.Name, Type: r.Type, SetIdentifier: string(region), Weight: weight, TTL: r.TTL, HealthCheck: e.HealthCheck}
	if e.Alias != nil {
		set.TTL, set.Alias = 0, &fakeaws.AliasTarget{Name: e.Alias.Name, Zone: e.Alias.Zone, EvaluateTargetHealth: e.Alias.EvaluateTargetHealth}
	} else {
		set.Values = []string{e.Value}
	}
	s.must(s.world.PutRecordSet(r.Zone, set))
}

// fence writes the fence of a run into a zone.
func (s *scene) fence(zone string, epoch int64) {
	s.t.Helper()
	f := failover.Fence{Epoch: epoch, Run: "run", Region: west, Action: failover.Failover, Phase: failover.Outbound, Try: 1}
	s.must(s.world.PutRecordSet(zone, fakeaws.RecordSet{
		Name: failover.FenceName(s.plan.Name, strings.ToLower(zone)+".example"), Type: "TXT", TTL: 60, Values: []string{f.String()},
	}))
}

func (s *scene) apps() []failover.Application {
	s.t.Helper()
	apps, err := s.store.Applications(s.t.Context())
	s.must(err)
	for _, app := range apps {
		if app.Broken != "" {
			s.t.Fatal(app.Broken)
		}
	}
	return apps
}

func (s *scene) checks() Checks {
	s.t.Helper()
	published, err := s.store.PublishedChecks(s.t.Context())
	s.must(err)
	return NewChecks(s.plan, published)
}

// read asks what there is to do.
func (s *scene) read(detach bool, names ...string) (Todo, error) {
	s.t.Helper()
	return Read(s.t.Context(), s.dns, Request{Checks: s.checks(), Switches: names, Detach: detach, Applications: s.apps()})
}

func (s *scene) mustRead(detach bool, names ...string) Todo {
	s.t.Helper()
	todo, err := s.read(detach, names...)
	s.must(err)
	return todo
}

func (s *scene) apply(ctx context.Context, todo Todo) error {
	s.t.Helper()
	return Applier{
		DNS: s.dns, Registry: s.store, Now: s.world.Now,
		Pause: func(ctx context.Context) error {
			if !s.stuck {
				s.world.Pass(2 * time.Second)
			}
			return ctx.Err()
		},
		Say: func(format string, args ...any) {
			s.said = append(s.said, fmt.Sprintf(format, args...))
			if s.onSay != nil {
				s.onSay(s.said[len(s.said)-1])
			}
		},
	}.Apply(ctx, todo)
}

// armed says of each application whether the registry has it carry the health checks of its switch.
func (s *scene) armed() string {
	s.t.Helper()
	var all []string
	for _, app := range s.apps() {
		of, _ := s.plan.SwitchOf(app)
		all = append(all, fmt.Sprintf("%s %t", app.Name, s.checks().Of(of.Name).Carried(app)))
	}
	return strings.Join(all, ", ")
}

// live are the health checks of a zone's weighted record sets, without the rest.
func (s *scene) live(zone string) string {
	var all []string
	for _, set := range s.world.RecordSets(zone) {
		if set.SetIdentifier != "" {
			all = append(all, strings.Split(set.Name, ".")[0]+" "+set.SetIdentifier+" "+orNone(set.HealthCheck))
		}
	}
	return strings.Join(all, ", ")
}

// without are a zone's record sets with no health checks.
func (s *scene) without(zone string) []fakeaws.RecordSet {
	sets := s.world.RecordSets(zone)
	for i := range sets {
		sets[i].HealthCheck = ""
	}
	return sets
}
