package drill

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Not only the timeline starts runs: alarms, schedules and the API do too. A scenario lists them under expect.runs: a run
// that is not listed is as wrong as one that does not start.

// adopt follows the runs that something else has started since it was last called.
func (p *performance) adopt(ctx context.Context) error {
	for _, arn := range p.narrator.Due() {
		if run := p.byARN(arn); run != nil {
			if err := p.stopNow(run); err != nil {
				return err
			}
		}
	}
	p.adoptWeights()
	for _, arn := range p.narrator.NewRuns() {
		if slices.ContainsFunc(p.runs, func(run *started) bool { return run.arn == arn }) {
			continue
		}
		x, ok := p.world.Execution(arn)
		if !ok {
			continue
		}
		if p.isClosing(x) {
			continue
		}
		if followed, err := p.isWeights(ctx, x); followed || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		before, err := p.snapshot(ctx, failover.Region(x.Region))
		if err != nil {
			return err
		}
		name := x.Name
		if generatedID.MatchString(name) {
			name = fmt.Sprintf("%s-%d", p.scenario.Name, len(p.runs)+1)
			p.narrator.Out.Call(x.Name, name)
		}
		p.say("run", transcript.Title, "%s starts in %s: %s", name, x.Region, spaced(shortInput(x.Input)))
		p.narrator.Forget()
		p.circumstances.started(arn)
		p.runs = append(p.runs, &started{arn: arn, name: name, want: p.expected(x), before: before, triggered: !p.loose(x)})
	}
	return nil
}

// generatedID is the form of the ids that EventBridge and Scheduler start executions under.
var generatedID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// shortInput is an execution's input without the parts of an alarm's event that no run reads.
func shortInput(text json.RawMessage) json.RawMessage {
	input, err := failover.ParseInput(text)
	if err != nil || input.Trigger == nil {
		return text
	}
	short, err := json.Marshal(input)
	if err != nil {
		return text
	}
	return short
}

// spaced is JSON with room to break a line after each value.
func spaced(text json.RawMessage) string {
	var out strings.Builder
	quoted := false
	for i, c := range string(text) {
		out.WriteRune(c)
		switch {
		case c == '"' && (i == 0 || text[i-1] != '\\'):
			quoted = !quoted
		case c == ',' && !quoted:
			out.WriteByte(' ')
		}
	}
	return out.String()
}

// expected is what the scenario expects of the next run that it does not start itself.
func (p *performance) expected(x fakeaws.Execution) scenario.StartRun {
	n := p.triggered()
	if p.scenario.Expect.Any || p.loose(x) {
		return scenario.StartRun{Region: x.Region}
	}
	if n >= len(p.scenario.Expect.Runs) {
		p.unexpected = append(p.unexpected, fmt.Sprintf("%s: started in %s; the scenario expects no such run", x.Name, x.Region))
		return scenario.StartRun{Region: x.Region}
	}
	e := p.scenario.Expect.Runs[n]
	in, _ := failover.ParseInput(x.Input) // an input that cannot be read has no action
	after := x.StartedAt.Sub(p.began)
	if x.Region != e.Region || in.Action != e.Action || after < e.From.Or(0) || after > e.By.Or(after) {
		p.unexpected = append(p.unexpected, fmt.Sprintf("%s: %q started in %s at %s; expected %q in %s%s", x.Name, in.Action, x.Region,
			scenario.Clock(after), e.Action, e.Region, e.Window()))
	}
	return scenario.StartRun{Region: x.Region, Outcome: e.Outcome, Says: e.Says}
}

// triggered is how many runs have started that the scenario must expect.
func (p *performance) triggered() int {
	n := 0
	for _, run := range p.runs {
		if run.triggered {
			n++
		}
	}
	return n
}

// loose says whether an execution is that of the schedule which writes pending weights, where the scenario leaves open when it
// does.
func (p *performance) loose(x fakeaws.Execution) bool {
	in, err := failover.ParseInput(x.Input)
	return err == nil && p.scenario.LooseWeights && in.Action == failover.Weights
}

// missing lists the runs that were expected and never started.
func (p *performance) missing() []string {
	n := p.triggered()
	var missing []string
	for _, e := range p.scenario.Expect.Runs[min(n, len(p.scenario.Expect.Runs)):] {
		missing = append(missing, fmt.Sprintf("expected %q to start in %s%s; it did not", e.Action, e.Region, e.Window()))
	}
	return missing
}

// setAlarm sets the state of an alarm, and makes of it what the event says.
func (p *performance) setAlarm(a scenario.AlarmChange) error {
	if a.Account != "" || a.From != "" {
		return p.foreignAlarm(a)
	}
	if a.Create {
		return p.world.AddAlarm(fakeaws.Alarm{Region: a.Region, Name: a.Name, State: a.State})
	}
	if a.Composite == nil && !a.Muted {
		return p.world.SetAlarmState(a.Region, a.Name, a.State, a.Reason)
	}
	alarm := fakeaws.Alarm{Region: a.Region, Name: a.Name, State: a.State, Muted: a.Muted}
	if c := a.Composite; c != nil {
		alarm.Composite = &fakeaws.Composite{Rule: c.Rule, Suppressor: c.Suppressor, WaitSeconds: c.WaitSeconds, ExtensionSeconds: c.ExtensionSeconds}
	}
	return p.world.AddAlarm(alarm)
}

// foreignAlarm delivers the event of an alarm of another account or Region.
func (p *performance) foreignAlarm(a scenario.AlarmChange) error {
	account, from := cmp.Or(a.Account, p.assembly.Account), cmp.Or(a.From, a.Region)
	p.say("events", transcript.Bad, "an event arrives in %s: alarm %s of account %s in %s is %s", a.Region, a.Name, account, from, a.State)
	detail, err := json.Marshal(map[string]any{
		"alarmName": a.Name, "state": map[string]any{"value": a.State, "reason": a.Reason}, "previousState": map[string]any{"value": fakeaws.AlarmOK},
		"configuration": map[string]any{"metrics": []any{}},
	})
	if err != nil {
		return err
	}
	return p.world.PutEvent(a.Region, fakeaws.Event{
		Source: "aws.cloudwatch", DetailType: "CloudWatch Alarm State Change", Account: account, Region: from, Detail: detail,
		Resources: []string{fmt.Sprintf("%s:cloudwatch:%s:%s:alarm:%s", p.partition(), from, account, a.Name)},
	})
}

// addNamedAlarms creates the alarms that the deployed rules name: they are the operator's, and not part of the stacks. They
// are OK until the timeline changes them.
func (r *rehearsal) addNamedAlarms() error {
	for _, rule := range r.assembly.Rules {
		var pattern struct {
			Detail struct {
				AlarmName []json.RawMessage `json:"alarmName"`
			} `json:"detail"`
		}
		if err := json.Unmarshal(rule.Pattern, &pattern); err != nil {
			return fmt.Errorf("rule %s: read its pattern: %w", rule.Name, err)
		}
		for _, text := range pattern.Detail.AlarmName {
			var name string
			if json.Unmarshal(text, &name) != nil {
				continue // a matcher and no name: the scenario creates the alarm
			}
			if err := r.world.AddAlarm(fakeaws.Alarm{Region: rule.Region, Name: name, State: fakeaws.AlarmOK}); err != nil {
				return err
			}
		}
	}
	return nil
}

// silent lists the alarms that should have gone to ALARM and have not, and a number of dead letters that is not expected.
func (p *performance) silent() []string {
	var silent []string
	letters := 0
	for _, q := range p.assembly.Queues {
		letters += len(p.world.QueueMessages(q.ARN))
	}
	if want := p.scenario.Expect.DeadLetters; letters != want {
		silent = append(silent, fmt.Sprintf("expected %s in the dead-letter queues, got %d", prose.Count(want, "message"), letters))
	}
	for _, want := range p.scenario.Expect.Alarms {
		if !p.narrator.Fired(want) {
			silent = append(silent, fmt.Sprintf("expected the alarm %q to go to ALARM; it did not", want))
		}
	}
	return silent
}
