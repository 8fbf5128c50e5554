package drill

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// apply applies an event of the timeline, now.
func (p *performance) apply(ctx context.Context, e scenario.Event) error {
	p.circumstances.changed(changes(e))
	p.count(e)
	switch {
	case e.RegionDark != "":
		return p.regionDark(e.RegionDark)
	case e.RegionBack != "":
		return p.regionBack(e.RegionBack)
	case e.ControlPlane != "":
		p.controlPlane(e.ControlPlane)
	case e.Drift != nil:
		return p.drift(*e.Drift)
	case e.RecordSet != nil:
		return p.recordSet(*e.RecordSet)
	case e.DatabaseLag != nil:
		return p.world.SetLag(e.DatabaseLag.GlobalCluster, time.Duration(e.DatabaseLag.Lag))
	case e.DatabaseHang != "":
		p.say("rds", transcript.Bad, "%s: a promotion that starts from now on never ends", e.DatabaseHang)
		return p.world.SetStuck(e.DatabaseHang, true)
	case e.LoseChange != "":
		p.loseChange(e.LoseChange)
	case e.DatabaseMember != nil:
		return p.databaseMember(*e.DatabaseMember)
	case e.MemberDeleted != nil:
		return p.world.DeleteMember(e.MemberDeleted.GlobalCluster, e.MemberDeleted.Region)
	case e.NoMetrics != nil:
		return p.noMetrics(*e.NoMetrics)
	case e.Errors != nil:
		return p.fail(*e.Errors)
	case e.APIFault != nil:
		p.apiFault(*e.APIFault)
	case e.Invocations != nil:
		p.failInvocations(*e.Invocations)
	case e.Alarm != nil:
		return p.setAlarm(*e.Alarm)
	case e.Call != nil:
		return p.call(ctx, *e.Call)
	case e.Start != nil:
		return p.start(ctx, *e.Start)
	case e.LambdaSurge != nil:
		return p.lambdaSurge(*e.LambdaSurge)
	case e.RegistryItem != nil:
		return p.registryItem(ctx, *e.RegistryItem)
	case e.Deploy != nil:
		return p.deployRelease(ctx, *e.Deploy)
	default:
		return p.applyToRun(ctx, e)
	}
	return nil
}

func (p *performance) regionDark(region string) error {
	p.outages = append(p.outages, p.world.Now())
	p.milestones = append(p.milestones, Milestone{At: p.world.Now(), Text: region + " goes dark", Bad: true})
	p.freeze(region)
	return p.world.SetDark(region, true)
}

func (p *performance) regionBack(region string) error {
	p.milestones = append(p.milestones, Milestone{At: p.world.Now(), Text: region + " answers again"})
	p.thaw(region)
	return p.world.SetDark(region, false)
}

// loseChange loses the newest change of a hosted zone that is still pending.
func (p *performance) loseChange(zone string) {
	if !p.world.LoseNewestChange(zone) {
		p.say("route53", transcript.Bad, "%s: no change is pending that could be lost", zone)
	}
}

// controlPlane takes the Route 53 control plane away, or brings it back.
func (p *performance) controlPlane(state string) {
	gone := state == scenario.ControlPlaneGone
	text := "the Route 53 control plane answers again"
	if gone {
		text = "the Route 53 control plane does not answer"
	}
	p.milestones = append(p.milestones, Milestone{At: p.world.Now(), Text: text, Bad: gone})
	p.world.SetControlPlane(gone)
}

// fail makes requests of an application fail in a Region; with FromPercent, only while the Region serves at least that
// share of its users.
func (p *performance) fail(e scenario.Errors) error {
	if e.FromPercent > 0 {
		return p.world.SetErrorShareUnderLoad(e.Region, e.Application, e.Share, float64(e.FromPercent)/100)
	}
	return p.world.SetErrorShare(e.Region, e.Application, e.Share)
}

// say prints an event that the simulator's journal does not have.
func (p *performance) say(actor string, tone transcript.Tone, format string, args ...any) {
	p.narrator.Out.Event(p.world.Now(), actor, tone, fmt.Sprintf(format, args...))
}

// drift changes a record set outside Drover.
func (p *performance) drift(d scenario.Drift) error {
	if d.SetIdentifier != "" {
		return p.foreignSet(d)
	}
	id := p.identifierOf(d)
	for _, set := range p.world.RecordSets(d.Zone) {
		if set.Name != d.Name || set.Type != d.Type || set.SetIdentifier != id {
			continue
		}
		var changed []string
		if d.Weight != nil {
			set.Weight = *d.Weight
			changed = append(changed, fmt.Sprintf("weight %d", set.Weight))
		}
		if d.Value != "" {
			set.Values = []string{d.Value}
			changed = append(changed, "value "+d.Value)
		}
		p.say("route53", transcript.Bad, "%s %s in %s is changed manually: %s", d.Name, d.Type, d.Region, strings.Join(changed, ", "))
		if err := p.world.PutRecordSet(d.Zone, set); err != nil {
			return err
		}
		p.byHand = append(p.byHand, guarantee.ManualChange{At: p.world.Now(), Zone: d.Zone, Sets: p.world.RecordSets(d.Zone)})
		return nil
	}
	return fmt.Errorf("drift: zone %s has no record set %s %s of %s", d.Zone, d.Name, d.Type, d.Region)
}

// identifierOf is the SetIdentifier of the record set that the drift names by its Region.
func (p *performance) identifierOf(d scenario.Drift) string {
	for _, app := range p.apps {
		for _, r := range app.Records {
			if r.Zone == d.Zone && r.Name == d.Name && r.Type == d.Type {
				return r.Identifier(failover.Region(d.Region))
			}
		}
	}
	return d.Region
}

// recordSet replaces the record sets of a name and type outside Drover.
func (p *performance) recordSet(m scenario.ManualSet) error {
	if err := p.world.RemoveRecordSets(m.Zone, m.Name, m.Type); err != nil {
		return err
	}
	if len(m.Values) == 0 {
		p.say("route53", transcript.Bad, "an operator deletes the record sets %s %s", m.Name, m.Type)
	} else {
		p.say("route53", transcript.Bad, "an operator replaces %s %s by a simple record set, %s", m.Name, m.Type, strings.Join(m.Values, ", "))
		err := p.world.PutRecordSet(m.Zone, fakeaws.RecordSet{Name: m.Name, Type: m.Type, TTL: m.TTL, Values: m.Values})
		if err != nil {
			return err
		}
	}
	p.byHand = append(p.byHand, guarantee.ManualChange{At: p.world.Now(), Zone: m.Zone, Sets: p.world.RecordSets(m.Zone)})
	return nil
}

// foreignSet adds or changes a record set beside those of the Regions.
func (p *performance) foreignSet(d scenario.Drift) error {
	foreign := fakeaws.RecordSet{Name: d.Name, Type: d.Type, SetIdentifier: d.SetIdentifier, TTL: 60, Values: []string{d.Value}}
	for _, set := range p.world.RecordSets(d.Zone) {
		if set.Name == d.Name && set.Type == d.Type && set.SetIdentifier == d.SetIdentifier {
			foreign = set
		}
	}
	if d.Value != "" {
		foreign.Values = []string{d.Value}
	}
	if d.Weight != nil {
		foreign.Weight = *d.Weight
	}
	p.say("route53", transcript.Bad, "another tool adds to %s %s the record set %s with weight %d", d.Name, d.Type, d.SetIdentifier, foreign.Weight)
	if err := p.world.PutRecordSet(d.Zone, foreign); err != nil {
		return err
	}
	p.byHand = append(p.byHand, guarantee.ManualChange{At: p.world.Now(), Zone: d.Zone, Sets: p.world.RecordSets(d.Zone)})
	return nil
}

func (p *performance) apiFault(f scenario.APIFault) {
	fault := fakeaws.Fault{
		Service: f.Service, Operation: f.Operation, Region: f.Region, LoseAnswer: f.LoseAnswer, LoseRequest: f.LoseRequest, After: f.After,
		Times: f.Times, Object: f.Object, Share: f.Share, Spares: fakeaws.Administrator, Struck: p.delivers(faultKind(f)),
	}
	what := "loses its response"
	if f.LoseRequest {
		what = "is not performed and not answered"
	}
	if f.Code != "" {
		fault.Error = &fakeaws.APIError{Code: f.Code, Status: f.Status, Message: f.Message}
		what = "fails with " + f.Code
	}
	operation := f.Operation
	if operation == "" {
		operation = "every operation"
	}
	if f.Object != "" {
		operation += " of " + f.Object
	}
	if f.Share > 0 {
		operation = fmt.Sprintf("%.0f %% of %s", 100*f.Share, operation)
	}
	p.say(f.Service, transcript.Bad, "%s %s %s", operation, what, howLong(f.Times, f.For))
	p.until(f.For, p.world.Inject(fault))
}

func (p *performance) failInvocations(f scenario.Invocations) {
	what := map[string]string{
		fakeaws.InvokeThrottled:     "is throttled by Lambda",
		fakeaws.InvokeCrashesBefore: "crashes before its work",
		fakeaws.InvokeCrashesMidway: fmt.Sprintf("crashes after %s", prose.Count(f.Calls, "request")),
		fakeaws.InvokeCrashes:       "does its work and crashes before it responds",
		fakeaws.InvokeTimesOut:      "does its work and hangs until its timeout",
		fakeaws.InvokeDeleted:       "is deleted, and created again",
		fakeaws.InvokeDenied:        "is denied to the state machine",
	}[f.Fail]
	p.say("lambda", transcript.Bad, "%s %s %s", f.Function, what, howLong(f.Times, f.For))
	p.until(f.For, p.world.InjectInvoke(fakeaws.InvokeFault{
		Function: f.Function, Kind: f.Fail, Calls: f.Calls, Times: f.Times, Struck: p.delivers("invocation " + f.Fail),
	}))
}

// lambdaSurge makes the account's other functions use all concurrency that is not reserved.
func (p *performance) lambdaSurge(s scenario.LambdaSurge) error {
	if err := p.world.SetOtherConcurrency(s.Region, s.Executions); err != nil {
		return err
	}
	lasts := ""
	if s.For > 0 {
		lasts = " for " + time.Duration(s.For).String()
	}
	p.say("lambda", transcript.Bad, "other functions request %d concurrent executions in %s%s", s.Executions, s.Region, lasts)
	p.until(s.For, func() { _ = p.world.SetOtherConcurrency(s.Region, 0) }) // the Region is one of the simulator's
	return nil
}

func (p *performance) noMetrics(of scenario.Place) error {
	_, err := p.world.StopMetric(of.Region, of.Application)
	return err
}

// count counts an event as delivered. Faults count when they strike.
func (p *performance) count(e scenario.Event) {
	if e.APIFault == nil && e.Invocations == nil {
		p.delivered[e.Kinds()[0]]++
	}
}

// faultKind is the kind of a fault of calls, for counting.
func faultKind(f scenario.APIFault) string {
	switch {
	case f.LoseAnswer:
		return "call answer lost"
	case f.LoseRequest:
		return "call request lost"
	case f.Status >= 500:
		return "call fails"
	}
	return "call " + f.Code
}

// delivers counts a fault by its kind each time that it strikes.
func (p *performance) delivers(kind string) func() {
	return func() {
		p.delivered[kind]++
		p.circumstances.struck++
	}
}

// until ends a fault after a while, and at the end of the scenario in any case.
func (p *performance) until(lasts scenario.Duration, remove func()) {
	p.undo = append(p.undo, remove)
	if lasts > 0 {
		p.world.At(p.world.Now().Add(time.Duration(lasts)), func() {
			p.circumstances.changed("a fault has ended since")
			remove()
		})
	}
}

func howLong(times int, lasts scenario.Duration) string {
	switch {
	case times == 1:
		return "once"
	case times > 1:
		return fmt.Sprintf("%d times", times)
	}
	return "for " + scenario.Span(time.Duration(lasts))
}
