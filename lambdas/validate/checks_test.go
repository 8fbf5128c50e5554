package validate

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// spoken are the findings of a code, one in a line.
func spoken(answer failover.ValidateAnswer, code string) string {
	var all []string
	for _, f := range answer.Findings {
		if f.Code == code {
			all = append(all, string(f.Severity)+": "+f.String())
		}
	}
	return strings.Join(all, "\n")
}

// TestTheSettingsOfHealthChecksAreChecked: each that is wrong is named with what was expected, and the command that corrects it. A
// check is refused, a planned run goes on, and a failover does not read them.
func TestTheSettingsOfHealthChecksAreChecked(t *testing.T) {
	metric := failover.Switch{Name: "default", Lever: failover.MetricLever}
	control := failover.Switch{Name: "default", Lever: failover.RoutingControlLever, RoutingControl: &failover.RoutingControl{
		Controls: map[failover.Region]string{east: "arn:east", west: "arn:west"}, HealthChecks: map[failover.Region]string{east: "check-us-east-1", west: "check-us-west-2"},
	}}
	onAlarm := fakeaws.HealthCheck{Type: "CLOUDWATCH_METRIC", Alarm: "drover-switch-default", AlarmRegion: string(west), InsufficientData: "LastKnownStatus"}
	for _, c := range []struct {
		name   string
		s      failover.Switch
		change func(*fakeaws.HealthCheck)
		says   string
	}{
		{"as it has to be", failover.Switch{}, nil, ""},
		{"not inverted", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.Inverted = false }, "Inverted is false; expected true; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --inverted"},
		{"disabled", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.Disabled = true }, "Disabled is true; expected false; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --no-disabled"},
		{"threshold", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.FailureThreshold = 3 }, "FailureThreshold is 3; expected 1; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --failure-threshold 1"},
		{"interval", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.RequestInterval = 30 }, "RequestInterval is 30; expected 10; Route 53 cannot change this of a health check"},
		{"port", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.Port = 8443 }, "Port is 8443; expected 443; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --port 443"},
		{"path", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.Path = "/" }, "ResourcePath is /; expected /switches/default/us-east-1; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --resource-path /switches/default/us-east-1"},
		{"host of the same Region", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.Host = "abc.lambda-url.us-east-1.on.aws" },
			`FullyQualifiedDomainName is abc.lambda-url.us-east-1.on.aws; expected a function URL in us-west-2; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --fully-qualified-domain-name "$(aws lambda get-function-url-config --region us-west-2 --function-name drover-lever --query FunctionUrl --output text | cut -d/ -f3)"`},
		{"two at once", failover.Switch{}, func(h *fakeaws.HealthCheck) { h.Inverted, h.Port = false, 8443 }, "Inverted is false; expected true, Port is 8443; expected 443; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --inverted --port 443"},
		{"another type", failover.Switch{}, func(h *fakeaws.HealthCheck) {
			*h = fakeaws.HealthCheck{Type: "CALCULATED", Children: []string{"check-us-west-2"}, HealthThreshold: 1}
		}, "Type is CALCULATED; expected HTTPS"},
		{"a metric as it has to be", metric, func(h *fakeaws.HealthCheck) { *h = onAlarm }, ""},
		{"missing data", metric, func(h *fakeaws.HealthCheck) { *h = onAlarm; h.InsufficientData = "Healthy" }, "InsufficientDataHealthStatus is Healthy; expected LastKnownStatus; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --insufficient-data-health-status LastKnownStatus"},
		{"another alarm", metric, func(h *fakeaws.HealthCheck) { *h = onAlarm; h.Alarm = "other" }, "AlarmIdentifier is other in us-west-2; expected drover-switch-default in us-west-2; correct it; type: aws route53 update-health-check --health-check-id check-us-east-1 --alarm-identifier 'Region=us-west-2,Name=drover-switch-default'"},
		{"an inverted metric", metric, func(h *fakeaws.HealthCheck) { *h = onAlarm; h.Inverted = true }, "Inverted is true; expected false"},
		{"a routing control", control, nil, "Type is HTTPS; expected RECOVERY_CONTROL"},
	} {
		h := checkOn(east)
		if c.change != nil {
			c.change(&h)
			h.ID = "check-us-east-1"
		}
		s := newSwitchedOn(t, h, armed(shop()))
		if c.s.Name != "" {
			s.h.Plan.Switches = []failover.Switch{c.s}
		}
		checked, planned := s.validate(`{"action": "check"}`), s.validate(`{"action": "switchover"}`)
		mine := func(text string) string {
			for line := range strings.SplitSeq(text, "\n") {
				if strings.Contains(line, "health check check-us-east-1 of switch default on the record sets of us-east-1: ") {
					return line
				}
			}
			return ""
		}
		got, warned := mine(spoken(checked, failover.CodeSwitchCheck)), mine(spoken(planned, failover.CodeSwitchCheck))
		if c.says == "" && got+warned != "" || !strings.Contains(got, c.says) || c.says != "" && (!strings.HasPrefix(got, "blocker: ") || !strings.HasPrefix(warned, "warning: ")) {
			t.Errorf("%s: got %q and %q; want %q", c.name, got, warned, c.says)
		}
		before := len(s.world.Calls())
		s.validate(`{"action": "failover", "allowDataLoss": true}`)
		for _, call := range s.world.Calls()[before:] {
			if call.Operation == "GetHealthCheck" {
				t.Errorf("%s: a failover has read a health check", c.name)
			}
		}
	}
}

func TestAHealthCheckThatIsNotThereOrCannotBeRead(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	must(t, s.store.PublishSwitchCheck(t.Context(), registry.SwitchCheck{Switch: "default", Region: east, ID: "gone"}))
	if got := spoken(s.validate(`{"action": "check"}`), failover.CodeSwitchCheck); !strings.Contains(got, "health check gone of switch default on the record sets of us-east-1: Route 53 has no such health check") ||
		!strings.HasSuffix(got, "type: make deploy") {
		t.Errorf("not there: got %q", got)
	}
	s.world.Inject(fakeaws.Fault{Operation: "GetHealthCheck", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}})
	got := s.validate(`{"action": "check"}`)
	if text := spoken(got, failover.CodeSwitchCheck); strings.Count(text, "warning: ") != 2 || !strings.Contains(text, "its settings could not be read") {
		t.Errorf("denied: got %q", text)
	}
}

// TestHealthChecksAreNotAskedForOfAControlPlaneThatDoesNotAnswer: each call would use up the time of the function.
func TestHealthChecksAreNotAskedForOfAControlPlaneThatDoesNotAnswer(t *testing.T) {
	for operation, want := range map[string]int{"ListResourceRecordSets": 0, "GetHealthCheck": 1} {
		s := newSwitched(t, armed(shop()))
		s.world.Inject(fakeaws.Fault{Service: "route53", Operation: operation, Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
		got := s.validate(`{"action": "check"}`)
		asked := 0
		for _, call := range s.world.Calls() {
			if call.Operation == "GetHealthCheck" {
				asked++
			}
		}
		if asked != want || strings.Count(spoken(got, failover.CodeSwitchCheck), "\n") > 0 {
			t.Errorf("without %s: asked %d times, want %d; %s", operation, asked, want, spoken(got, failover.CodeSwitchCheck))
		}
	}
}

// TestAHealthCheckOfAUserHasToNeedThatOfTheSwitch.
func TestAHealthCheckOfAUserHasToNeedThatOfTheSwitch(t *testing.T) {
	for threshold, wrong := range map[int]bool{2: false, 1: true} {
		app := armed(shop())
		e := app.Records[0].Endpoints[east]
		e.HealthCheck, e.SwitchCheck = "cc", e.HealthCheck
		app.Records[0].Endpoints[east] = e
		s := newSwitched(t)
		s.world.SetHealthCheck("mine", true)
		must(t, s.world.AddHealthCheck(fakeaws.HealthCheck{ID: "cc", Type: "CALCULATED", Children: []string{"mine", "check-us-east-1"}, HealthThreshold: threshold, Settled: true}))
		s.add(app)
		got := s.validate(`{"action": "check"}`)
		text := spoken(got, failover.CodeSwitchCheck)
		if (text != "") != wrong || wrong && !strings.Contains(text, "health check cc on record "+app.Records[0].Name+" A of application shop in us-east-1: it is not calculated so that it needs check-us-east-1") {
			t.Errorf("threshold %d: got %q", threshold, text)
		}
		if said(got) != "" {
			t.Errorf("threshold %d: got %q; want it armed", threshold, said(got))
		}
		s.world.Inject(fakeaws.Fault{Operation: "GetHealthCheck", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}})
		if text := spoken(s.validate(`{"action": "check"}`), failover.CodeSwitchCheck); strings.Contains(text, "it is not calculated") {
			t.Errorf("threshold %d, and not read: got %q; want nothing about what is not known", threshold, text)
		}
	}
}

// TestTheControlPlaneIsNeededByApplicationsWithoutAnArmedSwitch, which are named, and their zones without accelerated recovery.
func TestTheControlPlaneIsNeededByApplicationsWithoutAnArmedSwitch(t *testing.T) {
	byWeights := blog()
	byWeights.Switch = failover.NoSwitch
	const off = "; accelerated recovery, with which Route 53 takes changes again after about an hour, is off in 1 zone (Z1); to turn it on, type for each: aws route53 update-hosted-zone-features --enable-accelerated-recovery --hosted-zone-id Z1"
	const all = "warning: Route 53: weights are changed through its control plane in us-east-1; while that is down, nothing can be shifted"
	for _, c := range []struct {
		name  string
		apps  []failover.Application
		kind  fakeaws.ZoneKind
		input string
		want  string
	}{
		{"one of two", []failover.Application{armed(shop()), byWeights}, fakeaws.ZoneKind{}, "check", "warning: Route 53: the traffic of blog moves by weights, which are changed through its control plane in us-east-1; while that is down, it cannot be shifted" + off},
		{"all of them", []failover.Application{byWeights}, fakeaws.ZoneKind{}, "check", all + off},
		{"accelerated", []failover.Application{byWeights}, fakeaws.ZoneKind{AcceleratedRecovery: "ENABLED"}, "check", all},
		{"being enabled", []failover.Application{byWeights}, fakeaws.ZoneKind{AcceleratedRecovery: "ENABLING"}, "check", all + off},
		{"private", []failover.Application{byWeights}, fakeaws.ZoneKind{Private: true}, "check", all + "; private zones (Z1) have no accelerated recovery"},
		{"armed", []failover.Application{armed(shop())}, fakeaws.ZoneKind{}, "check", ""},
		{"a planned run moves them all the same", []failover.Application{byWeights}, fakeaws.ZoneKind{}, "switchover", all},
		{"a failover reads no zone", []failover.Application{byWeights}, fakeaws.ZoneKind{}, "failover", all},
	} {
		s := newSwitched(t, c.apps...)
		must(t, s.world.SetZoneKind("Z1", c.kind))
		if got := spoken(s.validate(`{"action": "`+c.input+`"}`), failover.CodeControlPlane); got != c.want {
			t.Errorf("%s: got %q; want %q", c.name, got, c.want)
		}
	}
}

// TestASwitchInAPrivateZoneReliesOnMetrics, which a check says.
func TestASwitchInAPrivateZoneReliesOnMetrics(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	if got := said(s.validate(`{"action": "check"}`)); got != "" {
		t.Errorf("a public zone: got %q", got)
	}
	must(t, s.world.SetZoneKind("Z1", fakeaws.ZoneKind{Private: true}))
	if got := said(s.validate(`{"action": "check"}`)); !strings.Contains(got, "1 private hosted zone: the name servers of Z1 cannot be asked, so a failover by switch knows by the health metrics alone") {
		t.Errorf("a private zone: got %q", got)
	}
}

// TestRecordSetsWithoutTheirHealthChecksAreAttachedAgain: the difference names the switch, and the command is not that of a drift.
func TestRecordSetsWithoutTheirHealthChecksAreAttachedAgain(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.putWeights(shop().Records[0], 100, 0)
	got := spoken(s.validate(`{"action": "check"}`), failover.CodeDrift)
	if !strings.Contains(got, "us-east-1: health check is none; registered check-us-east-1, that of switch default; us-west-2: health check is none; registered check-us-west-2, that of switch default") ||
		!strings.HasSuffix(got, "; type: drover switch attach --region us-west-2") {
		t.Errorf("got %q", got)
	}
	own := shop().Records[0]
	s.world.SetHealthCheck("mine", true)
	must(t, s.world.PutRecordSet(own.Zone, fakeaws.RecordSet{Name: own.Name, Type: own.Type, SetIdentifier: string(east), Weight: 100, TTL: own.TTL, HealthCheck: "mine", Values: []string{own.Endpoints[east].Value}}))
	if got := spoken(s.validate(`{"action": "check"}`), failover.CodeDrift); !strings.Contains(got, "health check is mine; registered check-us-east-1, that of switch default") || strings.Contains(got, "switch attach") {
		t.Errorf("one of the user's own: got %q", got)
	}
	s = newSwitched(t, armed(shop()))
	byWeights := armed(shop())
	byWeights.Switch = failover.NoSwitch
	s.add(byWeights)
	if got := said(s.validate(`{"action": "check"}`)); !strings.Contains(got, "switch default: the record sets of shop carry its health checks, and shop does not use it: the switch would move them") {
		t.Errorf("carried without being used: got %q", got)
	}
}

// TestWhatCannotBeChangedGoesBeforeWhatCan, in whatever order the settings are: one command cannot mend them then.
func TestWhatCannotBeChangedGoesBeforeWhatCan(t *testing.T) {
	kind, port := checkSetting{"Type", "TCP", "HTTPS", ""}, checkSetting{"Port", "80", "443", "--port 443"}
	path := checkSetting{"ResourcePath", "/", "/switches", "--resource-path /switches"}
	well := checkSetting{"Inverted", "true", "true", ""}
	for _, c := range []struct {
		settings []checkSetting
		want     string
	}{
		{[]checkSetting{kind, port}, deploy}, {[]checkSetting{port, kind}, deploy}, {[]checkSetting{well, kind, port, well}, deploy},
		{[]checkSetting{well, port, path}, "aws route53 update-health-check --health-check-id hc --port 443 --resource-path /switches"},
		{[]checkSetting{path, port, well}, "aws route53 update-health-check --health-check-id hc --resource-path /switches --port 443"},
		{[]checkSetting{well}, ""},
	} {
		j := judgementOf(question{input: failover.Input{Action: failover.Check}}, facts{})
		j.checkSettings("health check hc", "hc", c.settings)
		var got string
		for _, f := range j.findings {
			got += f.Command
		}
		if got != c.want {
			t.Errorf("%v: %q; want %q", c.settings, got, c.want)
		}
	}
}
