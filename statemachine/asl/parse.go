package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/drover-dr/drover/internal/untrusted"
)

// ErrUnsupported is in the chain of every error of [Parse] that names something that Step Functions knows and this
// interpreter does not.
var ErrUnsupported = errors.New("not supported")

// Parse reads a definition. It accepts only what it can play exactly as Step Functions would; everything else, every
// unknown field too, is refused with the name of the state and the field, and all mistakes are reported at once.
func Parse(definition []byte) (*Machine, error) {
	if err := untrusted.CheckJSON(definition, maxDefinition); err != nil {
		return nil, fmt.Errorf("definition: %w", err)
	}
	p := &parser{names: map[string]bool{}}
	m := &Machine{}
	top := p.object("definition", definition)
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	m.comment = top.text("Comment")
	if version, given := top.take("Version"); given && string(version) != `"1.0"` {
		top.refuse("Version", "%s: %w; expected \"1.0\"", version, ErrUnsupported)
	}
	top.queryLanguage(true)
	if raw, given := top.take("TimeoutSeconds"); given {
		m.timeout = time.Duration(top.wholeNumber("TimeoutSeconds", raw, 1, maxSeconds)) * time.Second
	}
	m.level = *top.level()
	top.done()
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	return m, nil
}

// maxDefinition is the largest definition that Step Functions accepts, in bytes.
const maxDefinition = 1 << 20

// maxSeconds is the longest time that Step Functions accepts anywhere.
const maxSeconds = 99999999

// maxName is the longest name of a state and of a variable.
const maxName = 80

type parser struct {
	problems []error
	// names are those of all states: a name is used once in a machine, within its Maps and Parallels too.
	names map[string]bool
}

// level takes StartAt and States, and checks that the states lead to each other.
func (o *object) level() *level {
	l := &level{startAt: o.text("StartAt"), byName: map[string]*state{}}
	states, given := o.take("States")
	if !given {
		o.refuse("States", "is missing; expected an object of states")
		return l
	}
	all := o.p.object("States", states)
	for _, name := range all.order {
		text, _ := all.take(name)
		child := o.p.object(fmt.Sprintf("state %q", name), text)
		if len([]rune(name)) > maxName {
			child.refuse("name", "is longer than %d characters", maxName)
		}
		if o.p.names[name] {
			child.refuse("name", "is that of two states; expected each name once in the whole definition")
		}
		o.p.names[name] = true
		s := child.state(name)
		l.states = append(l.states, s)
		l.byName[name] = s
	}
	o.check(l)
	return l
}

// state reads one state. What none of the readers takes is refused by done.
func (o *object) state(name string) *state {
	kind := Kind(o.text("Type"))
	s := &state{name: name, kind: kind, comment: o.text("Comment")}
	o.queryLanguage(false)
	switch kind {
	case Pass:
		s.exit = o.exit("")
		o.nextOrEnd(&s.exit)
	case Task:
		o.task(s)
		s.exit = o.exit("")
		o.nextOrEnd(&s.exit)
	case Choice:
		s.rules = o.rules()
		s.exit = o.exit("")
		s.next = o.text("Default")
	case Wait:
		o.wait(s)
		s.exit = o.exit("")
		o.nextOrEnd(&s.exit)
	case Succeed:
		s.output = o.template("Output")
	case Fail:
		s.failError, s.failCause = o.template("Error"), o.template("Cause")
	case Map:
		o.mapState(s)
		s.exit = o.exit("")
		o.nextOrEnd(&s.exit)
	case Parallel:
		o.parallel(s)
		s.exit = o.exit("")
		o.nextOrEnd(&s.exit)
	default:
		o.refuse("Type", "is %q; expected Pass, Task, Choice, Wait, Succeed, Fail, Map or Parallel", kind)
		return s
	}
	o.done()
	return s
}

// lambdaInvoke is the one integration; its name has the partition of AWS in it.
var lambdaInvoke = regexp.MustCompile(`^arn:aws[a-z-]*:states:::lambda:invoke(\.waitForTaskToken)?$`)

func (o *object) task(s *state) {
	s.resource = o.text("Resource")
	match := lambdaInvoke.FindStringSubmatch(s.resource)
	if match == nil {
		o.unsupported("Resource", fmt.Sprintf("%q", s.resource),
			"expected arn:aws:states:::lambda:invoke, with or without .waitForTaskToken")
	} else {
		s.waitForToken = match[1] != ""
	}
	s.arguments = o.template("Arguments")
	s.timeout = o.seconds("TimeoutSeconds")
	s.heartbeat = o.seconds("HeartbeatSeconds")
	s.retry, s.catch = o.retriers(), o.catchers()
}

func (o *object) wait(s *state) {
	s.seconds, s.timestamp = o.seconds("Seconds"), o.template("Timestamp")
	if (s.seconds == nil) == (s.timestamp == nil) {
		o.refuse("Seconds", "or Timestamp is needed, and not both")
	}
}

func (o *object) rules() []*rule {
	var rules []*rule
	for _, c := range o.list("Choices") {
		r := &rule{comment: c.text("Comment"), condition: c.template("Condition")}
		if r.condition == nil {
			c.refuse("Condition", "is missing; expected a JSONata expression that is true or false")
		}
		r.exit = c.exit(c.field + "/")
		r.next = c.required("Next")
		c.done()
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		o.refuse("Choices", "is empty; expected at least one rule")
	}
	return rules
}

func (o *object) catchers() []*catcher {
	var catchers []*catcher
	all := o.list("Catch")
	for i, c := range all {
		k := &catcher{comment: c.text("Comment"), errors: c.errorEquals(i == len(all)-1), exit: c.exit(c.field + "/")}
		k.next = c.required("Next")
		c.done()
		catchers = append(catchers, k)
	}
	return catchers
}

func (o *object) retriers() []*retrier {
	var retriers []*retrier
	all := o.list("Retry")
	for i, r := range all {
		r.text("Comment")
		k := &retrier{errors: r.errorEquals(i == len(all)-1), interval: time.Second, maxAttempts: 3, backoffRate: 2}
		if raw, given := r.take("IntervalSeconds"); given {
			k.interval = time.Duration(r.wholeNumber("IntervalSeconds", raw, 1, maxSeconds)) * time.Second
		}
		if raw, given := r.take("MaxAttempts"); given {
			k.maxAttempts = r.wholeNumber("MaxAttempts", raw, 0, maxSeconds)
		}
		if raw, given := r.take("MaxDelaySeconds"); given {
			k.maxDelay = time.Duration(r.wholeNumber("MaxDelaySeconds", raw, 1, 31622400)) * time.Second
		}
		if raw, given := r.take("BackoffRate"); given {
			if err := json.Unmarshal(raw, &k.backoffRate); err != nil || k.backoffRate < 1 {
				r.refuse("BackoffRate", "is %s; expected a number of 1 or more", raw)
			}
		}
		switch jitter := r.text("JitterStrategy"); jitter {
		case "FULL":
			k.fullJitter = true
		case "", "NONE":
		default:
			r.refuse("JitterStrategy", "is %q; expected FULL or NONE", jitter)
		}
		r.done()
		retriers = append(retriers, k)
	}
	return retriers
}

// errorEquals reads the errors of a retrier or catcher, and holds Step Functions' rule for its wildcard.
func (o *object) errorEquals(last bool) []string {
	raw, given := o.take("ErrorEquals")
	var names []string
	if !given || json.Unmarshal(raw, &names) != nil || len(names) == 0 {
		o.refuse("ErrorEquals", "is missing; expected an array of error names")
		return nil
	}
	for _, name := range names {
		if name == ErrorAll && (len(names) > 1 || !last) {
			o.refuse("ErrorEquals", "has %s; expected it alone, and in the last place", ErrorAll)
		}
	}
	return names
}

// check checks the states of a level: every edge leads to a state, and every state can be reached.
func (o *object) check(l *level) {
	if l.byName[l.startAt] == nil {
		o.p.problems = append(o.p.problems, fmt.Errorf("%s: StartAt: there is no state %q", o.where, l.startAt))
		return
	}
	reached := map[string]bool{l.startAt: true}
	for queue := []string{l.startAt}; len(queue) > 0; queue = queue[1:] {
		for _, e := range l.byName[queue[0]].edges() {
			if l.byName[e.To] == nil {
				o.p.problems = append(o.p.problems, fmt.Errorf("state %q: there is no state %q to go to", queue[0], e.To))
			} else if !reached[e.To] {
				reached[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	for _, s := range l.states {
		if !reached[s.name] {
			o.p.problems = append(o.p.problems, fmt.Errorf("state %q: no state leads to it", s.name))
		}
	}
}
