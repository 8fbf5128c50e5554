package shifttraffic

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

var start = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)

// registered are applications that stay as they are, and the lock as the registry tells of it.
type registered struct {
	apps []failover.Application
	lock error
	// renewed takes the ends of the leases.
	renewed *[]time.Time
	// store keeps the switches; nil for a plan that has none.
	store *registry.Store
}

func (r registered) Switch(ctx context.Context, name string) (registry.SwitchState, error) {
	return r.store.Switch(ctx, name)
}

func (r registered) WriteSwitch(ctx context.Context, name string, state registry.SwitchState) (bool, error) {
	return r.store.WriteSwitch(ctx, name, state)
}

func (r registered) ConfirmLever(ctx context.Context, name string, state registry.SwitchState) error {
	return r.store.ConfirmLever(ctx, name, state)
}

func (r registered) MayMove(context.Context, failover.Run) error    { return r.lock }
func (r registered) StillMoves(context.Context, failover.Run) error { return r.lock }

func (r registered) RenewLock(_ context.Context, _ failover.Run, _, until time.Time) error {
	if r.renewed != nil {
		*r.renewed = append(*r.renewed, until)
	}
	return nil
}

func (r registered) Wave(_ context.Context, wave int) ([]failover.Application, error) {
	var apps []failover.Application
	for _, app := range r.apps {
		if app.Live.Weights == nil && app.Live.Epoch == 0 { // as newHandler makes them
			app.Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
		}
		if app.Wave == wave || wave == 0 {
			apps = append(apps, app)
		}
	}
	return apps, nil
}

// newHandler returns the handler in us-west-2 and a World in which the applications live in us-east-1.
func newHandler(t *testing.T, apps ...failover.Application) (Handler, *fakeaws.World) {
	t.Helper()
	world := fakeaws.New("111122223333", start, string(east), string(west))
	zones := map[string]bool{}
	for _, app := range apps {
		for _, r := range app.Records {
			if !zones[r.Zone] {
				zones[r.Zone] = true
				must(t, world.AddZone(r.Zone, r.ZoneName))
			}
			must(t, world.PutRecordSet(r.Zone, worldSet(r, east, 100)))
			must(t, world.PutRecordSet(r.Zone, worldSet(r, west, 0)))
		}
	}
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	env, err := entry.LoadEnvironment(func(name string) string {
		return map[string]string{
			failover.PlanVariable: `{}`, failover.TableVariable: "registry", "AWS_REGION": string(west), "AWS_ENDPOINT_URL": server.URL,
			"AWS_ACCESS_KEY_ID": fakeaws.Administrator, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_MAX_ATTEMPTS": "1",
		}[name]
	})
	must(t, err)
	return Handler{Plan: env.Plan, Route53: route53.NewFromConfig(env.Config), Registry: registered{apps: apps}}, world
}

func worldSet(r failover.Record, region failover.Region, weight int) fakeaws.RecordSet {
	return fakeaws.RecordSet{
		Name: r.Name, Type: r.Type, SetIdentifier: r.Identifier(region), Weight: weight, TTL: r.TTL,
		Values: r.Endpoints[region].All(),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func request(epoch int64, run string, percent int) failover.ShiftRequest {
	return failover.ShiftRequest{
		Run:   failover.Run{ID: run, ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:" + run, Action: failover.Failover, Phase: failover.Outbound, From: east, To: west, Epoch: epoch, Writes: failover.Format},
		Stage: failover.Stage{Wave: 1, From: east, To: west, Percent: &percent},
		Now:   start,
	}
}

func handle(t *testing.T, h Handler, req failover.ShiftRequest) failover.ShiftAnswer {
	t.Helper()
	answer, err := h.Handle(t.Context(), req)
	must(t, err)
	return answer
}

// fence is the value of the zone's fence record.
func fence(world *fakeaws.World, zone string) string {
	for _, set := range world.RecordSets(zone) {
		if set.Type == "TXT" {
			return strings.Join(set.Values, " ")
		}
	}
	return "none"
}

// batchesOf is what each accepted batch wrote, in words.
func batchesOf(world *fakeaws.World) []string {
	var all []string
	for _, b := range world.Batches() {
		upserts := 0
		for _, c := range b.Changes {
			if c.Action == "CREATE" && c.Set.Type != "TXT" {
				upserts++
			}
		}
		all = append(all, fmt.Sprintf("%s: %d upserts", b.Zone, upserts))
	}
	return all
}

func checkMoved(t *testing.T, world *fakeaws.World, apps []failover.Application) {
	t.Helper()
	for _, app := range apps {
		for _, r := range app.Records {
			want := map[string]int{"us-east-1": 0, "us-west-2": 100}
			if diff := cmp.Diff(want, world.Weights(r.Name, r.Type)); diff != "" {
				t.Fatalf("weights of %s (-want +got):\n%s", r.Name, diff)
			}
		}
	}
}
