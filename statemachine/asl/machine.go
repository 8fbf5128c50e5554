package asl

import "time"

// Machine is a parsed definition. It is immutable: one Machine serves any number of executions, at the same time too.
type Machine struct {
	comment string
	timeout time.Duration
	level
}

// level is a list of states that lead to each other: those of the machine, of a branch of a Parallel, or of a Map's processor.
type level struct {
	startAt string
	// states are in the order of the text; everything that reaches output walks this list and never the map.
	states []*state
	byName map[string]*state
}

// state is one state of a machine. Which fields are set depends on kind.
type state struct {
	name    string
	kind    Kind
	comment string
	exit
	// Task
	resource     string
	waitForToken bool
	arguments    *template
	timeout      *template
	heartbeat    *template
	retry        []*retrier
	catch        []*catcher
	// Choice
	rules []*rule
	// Wait
	seconds   *template
	timestamp *template
	// Map and Parallel: the branches of a Parallel, or the one processor of a Map
	inner []*level
	// Map
	items        *template
	itemSelector *template
	concurrency  *template
	// tolerated are ToleratedFailureCount and ToleratedFailurePercentage.
	tolerated []limit
	// Fail
	failError *template
	failCause *template
}

// exit is how an execution leaves a state: what it assigns, the output, and the next state; an empty next ends the
// execution, or the branch. A state has one, and so has each rule of a Choice and each catcher.
type exit struct {
	next   string
	assign []assignment
	output *template
	// field prefixes the names of assign and output in error texts, such as "Catch[0]/".
	field string
}

// limit is a field that is a number.
type limit struct {
	field    string
	value    *template
	greatest int
}

type assignment struct {
	name  string
	value *template
}

type rule struct {
	comment   string
	condition *template
	exit
}

type catcher struct {
	comment string
	errors  []string
	exit
}

type retrier struct {
	errors      []string
	interval    time.Duration
	maxAttempts int
	backoffRate float64
	maxDelay    time.Duration
	fullJitter  bool
}

// Kind is the type of a state, as the field Type has it.
type Kind string

// The kinds of states that the interpreter knows.
const (
	Pass     Kind = "Pass"
	Task     Kind = "Task"
	Choice   Kind = "Choice"
	Wait     Kind = "Wait"
	Succeed  Kind = "Succeed"
	Fail     Kind = "Fail"
	Map      Kind = "Map"
	Parallel Kind = "Parallel"
)

// State describes one state, for a picture or a list.
type State struct {
	Name    string
	Kind    Kind
	Comment string
	// Edges are the transitions to other states, in the order of the text; a terminal state has none.
	Edges []Edge
	// Branches are the states of each branch of a Parallel, or those of a Map's processor.
	Branches [][]State
}

// Edge is one transition to another state.
type Edge struct {
	To   string
	Kind EdgeKind
	// Comment is that of the rule or catcher; empty for the others.
	Comment string
}

// EdgeKind says what makes an execution take an edge.
type EdgeKind string

// The kinds of edges.
const (
	// Next is taken when the state has done its work.
	Next EdgeKind = "next"
	// Match is taken when a Choice's rule matches, and Default when none does.
	Match   EdgeKind = "match"
	Default EdgeKind = "default"
	// Caught is taken when a Task, a Map or a Parallel has failed after its retries.
	Caught EdgeKind = "caught"
)

// StartAt is the name of the first state.
func (m *Machine) StartAt() string { return m.startAt }

// Comment is the definition's own.
func (m *Machine) Comment() string { return m.comment }

// States describes the states in the order in which the definition has them.
func (m *Machine) States() []State { return m.describe() }

func (l *level) describe() []State {
	states := make([]State, len(l.states))
	for i, s := range l.states {
		states[i] = State{Name: s.name, Kind: s.kind, Comment: s.comment, Edges: s.edges()}
		for _, inner := range s.inner {
			states[i].Branches = append(states[i].Branches, inner.describe())
		}
	}
	return states
}

func (s *state) edges() []Edge {
	var edges []Edge
	for _, r := range s.rules {
		edges = append(edges, Edge{To: r.next, Kind: Match, Comment: r.comment})
	}
	if s.next != "" {
		kind := Next
		if s.kind == Choice {
			kind = Default
		}
		edges = append(edges, Edge{To: s.next, Kind: kind})
	}
	for _, c := range s.catch {
		edges = append(edges, Edge{To: c.next, Kind: Caught, Comment: c.comment})
	}
	return edges
}
