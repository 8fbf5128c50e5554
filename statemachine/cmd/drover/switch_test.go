package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/attach"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// plant is a simulator with a deployed plan that has two switches, and nothing registered.
type plant struct {
	t     *testing.T
	world *fakeaws.World
	url   string
	store *registry.Store
	clock sync.Mutex
}

var twoSwitches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}, {Name: "batch", Lever: failover.MetricLever}}

func newPlant(t *testing.T) *plant {
	t.Helper()
	p := newWorld(t, "us-east-1", west)
	p.must(p.world.AddZone("Z1", "example.com"))
	for _, region := range []failover.Region{"us-east-1", west} {
		p.must(p.store.PublishRelease(t.Context(), registry.Release{Region: region, Version: "1", Format: failover.Format, Since: now()}))
		p.must(p.declare(region, twoSwitches))
		p.record("shop", region)
	}
	p.settle()
	return p
}

// hurried is a clock on which a wait takes a hundredth of its time.
type hurried struct{ wallClock }

func (hurried) Sleep(ctx context.Context, d time.Duration) error { return pause(ctx, d/100) }

// newWorld is a simulator with an empty registry, in which time passes while a command waits.
func newWorld(t *testing.T, regions ...string) *plant {
	t.Helper()
	operator(t)
	world := fakeaws.New("111122223333", now(), regions...)
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	p := &plant{t: t, world: world, url: server.URL}
	p.store = &registry.Store{Table: table, Plan: failover.DefaultPlan(), Client: dynamodb.New(dynamodb.Options{
		Region: west, BaseEndpoint: aws.String(server.URL), HTTPClient: plainbody.New(), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})}
	p.must(world.AddTable(table, regions...))
	every, clock := changeEvery, importClock
	changeEvery, importClock = 10*time.Millisecond, hurried{}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); changeEvery, importClock = every, clock })
	go func() {
		for pause(ctx, 10*time.Millisecond) == nil {
			p.settle()
		}
	}()
	return p
}

// declare publishes the default plan with some switches.
func (p *plant) declare(region failover.Region, switches []failover.Switch) error {
	plan := failover.DefaultPlan()
	plan.Switches = switches
	return p.store.PublishPlan(p.t.Context(), region, plan)
}

func (p *plant) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// settle lets the registry's replicas and Route 53's name servers catch up.
func (p *plant) settle() {
	p.clock.Lock()
	defer p.clock.Unlock()
	p.world.AdvanceTo(p.world.Now().Add(time.Minute))
}

func (p *plant) record(name string, region failover.Region) {
	p.t.Helper()
	address, weight := "192.0.2.1", 100
	if region == west {
		address, weight = "192.0.2.2", 0
	}
	p.must(p.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: name + ".example.com", Type: "A", SetIdentifier: string(region), Weight: weight, TTL: 60, Values: []string{address}}))
}

// publish publishes the health checks of a switch.
func (p *plant) publish(name string, regions ...failover.Region) {
	p.t.Helper()
	for _, region := range regions {
		id := fmt.Sprintf("%x-%x", name, string(region))
		p.world.SetHealthCheck(id, true)
		p.must(p.store.PublishSwitchCheck(p.t.Context(), registry.SwitchCheck{Switch: name, Region: region, ID: id}))
	}
	p.settle()
}

// file writes an applications file.
func (p *plant) file(text string) string {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "shop.yaml")
	p.must(os.WriteFile(file, []byte(text), 0o600))
	return file
}

// types runs a command and checks its exit code, and that it says all of this.
func (p *plant) types(code int, says []string, args ...string) {
	p.t.Helper()
	got, stdout, stderr := drover(p.t, p.t.Context(), append(args, "--endpoint-url", p.url)...)
	p.settle()
	if got != code {
		p.t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got, code, stdout, stderr)
	}
	for _, want := range says {
		if !strings.Contains(stdout+stderr, want) {
			p.t.Errorf("%v does not say %q:\n%s%s", args, want, stdout, stderr)
		}
	}
}

// checks are the health checks of the zone's weighted record sets.
func (p *plant) checks() string {
	var all []string
	for _, set := range p.world.RecordSets("Z1") {
		if set.HealthCheck != "" {
			all = append(all, set.SetIdentifier)
		}
	}
	return strings.Join(all, " ")
}

// TestASwitchIsArmedFromTheCommandLine: registered without its health checks, then with them, taken off and put on again.
func TestASwitchIsArmedFromTheCommandLine(t *testing.T) {
	p := newPlant(t)
	file := p.file(shop)
	const checkStandby, notArmed, armed = "type: drover start check --region us-east-1", "Switch default is not armed: record sets of shop do not carry its health checks", "Switch default is armed"
	p.publish("default", "us-east-1")
	p.types(exitOK, []string{"added: shop", "no health check was attached: the health checks of switch default are not all published", checkStandby, notArmed}, "register", file)
	p.types(exitOK, []string{"lever ", "endpoint", checkStandby, "NOT ARMED: failovers move its applications by weights, which needs the Route 53 control plane in us-east-1", "Switch batch", "applications                                  none"}, "switch", "status")
	p.types(exitFailed, []string{"not all published", checkStandby}, "switch", "attach", "--yes")
	p.publish("default", west)
	p.types(exitOK, []string{"unchanged: shop", "2 record sets, in 1 hosted zone:", "shop.example.com A us-east-1 (weight 100): health check none -> ", "there is no terminal to ask at, so no health check was changed", "--yes", notArmed}, "register", file)
	p.types(exitOK, []string{"unchanged: shop", notArmed, "To arm it, type: drover switch attach --region us-east-1"}, "register", file, "--no-attach", "--yes")
	if got := p.checks(); got != "" {
		t.Fatalf("%s carry a health check, although none was confirmed", got)
	}
	p.types(exitOK, []string{"no answer changes", "zone Z1 example.com: 2 record sets in 1 batch", armed}, "register", file, "--yes")
	if got := p.checks(); got != "us-east-1 us-west-2" {
		t.Fatalf("got %s; want both record sets", got)
	}
	p.types(exitOK, []string{"unchanged: shop", armed}, "register", file)
	p.types(exitOK, []string{"armed: all record sets carry its health checks", "state, as us-west-2 has it", "reset"}, "switch", "status", "--switch", "default")
	p.types(exitOK, []string{"Nothing to change.", armed}, "switch", "attach")
	p.types(exitFailed, []string{"no terminal", "-> none"}, "switch", "detach")
	p.types(exitOK, []string{"-> none", notArmed}, "switch", "detach", "--yes")
	if got := p.checks(); got != "" {
		t.Errorf("%s carry a health check after they were detached", got)
	}
	p.types(exitOK, []string{armed}, "switch", "attach", "--switch", "default", "--yes")
	p.record("shop", "us-east-1")
	p.types(exitOK, []string{"NOT ARMED", "shop.example.com A us-east-1 (weight 100): health check none -> "}, "switch", "status")
}

// TestASwitchIsAttachedOnlyWhileItIsReset, and while no run holds the lock.
func TestASwitchIsAttachedOnlyWhileItIsReset(t *testing.T) {
	p := newPlant(t)
	p.publish("default", "us-east-1", west)
	p.types(exitOK, nil, "register", p.file(shop), "--no-attach")
	run := failover.Run{ID: "run-1", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Action: failover.Failover, From: "us-east-1", To: west}
	epoch, err := p.store.TakeLock(t.Context(), run, now(), now().Add(time.Hour))
	p.must(err)
	p.settle()
	for _, args := range [][]string{{"attach"}, {"detach"}} {
		p.types(exitFailed, []string{"run run-1 holds the lock"}, append([]string{"switch"}, append(args, "--yes")...)...)
	}
	p.must(p.store.ReleaseLock(t.Context(), run.ARN))
	_, err = p.store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: "us-east-1", Epoch: epoch, Run: "run-1", At: now()})
	p.must(err)
	p.settle()
	for _, args := range [][]string{{"attach"}, {"detach"}} {
		p.types(exitFailed, []string{"switch default makes users leave us-east-1 (run run-1, since ", "drover start weights --region us-west-2"}, append([]string{"switch"}, append(args, "--yes")...)...)
	}
	p.types(exitOK, []string{"the applications are registered, and no health check was attached: switch default makes users leave"}, "register", p.file(shop), "--yes")
	p.types(exitOK, []string{"users leave us-east-1 (run run-1, epoch 1, at ", "weights are still to be written in 1 zone: Z1"}, "switch", "status")
	if got := p.checks(); got != "" {
		t.Errorf("%s carry a health check", got)
	}
}

// TestBothReplicasHaveToHaveTheSwitchReset: the health check on a Region's record sets follows the replica of the other one, so
// both have to be reset.
func TestBothReplicasHaveToHaveTheSwitchReset(t *testing.T) {
	p := newPlant(t)
	p.publish("default", "us-east-1", west)
	p.types(exitOK, nil, "register", p.file(shop), "--no-attach")
	p.world.SetReplicationLag(10000 * time.Hour)
	_, err := p.store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: "us-east-1", Epoch: 1, Run: "run-1", At: now()})
	p.must(err)
	for _, region := range []string{"us-east-1", west} {
		p.types(exitFailed, []string{"makes users leave us-east-1"}, "switch", "attach", "--yes", "--region", region)
	}
}

// TestALeverThatCouldNotBeResetKeepsItsHealthChecks: the registry says that the switch is reset, and its metric or routing control
// does not.
func TestALeverThatCouldNotBeResetKeepsItsHealthChecks(t *testing.T) {
	p := newPlant(t)
	p.publish("batch", "us-east-1", west)
	p.types(exitOK, nil, "register", p.file(strings.Replace(shop, "    health:", "    switch: batch\n    health:", 1)), "--no-attach")
	for _, state := range []registry.SwitchState{{Epoch: 1, Pulled: "us-east-1"}, {Epoch: 2, Stuck: "us-east-1"}} {
		state.Run, state.At, state.LeverAt = "run-1", now(), now()
		_, err := p.store.WriteSwitch(t.Context(), "batch", state)
		p.must(err)
		p.must(p.store.ConfirmLever(t.Context(), "batch", state))
		p.settle()
		p.types(exitFailed, []string{"switch batch makes users leave us-east-1"}, "switch", "attach", "--yes")
		p.types(exitOK, []string{"its lever could not be written, and makes users leave us-east-1"}, "switch", "status")
	}
}

func TestSwitchesThatDoNotExistAreNamed(t *testing.T) {
	p := newPlant(t)
	p.publish("default", "us-east-1", west)
	p.types(exitUsage, []string{"--switch fast is not a switch of the plan drover; expected default or batch"}, "switch", "attach", "--switch", "fast", "--yes")
	p.types(exitUsage, []string{`switch: "fast" is not a switch of the plan drover; expected one of none, default, batch`}, "register", p.file(strings.Replace(shop, "    health:", "    switch: fast\n    health:", 1)))
	named := p.file(strings.Replace(shop, "    health:", "    switch: none\n    health:", 1))
	p.types(exitOK, []string{"added: shop\n"}, "register", named)
	p.types(exitOK, []string{"By weights alone: shop"}, "switch", "status")
	p.types(exitOK, []string{"Nothing to change."}, "switch", "attach")
	p.must(p.declare(west, twoSwitches[:1]))
	p.settle()
	p.types(exitFailed, []string{"us-east-1 and us-west-2 have published different switches of the plan drover: deploy the same plan to both Regions"}, "switch", "status")
	for _, region := range []failover.Region{"us-east-1", west} {
		p.must(p.declare(region, nil))
	}
	p.settle()
	p.types(exitOK, []string{"The plan drover has no switch that a Region has published"}, "switch", "status")
	p.types(exitOK, []string{"The plan drover has no switch that a Region has published"}, "switch", "attach")
	p.types(exitUsage, []string{"--switch default: the plan drover has no switch"}, "switch", "attach", "--switch", "default")
}

// TestThePermissionsOnThePageAreEnoughToArmASwitch, those of a registrar alone to register.
func TestThePermissionsOnThePageAreEnoughToArmASwitch(t *testing.T) {
	p := newPlant(t)
	p.publish("default", "us-east-1", west)
	as := func(name string, sids ...string) {
		var policies []json.RawMessage
		for _, sid := range sids {
			policies = append(policies, json.RawMessage(strings.ReplaceAll(policyWith(t, sid), zone, "Z1")))
		}
		key, err := p.world.AddRole("arn:aws:iam::111122223333:role/"+name, policies)
		p.must(err)
		t.Setenv("AWS_ACCESS_KEY_ID", key)
	}
	as("registrar", "RegisterApplications")
	p.types(exitOK, []string{"added: shop", "no health check was attached: ", "AccessDenied", "Switch default is not armed"}, "register", p.file(shop), "--yes")
	as("arms", "RegisterApplications", "AttachHealthChecks")
	p.types(exitOK, []string{"Switch default is armed"}, "register", p.file(shop), "--yes")
	p.types(exitOK, []string{"Switch default is not armed"}, "switch", "detach", "--yes")
	as("operator", "EachRun")
	p.types(exitOK, []string{"NOT ARMED"}, "switch", "status")
	p.types(exitFailed, []string{"AccessDenied"}, "switch", "attach", "--yes")
}

// TestApplicationsOfANamedSwitchAreNotBroken: the command line knows the plan's switches from the registry.
func TestApplicationsOfANamedSwitchAreNotBroken(t *testing.T) {
	p := newPlant(t)
	p.types(exitOK, []string{"added: shop"}, "register", p.file(strings.Replace(shop, "    health:", "    switch: batch\n    health:", 1)))
	p.types(exitOK, []string{"shop         1     us-east-1  100        0"}, "status")
	p.types(exitOK, []string{"Switch batch", "metric"}, "switch", "status")
}

// TestAStatusWithoutRoute53 is that of the registry.
func TestAStatusWithoutRoute53(t *testing.T) {
	p := newPlant(t)
	p.publish("default", "us-east-1", west)
	p.types(exitOK, nil, "register", p.file(shop), "--yes")
	p.world.SetControlPlane(true)
	p.types(exitOK, []string{"the live record sets cannot be read, so this is what the registry says: ", "armed: all record sets carry its health checks"}, "switch", "status", "--switch", "default")
}

func TestHealthChecksAreConfirmedAtTheTerminal(t *testing.T) {
	for answer, unchanged := range map[string]bool{"yes\n": false, "no\n": true, "": true} {
		var out bytes.Buffer
		err := confirm(environment{stdout: &out, stdin: strings.NewReader(answer), person: true}, "Attach health checks?", "no health check was changed", "add --yes")
		if (err != nil) != unchanged || out.String() != "Attach health checks? Type yes to continue: " {
			t.Errorf("%q: got %v after %q", answer, err, out.String())
		}
	}
}

// TestOnlyWeightsThatAreNotWrittenArePending: a record set of the Region that users leave which has no weight is as it has to be.
func TestOnlyWeightsThatAreNotWrittenArePending(t *testing.T) {
	set := func(zone string, region failover.Region, weight int64) attach.Set {
		return attach.Set{Record: failover.Record{Zone: zone}, Region: region, Weight: weight}
	}
	live := []attach.Set{
		set("Z2", "us-east-1", 100), set("Z1", "us-east-1", 1), set("Z2", "us-east-1", 7), set("Z3", "us-east-1", 0), set("Z4", "us-west-2", 100),
	}
	var b strings.Builder
	if writePending(&b, registry.SwitchState{Evacuated: "us-east-1"}, live); b.String() != "  weights are still to be written in 2 zones: Z1, Z2\n" {
		t.Errorf("got %q", b.String())
	}
	b.Reset()
	if writePending(&b, registry.SwitchState{}, live); b.Len() > 0 {
		t.Errorf("of a switch that is reset: %q", b.String())
	}
}
