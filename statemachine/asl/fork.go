package asl

import (
	"encoding/json"
	"slices"

	"github.com/drover-dr/drover/statemachine/asl/jsonata"
)

// maxConcurrency is the most iterations of an inline Map that Step Functions plays at once.
const maxConcurrency = 40

// fork is an attempt of a Map or a Parallel. Its branches are played in the order of their numbers; the execution waits for all
// that wait.
type fork struct {
	running []*branch
	// outputs are those of the branches that have ended.
	outputs []json.RawMessage
	// items are those of a Map; the branches of a Parallel have all the same input.
	items []json.RawMessage
	input json.RawMessage
	// started counts the branches that were started, and ended those that have ended.
	started, ended int
	// most is how many branches run at once.
	most int
}

// startFork starts an attempt of the present state, a Map or a Parallel.
func (b *branch) startFork() {
	f, failure := b.prepareFork()
	if failure != nil {
		b.stateFailed(*failure)
		return
	}
	started := Event{Type: string(b.at.kind) + "StateStarted"}
	if b.at.kind == Map {
		started.MapStateStarted = &MapStateStarted{Length: len(f.items)}
	}
	b.record(started)
	b.at.fork = f
	b.startBranches(f, b.last)
}

// prepareFork evaluates what an attempt needs.
func (b *branch) prepareFork() (*fork, *Failure) {
	vars := b.scope(nil, nil)
	if b.at.kind == Parallel {
		f := &fork{input: b.at.input, outputs: make([]json.RawMessage, len(b.at.inner)), most: len(b.at.inner)}
		if b.at.arguments == nil {
			return f, nil
		}
		input, err := b.at.arguments.evaluate("Arguments", vars)
		if err != nil {
			return nil, b.evaluationFailed(err)
		}
		f.input = input
		return f, nil
	}
	items, failure := b.mapItems(vars)
	if failure != nil {
		return nil, failure
	}
	f := &fork{items: items, outputs: make([]json.RawMessage, len(items)), most: maxConcurrency}
	// The tolerated failures are evaluated and checked, and otherwise without effect: AWS documents them for distributed Maps.
	for _, l := range append([]limit{{"MaxConcurrency", b.at.concurrency, maxSeconds}}, b.at.tolerated...) {
		if l.value == nil {
			continue
		}
		n, err := b.wholeNumber(l.value, l.field, vars, l.greatest)
		if err != nil {
			return nil, b.evaluationFailed(err)
		}
		if l.field == "MaxConcurrency" && n > 0 {
			f.most = min(n, maxConcurrency)
		}
	}
	return f, nil
}

// mapItems are what a Map iterates over: its Items, or its input.
func (b *branch) mapItems(vars scope) ([]json.RawMessage, *Failure) {
	text := b.at.input
	if b.at.items != nil {
		var err *evaluationError
		if text, err = b.at.items.evaluate("Items", vars); err == nil && typeOf(text) != "array" {
			err = b.at.items.wrongType("Items", "array", text)
		}
		if err != nil {
			return nil, b.evaluationFailed(err)
		}
	}
	var items []json.RawMessage
	if typeOf(text) != "array" || json.Unmarshal(text, &items) != nil {
		return nil, b.evaluationFailed(&evaluationError{cause: "Map state input must be an array but was: " + string(text)})
	}
	return items, nil
}

// startBranches starts as many branches as may run at once, each after the event that made room for it.
func (b *branch) startBranches(f *fork, after int64) {
	for b.x.status == Running && b.at.fork == f && len(f.running) < f.most && f.started < len(f.outputs) {
		inner := newBranch(b.x, b.at.inner[0])
		inner.parent, inner.index, inner.last = b, f.started, after
		input := f.input
		f.started++
		if b.at.kind == Map {
			inner.record(Event{Type: "MapIterationStarted", MapIterationStarted: b.iteration(inner)})
			inner.item = objectOf("Index", float64(inner.index), "Value", decode(f.items[inner.index]))
			input = f.items[inner.index]
			if b.at.itemSelector != nil {
				text, err := b.at.itemSelector.evaluate("ItemSelector", b.itemScope(inner.item))
				if err != nil {
					b.last = inner.last
					b.forkFailed(inner, *b.evaluationFailed(err))
					return
				}
				input = text
			}
		} else {
			inner.level = b.at.inner[inner.index]
		}
		f.running = append(f.running, inner)
		inner.enter(inner.level.startAt, input)
		inner.play()
		if inner.done {
			after = b.branchEnded(f, inner)
		}
	}
	if b.x.status == Running && b.at.fork == f && f.ended == len(f.outputs) {
		b.joined(f)
	}
}

// itemScope is what the ItemSelector of a Map sees for an item.
func (b *branch) itemScope(item *jsonata.Object) scope {
	outer := b.item
	b.item = item
	vars := b.scope(nil, nil)
	b.item = outer
	return vars
}

func (b *branch) iteration(inner *branch) *MapIteration {
	return &MapIteration{Name: b.at.name, Index: inner.index}
}

// branchEnded takes the output or the failure of a branch, and returns the event that the next branch follows.
func (b *branch) branchEnded(f *fork, inner *branch) int64 {
	f.running = slices.DeleteFunc(f.running, func(other *branch) bool { return other == inner })
	if inner.failure != nil {
		b.forkFailed(inner, *inner.failure)
		return inner.last
	}
	f.outputs[inner.index] = inner.output
	f.ended++
	b.last = inner.last
	if b.at.kind == Map {
		if id := b.x.record(inner.last, Event{Type: "MapIterationSucceeded", MapIterationSucceeded: b.iteration(inner)}); id > 0 {
			b.last = id
		}
	}
	return inner.last
}

// joined leaves the state with the outputs of all branches.
func (b *branch) joined(f *fork) {
	b.at.fork = nil
	result := json.RawMessage("[")
	for i, output := range f.outputs {
		if i > 0 {
			result = append(result, ',')
		}
		result = append(result, output...)
	}
	result = append(result, ']')
	if len(result) > MaxData {
		b.stateFailed(*b.tooLarge(b.at.name))
		return
	}
	// As recorded on AWS, what follows does not follow this event, but the one before it.
	b.x.record(b.last, Event{Type: string(b.at.kind) + "StateSucceeded"})
	b.exitOrFail(&b.at.exit, result, b.scope(result, nil))
}

// forkFailed ends the attempt with the failure of a branch. The other branches are aborted.
func (b *branch) forkFailed(failed *branch, failure Failure) {
	f := b.at.fork
	b.at.fork = nil
	if failed.last > b.last {
		b.last = failed.last
	}
	failed.aborted(b.last)
	for _, other := range f.running {
		if b.at.kind == Map {
			b.x.record(b.last, Event{Type: "MapIterationAborted", MapIterationAborted: b.iteration(other)})
		}
		other.visit(func(inner *branch) { inner.aborted(b.last) })
	}
	if b.at.kind == Map {
		b.x.record(b.last, Event{Type: "MapIterationFailed", MapIterationFailed: b.iteration(failed)})
	}
	b.stateFailed(failure)
}

// aborted records that a branch is no more in its state. There is an event for the kinds of states that can take time.
func (b *branch) aborted(after int64) {
	if b.at != nil && slices.Contains([]Kind{Task, Wait, Map, Parallel}, b.at.kind) {
		b.x.record(after, Event{Type: string(b.at.kind) + "StateAborted"})
	}
}

// finish ends the branch with an output, or the execution if the branch is the execution's own.
func (b *branch) finish(output json.RawMessage) {
	if b.parent == nil {
		b.x.succeed(b.last, output)
		return
	}
	b.done, b.output = true, output
}

// fail ends the branch with a failure, or the execution if the branch is the execution's own.
func (b *branch) fail(f Failure) {
	if b.parent == nil {
		b.x.fail(b.last, f)
		return
	}
	b.done, b.failure = true, &f
}

// climb continues the Map or Parallel of a branch that has ended, and so on outwards.
func (b *branch) climb() {
	for b.parent != nil && b.done && b.x.status == Running {
		outer := b.parent
		f := outer.at.fork
		after := outer.branchEnded(f, b)
		outer.startBranches(f, after)
		outer.play()
		b = outer
	}
}
