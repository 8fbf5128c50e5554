package drills

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

const (
	primary = "us-east-1"
	standby = "us-west-2"
)

// everyScenario says that all scenarios are to be played with the release before, and not the representative ones alone:
// make compat.
var everyScenario = os.Getenv("DROVER_COMPAT") == "all"

// deploys are deployments of a release.
func deploys(at time.Duration, release string, regions ...string) []scenario.Event {
	var all []scenario.Event
	for _, region := range regions {
		all = append(all, scenario.Event{At: scenario.Duration(at), Deploy: &scenario.Deploy{Region: region, Release: release}})
	}
	return all
}

func starts(at time.Duration, region string, outcome failover.Outcome, input string) []scenario.Event {
	var parsed any
	if err := json.Unmarshal([]byte(input), &parsed); err != nil {
		panic(err) // it is written in a test
	}
	start := scenario.StartRun{Region: region, Outcome: outcome, Input: parsed}
	return []scenario.Event{{At: scenario.Duration(at), Start: &start}}
}

// playPrevious plays a scenario in which the release before is deployed, and returns what is not as expected.
func playPrevious(t *testing.T, s *scenario.Scenario) (wrong []string, printed string, result *drill.Result) {
	t.Helper()
	var out bytes.Buffer
	result = mustPlay(t, s, drill.Options{Previous: drilltest.Previous(t), Out: &transcript.Printer{W: &out}})
	wrong = slices.Clone(result.Unexpected)
	for _, v := range result.Guarantees {
		for _, broken := range v.Violations {
			wrong = append(wrong, v.Guarantee+": "+broken)
		}
	}
	return wrong, out.String(), result
}

// later moves a scenario's timeline, for one run before it. Expectations about the whole time are dropped.
func later(s *scenario.Scenario, by time.Duration) {
	s.Timeline = slices.Clone(s.Timeline)
	counted := regexp.MustCompile(regexp.QuoteMeta(s.Name) + `-(\d+)`)
	next := func(name string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(name, s.Name+"-")) // it is a number
		return fmt.Sprintf("%s-%d", s.Name, n+1)
	}
	for i := range s.Timeline {
		e := &s.Timeline[i]
		if e.Start != nil {
			start := *e.Start
			start.Says = slices.Clone(start.Says)
			for j, says := range start.Says {
				start.Says[j] = counted.ReplaceAllStringFunc(says, next)
			}
			e.Start = &start
		}
		e.At += scenario.Duration(by)
		if e.Call != nil {
			call := *e.Call
			call.Path = counted.ReplaceAllStringFunc(call.Path, next)
			e.Call = &call
		}
		if e.Stop != nil {
			stop := *e.Stop
			stop.Run++
			e.Stop = &stop
		}
		if e.Pause != nil {
			pause := *e.Pause
			pause.Run++
			e.Pause = &pause
		}
		if e.PlantedApproval != nil {
			planted := *e.PlantedApproval
			planted.Run++
			planted.Under = counted.ReplaceAllStringFunc(planted.Under, next)
			e.PlantedApproval = &planted
		}
		if e.Answer != nil {
			answer := *e.Answer
			answer.Run++
			e.Answer = &answer
		}
	}
	s.Until += scenario.Duration(by)
	s.Expect, s.NoSchedules = scenario.Expect{Active: s.Expect.Active, Runs: s.Expect.Runs, Closed: s.Expect.Closed, Denied: s.Expect.Denied}, true
	for i, name := range s.Expect.Closed {
		s.Expect.Closed[i] = counted.ReplaceAllStringFunc(name, next)
	}
}

// notWithOldRuns are the scenarios that are not played after runs of the release before, each with why.
var notWithOldRuns = map[string]string{
	"drill-back-blocked":      repeatsTwoDrills,
	"drill-home-bad":          repeatsTwoDrills,
	"delegated-zone":          cannotDrillBefore,
	"engine-versions":         cannotDrillBefore,
	"not-in-context":          cannotDrillBefore,
	"healthy-in-time":         cannotDrillBefore,
	"five-thousand":           spreadBefore,
	"ten-thousand":            spreadBefore,
	"ten-thousand-switchover": spreadBefore,
	"thousand":                spreadBefore,
	"bad-input":               "its refusals come in the first minutes, when 0.1.0 is deployed",
	"approval-waived":         "its refusals come in the first minutes, when 0.1.0 is deployed",
	"refused-failover":        "its command names a time of the scenario, which is later here",
}

const (
	repeatsTwoDrills  = "a second drill, with this release alone too: repeating all steps of both in the end is no repetition of the last one"
	cannotDrillBefore = "what is wrong from the beginning keeps a drill before it from completing"
	spreadBefore      = "the simulator registers the applications with this release, while nothing has run yet: the wave is spread"
)

// TestCompatWhatThePreviousReleaseHasStored plays scenarios with what a drill of release 0.1.0 has left in both Regions:
// its fences, the lock, the run, the drill and its report. Both Regions have this release since.
func TestCompatWhatThePreviousReleaseHasStored(t *testing.T) {
	few := []string{"throttled", "planned-switchover", "approval-approved", "stopped"}
	for _, name := range chosen(few, notWithOldRuns) {
		t.Run(name, func(t *testing.T) {
			s, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			later(s, 30*time.Minute)
			s.Timeline = slices.Concat(
				deploys(0, scenario.ReleasePrevious, primary, standby),
				starts(3*time.Minute, standby, failover.Completed, `{"action": "drill", "reason": "before the upgrade"}`),
				deploys(25*time.Minute, scenario.ReleaseCurrent, primary, standby),
				s.Timeline)
			isWell(t, s)
		})
	}
}

// needsSwitch says whether a scenario cannot be played without a switch, which 0.1.0 does not have: it says so itself, or the
// Route 53 control plane does not answer.
func needsSwitch(name string) bool {
	text, err := os.ReadFile(name + ".yaml")
	return err != nil || strings.Contains(string(text), "controlPlane: gone") || strings.Contains(string(text), "function: lever") ||
		strings.Contains(string(text), "switch: ") || strings.Contains(string(text), "regionDark: us-east-1") && !strings.Contains(string(text), "controlPlane: stays")
}

// asBefore is a scenario while a Region has release 0.1.0: no switch is armed, because that Region has published no health check.
func asBefore(s *scenario.Scenario) *scenario.Scenario {
	s.World.Traffic, s.World.ControlPlane = scenario.Detached, scenario.ControlPlaneStays
	return s
}

// chosen are the scenarios that are played: all but those with a reason, or few of them.
func chosen(few []string, not map[string]string) []string {
	all := slices.DeleteFunc(Names(), func(name string) bool { return not[name] != "" || needsSwitch(name) })
	if everyScenario {
		return all
	}
	return few
}

func isWell(t *testing.T, s *scenario.Scenario) *drill.Result {
	t.Helper()
	wrong, printed, result := playPrevious(t, s)
	if len(wrong) > 0 {
		t.Errorf("%s\nthe transcript:\n%s", strings.Join(wrong, "\n"), printed)
	}
	return result
}

// notBeside are the scenarios that are not played while the primary has release 0.1.0 and the standby this one, each with
// why: they are about what that release does not do in the primary.
var notBeside = map[string]string{
	"alarms-in-both-regions": "an alarm's event starts a run of 0.1.0 in the primary, which does not know the field trigger",
	"both-drills":            "a drill of 0.1.0 with nothing to move does not say so while another run moves",
	"cut-off":                "0.1.0 notifies of no run that its schedule asks for and that is refused",
	"evidence":               "0.1.0 has no alarm for a notification that is missing",
	"notify-gone":            "0.1.0 has no alarm for a notification that is missing",
	"two-operators":          "which of the two runs is first depends on how many calls a release makes",
	"outage-in-failback":     "0.1.0 does not ask the other Region for the lock before it promotes; its traffic is held off by the fence",
}

// TestCompatTheOtherRegionHasThePreviousRelease plays scenarios while the primary still has release 0.1.0: the lost Region
// of an outage, and the one from which everything moves in a planned run.
func TestCompatTheOtherRegionHasThePreviousRelease(t *testing.T) {
	for _, name := range chosen([]string{"throttled", "planned-switchover", "drill"}, notBeside) {
		t.Run(name, func(t *testing.T) {
			s, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			s.Timeline = slices.Concat(deploys(0, scenario.ReleasePrevious, primary), s.Timeline)
			isWell(t, asBefore(s))
		})
	}
}

// TestCompatBothReleasesRunInTurn lets the releases, one in each Region, read what the other has written: planned, and
// with the other Region dark. Then the primary is upgraded too, and the fences move.
func TestCompatBothReleasesRunInTurn(t *testing.T) {
	s := asBefore(named(t, "both releases run in turn"))
	dark := func(at time.Duration, region string) []scenario.Event {
		return []scenario.Event{{At: scenario.Duration(at), RegionDark: region}}
	}
	back := func(at time.Duration, region string) []scenario.Event {
		return []scenario.Event{{At: scenario.Duration(at), RegionBack: region}}
	}
	s.Timeline = slices.Concat(
		deploys(0, scenario.ReleasePrevious, primary),
		starts(3*time.Minute, standby, failover.Completed, `{"action": "switchover"}`),
		starts(20*time.Minute, primary, failover.Completed, `{"action": "failback"}`), // by 0.1.0
		dark(40*time.Minute, primary),
		starts(41*time.Minute, standby, failover.Completed, `{"action": "failover", "allowDataLoss": true}`),
		back(55*time.Minute, primary),
		dark(80*time.Minute, standby),
		starts(81*time.Minute, primary, failover.Completed, `{"action": "failover", "allowDataLoss": true}`), // by 0.1.0
		back(100*time.Minute, standby),
		deploys(110*time.Minute, scenario.ReleaseCurrent, primary),
		starts(111*time.Minute, primary, failover.Completed, `{"action": "check"}`),
		starts(130*time.Minute, standby, failover.Completed, `{"action": "switchover"}`),
	)
	s.Until = scenario.Duration(150 * time.Minute)
	s.Expect.Active = map[string]string{"checkout": standby, "orders": standby, "catalog": standby}
	result := isWell(t, s)
	var own, old int
	for _, zone := range result.Evidence.End.Zones {
		for _, set := range zone.Sets {
			switch {
			case set.Type == "TXT" && strings.HasPrefix(set.Name, "_drover-"):
				own++
			case set.Type == "TXT" && strings.HasPrefix(set.Name, "_drover."):
				old++
			}
		}
	}
	if own != 2 || old != 0 {
		t.Errorf("the zones have %d fences of this release and %d of the one before; want 2 and none", own, old)
	}
}

// TestCompatARunInProgressIsUpgraded deploys this release while a run of 0.1.0 is in progress. It has no versions, and goes
// on with the functions that are deployed last.
func TestCompatARunInProgressIsUpgraded(t *testing.T) {
	for input, at := range map[string]time.Duration{
		`{"action": "switchover"}`:                      3*time.Minute + 20*time.Second,
		`{"action": "failover", "allowDataLoss": true}`: 3*time.Minute + 10*time.Second,
		`{"action": "drill"}`:                           8 * time.Minute,
	} {
		s := named(t, "a run in progress is upgraded")
		s.Timeline = slices.Concat(
			deploys(0, scenario.ReleasePrevious, primary, standby),
			starts(3*time.Minute, standby, failover.Completed, input),
			deploys(at, scenario.ReleaseCurrent, standby, primary),
			starts(40*time.Minute, standby, failover.Completed, `{"action": "check"}`),
		)
		s.Until = scenario.Duration(45 * time.Minute)
		isWell(t, s)
	}
}

// named is a scenario of the shop with nothing in it yet.
func named(t *testing.T, title string) *scenario.Scenario {
	t.Helper()
	s, err := Load("planned-switchover")
	if err != nil {
		t.Fatal(err)
	}
	s.Title, s.Timeline, s.Expect, s.NoSchedules = title, nil, scenario.Expect{}, true
	return s
}
