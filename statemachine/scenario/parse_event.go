package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// eventKeys are the kinds of events, in the order in which an error lists them.
var eventKeys = []string{
	"regionDark", "regionBack", "controlPlane", "drift", "recordSet", "databaseLag", "databaseHang", "loseChange", "databaseMember", "memberDeleted", "noMetrics", "errors", "apiFault", "invocations", "alarm", "call",
	"start", "deploy", "lambdaSurge", "registryItem", "cutOff", "seeAgain", "switchoverCancelled", "pause", "stop", "loseEvents", "answer", "plantedApproval", "repeatStep", "clock", "published", "redrive",
}

// ParseEvent reads one event as a timeline has it, from YAML or JSON. All mistakes are reported at once, each with line,
// column and what was expected; file is what they call the text.
func ParseEvent(file string, text []byte) (Event, error) {
	var e Event
	if len(bytes.TrimSpace(text)) == 0 {
		return e, fmt.Errorf("%s: empty; expected one of %s", file, strings.Join(eventKeys, ", "))
	}
	tree, err := readYAML(text, &e)
	if err != nil {
		return e, explainYAML(file, tree, reflect.TypeFor[Event](), err)
	}
	c := checker{source: source{file, tree}}
	c.wholeNumbers(reflect.TypeFor[Event]())
	c.event("", e)
	return e, errors.Join(c.problems...)
}

// Kinds are the keys of the event that are set.
func (e Event) Kinds() []string {
	set := []bool{
		e.RegionDark != "", e.RegionBack != "", e.ControlPlane != "", e.Drift != nil, e.RecordSet != nil, e.DatabaseLag != nil, e.DatabaseHang != "", e.LoseChange != "", e.DatabaseMember != nil, e.MemberDeleted != nil, e.NoMetrics != nil,
		e.Errors != nil, e.APIFault != nil, e.Invocations != nil, e.Alarm != nil, e.Call != nil, e.Start != nil,
		e.Deploy != nil, e.LambdaSurge != nil, e.RegistryItem != nil,
		e.CutOff != nil, e.SeeAgain != nil, e.SwitchoverCancelled != "", e.Pause != nil, e.Stop != nil, e.LoseEvents != nil, e.Answer != nil, e.PlantedApproval != nil, e.RepeatStep != nil, e.Clock != nil, e.Published != nil, e.Redrive > 0,
	}
	var kinds []string
	for i, key := range eventKeys {
		if set[i] {
			kinds = append(kinds, key)
		}
	}
	return kinds
}

func (c *checker) event(path string, e Event) {
	if kinds := e.Kinds(); len(kinds) != 1 {
		c.add(path, "got %[2]d kinds of event; expected exactly one of %[1]s", strings.Join(eventKeys, ", "), len(kinds))
		return
	}
	switch {
	case e.RegionDark != "":
		c.region(path+".regionDark", e.RegionDark)
	case e.RegionBack != "":
		c.region(path+".regionBack", e.RegionBack)
	case e.ControlPlane != "":
		c.oneOf(path+".controlPlane", e.ControlPlane, ControlPlaneGone, ControlPlaneReturns)
	case e.Drift != nil:
		c.drift(path+".drift", *e.Drift)
	case e.RecordSet != nil:
		for key, value := range orderedPairs("zone", e.RecordSet.Zone, "name", e.RecordSet.Name, "type", e.RecordSet.Type) {
			c.required(path+".recordSet", key, value)
		}
	case e.DatabaseLag != nil:
		c.required(path+".databaseLag", "globalCluster", e.DatabaseLag.GlobalCluster)
	case e.DatabaseMember != nil:
		c.databaseMember(path+".databaseMember", *e.DatabaseMember)
	case e.MemberDeleted != nil:
		c.region(path+".memberDeleted.region", e.MemberDeleted.Region)
		c.required(path+".memberDeleted", "globalCluster", e.MemberDeleted.GlobalCluster)
	case e.NoMetrics != nil:
		c.region(path+".noMetrics.region", e.NoMetrics.Region)
		c.required(path+".noMetrics", "application", e.NoMetrics.Application)
	case e.Errors != nil:
		c.errors(path+".errors", *e.Errors)
	case e.APIFault != nil:
		c.apiFault(path+".apiFault", *e.APIFault)
	case e.Invocations != nil:
		c.invocations(path+".invocations", *e.Invocations)
	case e.Alarm != nil:
		c.alarm(path+".alarm", *e.Alarm)
	case e.Call != nil:
		c.call(path+".call", *e.Call)
	case e.Start != nil:
		c.start(path+".start", *e.Start)
	case e.LambdaSurge != nil:
		c.lambdaSurge(path+".lambdaSurge", *e.LambdaSurge)
	case e.RegistryItem != nil:
		c.registryItem(path+".registryItem", *e.RegistryItem)
	case e.Deploy != nil:
		c.deploy(path+".deploy", *e.Deploy)
	default:
		c.runEvent(path, e)
	}
}

func (c *checker) errors(path string, e Errors) {
	c.region(path+".region", e.Region)
	if e.Share < 0 || e.Share > 1 {
		c.add(path+".share", "%v; expected a part from 0 to 1", e.Share)
	}
	if e.FromPercent < 0 || e.FromPercent > 100 {
		c.add(path+".fromPercent", "%d; expected 0 to 100", e.FromPercent)
	}
}

func (c *checker) lambdaSurge(path string, s LambdaSurge) {
	c.region(path+".region", s.Region)
	if s.Executions < 1 {
		c.add(path+".executions", "%d; expected how many executions other functions request, at least 1", s.Executions)
	}
}

func (c *checker) deploy(path string, d Deploy) {
	c.region(path+".region", d.Region)
	if !slices.Contains(releases, d.Release) {
		c.add(path+".release", "%q is not known; expected one of %s", d.Release, strings.Join(releases, ", "))
	}
}

func (c *checker) required(path, key, value string) {
	if value == "" {
		c.add(path, "%s is missing", key)
	}
}

func (c *checker) drift(path string, d Drift) {
	for key, value := range orderedPairs("zone", d.Zone, "name", d.Name, "type", d.Type) {
		c.required(path, key, value)
	}
	if d.SetIdentifier == "" {
		c.region(path+".region", d.Region)
	} else if d.Region != "" {
		c.add(path, "got region and setIdentifier; expected one of them")
	}
	if d.Weight == nil && d.Value == "" {
		c.add(path, "weight and value are missing; expected one or both")
	}
	if d.Weight != nil && (*d.Weight < 0 || *d.Weight > 255) {
		c.add(path+".weight", "%d; expected 0 to 255", *d.Weight)
	}
}

func (c *checker) databaseMember(path string, m DatabaseMember) {
	c.required(path, "globalCluster", m.GlobalCluster)
	c.region(path+".region", m.Region)
	switch {
	case m.Version == "" && m.Instances == nil:
		c.add(path, "version and instances are missing; expected one or both")
	case m.Instances != nil && *m.Instances != 0 && *m.Instances != 1:
		c.add(path+".instances", "%d; expected 0, for a headless cluster, or 1", *m.Instances)
	}
}

func (c *checker) apiFault(path string, f APIFault) {
	c.required(path, "service", f.Service)
	if f.Region != "" {
		c.region(path+".region", f.Region)
	}
	kinds := 0
	for _, set := range []bool{f.Code != "", f.LoseAnswer, f.LoseRequest} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		c.add(path, "expected code, for an error response, loseAnswer: true or loseRequest: true; exactly one")
	}
	if f.After < 0 {
		c.add(path+".after", "%d; expected how many calls it leaves alone before", f.After)
	}
	if f.Code != "" && (f.Status < 400 || f.Status > 599) {
		c.add(path+".status", "%d; expected the HTTP status of %s, 400 to 599", f.Status, f.Code)
	}
	if !(f.Share >= 0 && f.Share <= 1) { // nothing is true of .nan
		c.add(path+".share", "%v; expected a part from 0 to 1", f.Share)
	}
	c.ending(path, f.Times, f.For)
}

// ending checks that a fault ends.
func (c *checker) ending(path string, times int, lasts Duration) {
	if (times > 0) == (lasts > 0) {
		c.add(path, "expected times, for how many calls, or for, for how long; exactly one")
	}
}

// functions are the Lambda functions of a deployment. A fault of any other would have no effect, and the drill would pass.
var functions = []string{"validate", "shifttraffic", "updateregistry", "promotedatabase", "verifyhealth", "notify", "api", "lever"}

func (c *checker) invocations(path string, f Invocations) {
	kinds := []string{fakeaws.InvokeThrottled, fakeaws.InvokeCrashesBefore, fakeaws.InvokeCrashesMidway, fakeaws.InvokeCrashes, fakeaws.InvokeTimesOut, fakeaws.InvokeDeleted, fakeaws.InvokeDenied}
	if !slices.Contains(kinds, f.Fail) {
		c.add(path+".fail", "%q is not known; expected %s", f.Fail, strings.Join(kinds, ", "))
	}
	if !slices.Contains(functions, f.Function) {
		c.add(path+".function", "%q is not known; expected %s", f.Function, strings.Join(functions, ", "))
	}
	if (f.Calls > 0) != (f.Fail == fakeaws.InvokeCrashesMidway) {
		c.add(path+".calls", "%d; expected how many requests the function makes before it crashes, with fail: %s alone", f.Calls, fakeaws.InvokeCrashesMidway)
	}
	c.ending(path, f.Times, f.For)
}

func (c *checker) start(path string, s StartRun) {
	c.region(path+".region", s.Region)
	c.input(path, s.Input)
	if s.Outcome != "" || !c.any {
		c.outcome(path, s.Outcome)
	}
}

func (c *checker) outcome(path string, o failover.Outcome) {
	outcomes := []failover.Outcome{failover.Completed, failover.RolledBack, failover.Held, failover.Refused, Stopped}
	if !slices.Contains(outcomes, o) {
		c.add(path+".outcome", "%q is not known; expected Completed, RolledBack, Held, Refused or Stopped", o)
	}
}
