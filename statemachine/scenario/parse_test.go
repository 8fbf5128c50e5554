package scenario

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/google/go-cmp/cmp"
)

const soundScenario = `name: sound
title: all is well
description: a scenario without a mistake
applicationsFile: shop.yaml
timeline:
  - at: 1m
    regionDark: us-east-1
  - at: 1m45s
    start:
      region: us-west-2
      input: {action: failover}
      outcome: Completed
until: 5m
expect:
  servedFrom: 4m
`

func TestASoundScenarioIsRead(t *testing.T) {
	s, err := parse("sound.yaml", []byte(soundScenario))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Timeline) != 2 || time.Duration(s.Timeline[1].At) != 105*time.Second || s.Timeline[1].Start.Outcome != "Completed" {
		t.Errorf("got %+v", s.Timeline)
	}
	if time.Duration(*s.Expect.ServedFrom) != 4*time.Minute || s.Expect.Batches != nil {
		t.Errorf("got %+v", s.Expect)
	}
}

func TestMistakesSayWhereAndWhatWasExpected(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"no name", "name: sound\n", "", "x.yaml:1:1: name is missing"},
		{"unknown key", "title:", "titel:", `x.yaml:2:1: unknown key "titel"; expected one of name, title, description, applicationsFile, generate, needs, plan, noSchedules, world, timeline, refusals, until, expect`},
		{"unknown key inside", "    regionDark: us-east-1", "    regionDrak: us-east-1", `x.yaml:7:5: unknown key "regionDrak"; expected one of at, regionDark, regionBack, controlPlane, drift, recordSet, databaseLag, databaseHang, loseChange, databaseMember, memberDeleted, noMetrics, errors, apiFault, invocations, alarm, call, start, deploy, lambdaSurge, registryItem, cutOff, seeAgain, switchoverCancelled, pause, stop, loseEvents, answer`},
		{"unknown key deeper", "      outcome:", "      result:", `x.yaml:12:7: unknown key "result"; expected one of region, name, input, outcome, says, failedAtMost, transitionsAtMost, payloadAtMost`},
		{"not a duration", "at: 1m\n", "at: soon\n", `x.yaml:6:9: "soon" is not a duration; expected one like 45s or 2m30s`},
		{"negative duration", "at: 1m\n", "at: -1m\n", `x.yaml:6:9: "-1m" is not a duration; expected one like 45s or 2m30s`},
		{"wrong type", "timeline:\n", "timeline: 5\nx:\n", "x.yaml:5:11: a value; expected a list"},
		{"list for text", "title: all is well", "title: [all]", "x.yaml:2:8: a list; expected text"},
		{"out of order", "at: 1m45s", "at: 30s", "x.yaml:8:9: it is before the event above; expected the events in order of time"},
		{"two kinds", "    regionDark: us-east-1", "    regionDark: us-east-1\n    regionBack: us-west-2", "x.yaml:6:5: got 2 kinds of event; expected exactly one of regionDark, regionBack, controlPlane, drift, recordSet, databaseLag, databaseHang, loseChange, databaseMember, memberDeleted, noMetrics, errors, apiFault, invocations, alarm, call, start, deploy, lambdaSurge, registryItem, cutOff, seeAgain, switchoverCancelled, pause, stop, loseEvents, answer, plantedApproval"},
		{"no Region", "regionDark: us-east-1", "regionDark: east", `x.yaml:7:17: "east" is not a Region code; expected one like us-west-2`},
		{"no outcome", "outcome: Completed", "outcome: Done", `x.yaml:12:16: "Done" is not known; expected Completed, RolledBack, Held, Refused or Stopped`},
		{"no applications", "applicationsFile: shop.yaml\n", "", "x.yaml:1:7: got 0 of applications, applicationsFile and generate; expected exactly one"},
		{"endless fault", "    regionDark: us-east-1", "    apiFault: {service: route53, code: Throttling, status: 400}", "x.yaml:7:16: expected times, for how many calls, or for, for how long; exactly one"},
		{"fault without status", "    regionDark: us-east-1", "    apiFault: {service: route53, code: Throttling, times: 1}", "x.yaml:7:16: 0; expected the HTTP status of Throttling, 400 to 599"},
		{"unknown failure", "    regionDark: us-east-1", "    invocations: {function: notify, fail: explode, times: 1}", `x.yaml:7:43: "explode" is not known; expected throttle, crash-before, crash-midway, crash-after-effect, timeout`},
		{"unknown function", "    regionDark: us-east-1", "    invocations: {function: shift-traffic, fail: throttle, times: 1}", `x.yaml:7:29: "shift-traffic" is not known; expected validate, shifttraffic, updateregistry, promotedatabase, verifyhealth, notify, api`},
		{"no function", "    regionDark: us-east-1", "    invocations: {fail: throttle, times: 1}", `"" is not known; expected validate, shifttraffic`},
		{"unknown alarm state", "    regionDark: us-east-1", "    alarm: {region: us-west-2, name: lost, state: LOUD}", `x.yaml:7:51: "LOUD" is not known; expected OK, ALARM, INSUFFICIENT_DATA`},
		{"unknown caller", "    regionDark: us-east-1", "    call: {as: ann, region: us-west-2, method: GET, path: /runs, status: 200}", `x.yaml:7:16: "ann" is not in world.callers; expected the name of a caller there`},
		{"call without status", "    regionDark: us-east-1", "    call: {region: us-west-2, method: GET, path: /runs}", "x.yaml:7:12: 0; expected the HTTP status of the answer"},
		{"call without path", "    regionDark: us-east-1", "    call: {region: us-west-2, method: GET, status: 200}", `x.yaml:7:12: ""; expected a path such as /runs`},
		{"unknown action", "  servedFrom: 4m", "  runs: [{region: us-west-2, action: fly, outcome: Completed}]", `x.yaml:15:38: "fly" is not known`},
		{"impossible window", "  servedFrom: 4m", "  runs: [{region: us-west-2, action: check, outcome: Completed, from: 2m, by: 1m}]", "x.yaml:15:79: by is before from; expected a later time"},
		{"a fraction", "  servedFrom: 4m", "  batches: 2.5", "x.yaml:15:12: 2.5; expected a whole number"},
		{"a fraction deeper", "      outcome: Completed", "      outcome: Completed\n      transitionsAtMost: 60.5", "x.yaml:13:26: 60.5; expected a whole number"},
		{"an end before the last event", "until: 5m", "until: 1m", "x.yaml:13:8: 1m0s; expected a time not before the last event, at 1m45s"},
		{"no end", "until: 5m\n", "", "x.yaml:1:1: 0s; expected a time not before the last event, at 1m45s"},
		{"clients that take requests back", "until: 5m", "world: {clients: {requestsPerSecond: -3}}\nuntil: 5m", "x.yaml:13:38: -3; expected 0, for the usual 100, to 1000000000"},
		{"a switch without a name", "until: 5m", "world: {switch: none}\nuntil: 5m", "x.yaml:13:17: \"none\"; expected a lower-case letter"},
		{"a rule of fewer than none", "until: 5m", "world: {safetyRule: {atLeast: -1}}\nuntil: 5m", "-1; expected how many routing controls must be on"},
		{"no number of clients", "until: 5m", "world: {clients: {requestsPerSecond: .nan, writes: .nan}}\nuntil: 5m", "NaN; expected a part from 0 to 1"},
		{"fault in no Region", "    regionDark: us-east-1", "    apiFault: {service: rds, region: east, loseAnswer: true, times: 1}", `x.yaml:7:38: "east" is not a Region code`},
		{"a clock that is ahead and behind", "    regionDark: us-east-1", "    clock: {region: us-east-1, ahead: 5s, behind: 5s}", "x.yaml:7:13: got ahead and behind; expected one of them, or none to set the clock right"},
		{"a clock of no Region", "    regionDark: us-east-1", "    clock: {region: east, ahead: 5s}", `x.yaml:7:21: "east" is not a Region code`},
		{"a release without a format", "    regionDark: us-east-1", `    published: {region: us-east-1, version: "9.0.0"}`, "0; expected the format that the release writes, from 1"},
		{"a release without a version", "    regionDark: us-east-1", "    published: {region: us-east-1, format: 1}", "version is missing"},
		{"an approval that fails", "    regionDark: us-east-1", "    answer: {run: 1, by: ann, approved: true, fails: true}", "got approved: true and fails: true; expected one of them"},
		{"no YAML", "title: all is well", "title: {", "x.yaml:4:1: ',' or '}' must be specified"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(soundScenario, c.old, c.new, 1)
			if text == soundScenario {
				t.Fatalf("%q is not in the scenario", c.old)
			}
			_, err := parse("x.yaml", []byte(text))
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error()+"\n", c.want) {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	text := strings.NewReplacer("outcome: Completed", "outcome: Done", "regionDark: us-east-1", "regionDark: east").Replace(soundScenario)
	_, err := parse("x.yaml", []byte(text))
	want := `x.yaml:7:17: "east" is not a Region code; expected one like us-west-2, or primary or standby
x.yaml:12:16: "Done" is not known; expected Completed, RolledBack, Held, Refused or Stopped`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestApplicationsKeepTheirLines(t *testing.T) {
	text := "name: x\n# about the applications\napplications:\n  - name: shop\n\n    wave: 1\nuntil: 1m\n"
	rest, applications := splitApplications([]byte(text))
	if got, want := string(applications), "\n\napplications:\n  - name: shop\n\n    wave: 1\n\n"; got != want {
		t.Errorf("applications %q; want %q", got, want)
	}
	if got, want := string(rest), "name: x\n# about the applications\n\n\n\n\nuntil: 1m\n"; got != want {
		t.Errorf("the rest %q; want %q", got, want)
	}
}

func TestAScenarioThatIsNotThere(t *testing.T) {
	if _, err := Load(fstest.MapFS{}, "none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v; want %v", err, fs.ErrNotExist)
	}
	dir := fstest.MapFS{"sound.yaml": {Data: []byte(soundScenario)}}
	_, err := Load(dir, "sound.yaml")
	if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "sound.yaml:4:19: open shop.yaml: file does not exist; expected") {
		t.Errorf("got %v; want the missing file of the applications named, and not that the scenario is missing", err)
	}
}

func TestARunMayBeAskedForFractions(t *testing.T) {
	text := strings.Replace(soundScenario, "{action: failover}", "{action: failover, percents: [0.5], since: 1.5}", 1)
	if _, err := parse("x.yaml", []byte(text)); err != nil {
		t.Errorf("got %v; what a run makes of its input is the run's business", err)
	}
}

func TestRegionsOfNoPlanAreFound(t *testing.T) {
	text := strings.Replace(soundScenario, "regionDark: us-east-1", "regionDark: eu-west-1", 1)
	s, err := parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := "x.yaml:7:17: eu-west-1 is not a Region of the plan drover; expected primary or standby, which are us-east-1 and us-west-2"
	if _, err := s.In(Terms{Plan: failover.DefaultPlan()}); err == nil || !strings.HasPrefix(err.Error(), want+"\n") { // its applications are in a file, which is not read here
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestAnEndpointOfAClusterMayFailInItsOwnRegion, which need not be one of the plan.
func TestAnEndpointOfAClusterMayFailInItsOwnRegion(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.Switches = []failover.Switch{{Name: "arc", Lever: failover.RoutingControlLever, RoutingControl: &failover.RoutingControl{
		Endpoints: []failover.ClusterEndpoint{{Region: "eu-west-1", URL: "https://host.example.com/v1"}},
	}}}
	for event, fits := range map[string]bool{
		"apiFault: {service: route53-recovery-cluster, region: eu-west-1, code: InternalServerException, status: 500, times: 1}": true,
		"apiFault: {service: route53-recovery-cluster, region: eu-west-2, code: InternalServerException, status: 500, times: 1}": false,
		"regionDark: eu-west-1": false,
	} {
		s, err := parse("x.yaml", []byte(strings.Replace(soundScenario, "regionDark: us-east-1", event, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Fits(plan); (err == nil) != fits {
			t.Errorf("%s: got %v; want it to fit: %t", event, err, fits)
		}
	}
}

func TestTheFunctionsThatCanFailAreThoseOfADeployment(t *testing.T) {
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range deployed.Functions {
		there[f.Handler] = true
	}
	known := map[string]bool{}
	for _, name := range functions {
		known[name] = true
	}
	if diff := cmp.Diff(there, known); diff != "" {
		t.Errorf("(-deployed +known):\n%s", diff)
	}
}
