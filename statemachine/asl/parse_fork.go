package asl

import (
	"fmt"
	"slices"
)

// distributed are the fields of a Map that only a distributed one has.
var distributed = []string{"ItemReader", "ItemBatcher", "ResultWriter", "Label"}

// mapState reads a Map that plays its iterations inline, in the same execution.
func (o *object) mapState(s *state) {
	for _, field := range distributed {
		if _, given := o.take(field); given {
			o.unsupported(field, "of a distributed Map", "expected an inline Map")
		}
	}
	s.items, s.itemSelector = o.template("Items"), o.template("ItemSelector")
	if s.items != nil && s.items.expr == nil && s.items.items == nil {
		o.refuse("Items", "is no array; expected an array or an expression for one")
	}
	s.concurrency = o.number("MaxConcurrency", maxSeconds)
	s.tolerated = []limit{
		{"ToleratedFailureCount", o.number("ToleratedFailureCount", maxSeconds), maxSeconds},
		{"ToleratedFailurePercentage", o.number("ToleratedFailurePercentage", 100), 100},
	}
	raw, given := o.take("ItemProcessor")
	if !given {
		o.refuse("ItemProcessor", "is missing; expected an object with StartAt and States")
		return
	}
	processor := o.p.object(o.where+", ItemProcessor", raw)
	processor.inline()
	s.inner = []*level{processor.inner()}
	s.retry, s.catch = o.retriers(), o.catchers()
}

// number takes a field that is a whole number from 0 on, or an expression for one.
func (o *object) number(field string, greatest int) *template {
	t := o.template(field)
	if t != nil && t.expr == nil {
		o.wholeNumber(field, t.literal, 0, greatest)
	}
	return t
}

// inline refuses a processor whose iterations are executions of their own.
func (o *object) inline() {
	raw, given := o.take("ProcessorConfig")
	if !given {
		return
	}
	config := o.p.object(o.where+", ProcessorConfig", raw)
	if mode := config.text("Mode"); mode != "INLINE" && mode != "" {
		config.unsupported("Mode", fmt.Sprintf("%q", mode), "expected INLINE")
		config.take("ExecutionType")
	}
	config.done()
}

func (o *object) parallel(s *state) {
	s.arguments = o.template("Arguments")
	for _, branch := range o.list("Branches") {
		s.inner = append(s.inner, branch.inner())
	}
	if len(s.inner) == 0 {
		o.refuse("Branches", "is empty; expected at least one branch")
	}
	s.retry, s.catch = o.retriers(), o.catchers()
	for _, c := range s.catch {
		if slices.Contains(c.errors, errorBranchFailed) {
			o.unsupported("Catch", errorBranchFailed, "expected the name of the branch's error, or "+ErrorAll)
		}
	}
}

// inner reads the states of a branch or of a processor.
func (o *object) inner() *level {
	o.text("Comment")
	o.queryLanguage(false)
	l := o.level()
	o.done()
	return l
}
