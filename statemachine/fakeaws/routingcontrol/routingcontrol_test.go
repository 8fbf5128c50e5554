package routingcontrol_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const (
	east = fakeawstest.East
	west = fakeawstest.West

	panel = "arn:aws:route53-recovery-control::111122223333:controlpanel/p1"
	rule  = panel + "/safetyrule/one-on"
)

var (
	regions = []string{east, west, "eu-west-1", "ap-northeast-1", "ap-southeast-2"}
	codeOf  = fakeawstest.CodeOf
)

func arn(region string) string { return panel + "/routingcontrol/" + region }

type served struct{ fakeawstest.Served }

// serve is a cluster with one routing control for each of two Regions, of which one at least is on.
func serve(t testing.TB) served {
	t.Helper()
	s := served{fakeawstest.Serve(t)}
	c := fakeaws.RoutingCluster{Regions: regions, Rules: []fakeaws.SafetyRule{{ARN: rule, Name: "one-on", Controls: []string{arn(east), arn(west)}, AtLeast: 1}}}
	for _, region := range []string{east, west} {
		c.Controls = append(c.Controls, fakeaws.RoutingControl{ARN: arn(region), Name: region, PanelARN: panel, PanelName: "drover", On: region == east})
	}
	if err := s.AddRoutingCluster(c); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s served) at(region string) *route53recoverycluster.Client {
	return route53recoverycluster.NewFromConfig(s.Config(region, fakeaws.Administrator))
}

// update sets states, each as region=On.
func (s served) update(t testing.TB, endpoint string, override []string, states ...string) error {
	t.Helper()
	var entries []types.UpdateRoutingControlStateEntry
	for _, text := range states {
		region, state, _ := strings.Cut(text, "=")
		entries = append(entries, types.UpdateRoutingControlStateEntry{RoutingControlArn: aws.String(arn(region)), RoutingControlState: types.RoutingControlState(state)})
	}
	_, err := s.at(endpoint).UpdateRoutingControlStates(t.Context(), &route53recoverycluster.UpdateRoutingControlStatesInput{
		UpdateRoutingControlStateEntries: entries, SafetyRulesToOverride: override,
	})
	return err
}

// states are those that an endpoint sees, and those that Route 53 sees.
func (s served) states(t testing.TB, endpoint string) string {
	t.Helper()
	var all []string
	for _, region := range []string{east, west} {
		out, err := s.at(endpoint).GetRoutingControlState(t.Context(), &route53recoverycluster.GetRoutingControlStateInput{RoutingControlArn: aws.String(arn(region))})
		if err != nil {
			t.Fatal(err)
		}
		on, _ := s.RoutingControl(arn(region))
		all = append(all, fmt.Sprintf("%s %t", out.RoutingControlState, on))
	}
	return strings.Join(all, ", ")
}

func TestAChangeReachesTheOthersAfterAWhile(t *testing.T) {
	s := serve(t)
	for _, id := range []string{east, west} {
		if err := s.AddHealthCheck(fakeaws.HealthCheck{ID: id, Type: fakeaws.CheckRecoveryControl, RoutingControl: arn(id)}); err != nil {
			t.Fatal(err)
		}
	}
	healthy := func() string {
		a, _ := s.Healthy(east)
		b, _ := s.Healthy(west)
		return fmt.Sprint(a, " ", b)
	}
	if got := healthy(); got != "true false" {
		t.Errorf("health checks %s before; want those of the states", got)
	}
	if err := s.update(t, west, nil, east+"=Off", west+"=On"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		wait            time.Duration
		own, other, dns string
	}{
		{0, "Off true, On false", "On true, Off false", "true false"},
		{5*time.Second - 1, "Off true, On false", "On true, Off false", "true false"},
		{1, "Off false, On true", "Off false, On true", "false true"},
	} {
		s.Pass(c.wait)
		got := []string{s.states(t, west), s.states(t, "eu-west-1"), healthy()}
		if diff := cmp.Diff([]string{c.own, c.other, c.dns}, got); diff != "" {
			t.Errorf("%s later (-want +got):\n%s", c.wait, diff)
		}
	}
}

func TestASafetyRuleRefusesAChangeAsAWhole(t *testing.T) {
	s := serve(t)
	if err := s.update(t, west, nil, east+"=Off"); codeOf(err) != "ConflictException" || !strings.Contains(err.Error(), "one-on") {
		t.Errorf("none on = %v; want ConflictException that names the rule", err)
	}
	if err := s.update(t, west, nil, east+"=Off", west+"=On"); err != nil {
		t.Errorf("one off, one on: %v", err)
	}
	if err := s.update(t, west, nil, east+"=On"); codeOf(err) != "ConflictException" || !strings.Contains(err.Error(), "wait period") {
		t.Errorf("at once again = %v; want ConflictException", err)
	}
	s.Pass(5 * time.Second)
	if err := s.update(t, west, []string{rule}, west+"=Off"); err != nil {
		t.Errorf("with the rule overridden: %v", err)
	}
	_, err := s.at(east).UpdateRoutingControlState(t.Context(), &route53recoverycluster.UpdateRoutingControlStateInput{
		RoutingControlArn: aws.String(arn(east)), RoutingControlState: types.RoutingControlStateOn, SafetyRulesToOverride: []string{rule},
	})
	if err != nil {
		t.Errorf("a single change: %v", err)
	}
}

func TestEndpointsComeAndGo(t *testing.T) {
	s := serve(t)
	if err := s.SetClusterEndpoint("eu-west-1", false); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t, "eu-west-1", nil, west+"=On"); codeOf(err) != "EndpointTemporarilyUnavailableException" {
		t.Errorf("in maintenance = %v", err)
	}
	s.MustDark(t, east, true)
	if err := s.update(t, east, nil, west+"=On"); err == nil {
		t.Error("a dark Region answered")
	}
	if err := s.update(t, west, nil, west+"=On"); err != nil {
		t.Errorf("an endpoint that is there: %v", err)
	}
	if err := s.update(t, "us-east-2", nil, west+"=On"); codeOf(err) != "ValidationException" {
		t.Errorf("a Region without endpoint = %v", err)
	}
	if err := s.SetClusterEndpoint("us-east-2", true); err == nil {
		t.Error("an endpoint that is not there was set")
	}
}

func TestTheLimitsOfAnEndpoint(t *testing.T) {
	s := serve(t)
	change := func(endpoint string) error { return s.update(t, endpoint, []string{rule}, west+"=On") }
	for n := range 4 {
		if err := change(west); (codeOf(err) == "ThrottlingException") != (n == 3) {
			t.Errorf("change %d within a second = %v; want three taken", n+1, err)
		}
	}
	if err := change("eu-west-1"); err != nil {
		t.Errorf("another endpoint: %v", err)
	}
	s.Pass(time.Second)
	var many []string
	for range 11 {
		many = append(many, west+"=On")
	}
	for want, states := range map[string][]string{
		"ServiceLimitExceededException": many, "ValidationException": {west + "=Maybe"}, "ResourceNotFoundException": {"mars=On"},
	} {
		if err := s.update(t, "ap-northeast-1", nil, states...); codeOf(err) != want {
			t.Errorf("%v = %v; want %s", states[0], err, want)
		}
	}
}

func TestListRoutingControls(t *testing.T) {
	s := serve(t)
	var got []string
	pages := route53recoverycluster.NewListRoutingControlsPaginator(s.at(west), &route53recoverycluster.ListRoutingControlsInput{ControlPanelArn: aws.String(panel), MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.RoutingControls {
			got = append(got, fmt.Sprint(*c.RoutingControlName, " ", c.RoutingControlState, " ", *c.ControlPanelName))
		}
	}
	if diff := cmp.Diff([]string{east + " On drover", west + " Off drover"}, got); diff != "" {
		t.Errorf("routing controls (-want +got):\n%s", diff)
	}
}

func TestAPolicyAllowsControlsAndOverridesApart(t *testing.T) {
	s := serve(t)
	key := s.As(t, `{"Effect": "Allow", "Action": "route53-recovery-cluster:UpdateRoutingControlStates", "Resource": "`+arn(west)+`",
		"Condition": {"Bool": {"route53-recovery-cluster:AllowSafetyRulesOverrides": "false"}}}`)
	client := route53recoverycluster.NewFromConfig(s.Config(west, key))
	for name, c := range map[string]struct {
		region   string
		override []string
		denied   bool
	}{"allowed": {west, nil, false}, "override": {west, []string{rule}, true}, "another control": {east, nil, true}} {
		_, err := client.UpdateRoutingControlStates(t.Context(), &route53recoverycluster.UpdateRoutingControlStatesInput{
			UpdateRoutingControlStateEntries: []types.UpdateRoutingControlStateEntry{{RoutingControlArn: aws.String(arn(c.region)), RoutingControlState: types.RoutingControlStateOn}},
			SafetyRulesToOverride:            c.override,
		})
		if denied := codeOf(err) == "AccessDeniedException"; denied != c.denied || !denied && err != nil {
			t.Errorf("%s = %v; want denied %t", name, err, c.denied)
		}
	}
}

func TestAClusterThatCannotBeIsAnError(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	for name, c := range map[string]fakeaws.RoutingCluster{
		"four endpoints":  {Regions: regions[:4]},
		"no such control": {Regions: regions, Rules: []fakeaws.SafetyRule{{Controls: []string{arn(east)}}}},
	} {
		if err := s.AddRoutingCluster(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := serve(t).AddRoutingCluster(fakeaws.RoutingCluster{Regions: regions}); err == nil {
		t.Error("a second cluster: no error")
	}
}
