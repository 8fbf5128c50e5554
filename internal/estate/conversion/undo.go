package conversion

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
)

// File is an undo file: what a conversion was about to do when it was written, before its first batch.
type File struct {
	Format      int          `json:"droverUndo"`
	Plan        string       `json:"plan"`
	Written     time.Time    `json:"written"`
	Conversions []Conversion `json:"conversions"`
}

const fileFormat = 1

// NewFile is the undo file of conversions.
func NewFile(plan string, now time.Time, conversions []Conversion) File {
	return File{Format: fileFormat, Plan: plan, Written: now, Conversions: conversions}
}

// ReadFile reads an undo file.
func ReadFile(name string, text []byte) (File, error) {
	var f File
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("%s: not the undo file of a conversion: %w", name, err)
	}
	if f.Format != fileFormat || len(f.Conversions) == 0 {
		return f, fmt.Errorf("%s: expected an undo file that drover import --convert has written, with \"droverUndo\": %d and its conversions", name, fileFormat)
	}
	for _, c := range f.Conversions {
		if c.Zone == "" || c.Name == "" || c.Type == "" || !uniform(c.Before) || !uniform(c.After) {
			return f, fmt.Errorf("%s: conversion %q in zone %q: expected a zone, a name, a type, and record sets of one routing policy before and after", name, c.Name, c.Zone)
		}
	}
	return f, nil
}

// uniform says whether record sets have one routing policy, as those of a name and type in Route 53.
func uniform(sets []estate.Set) bool {
	return len(sets) > 0 && !slices.ContainsFunc(sets, func(s estate.Set) bool { return s.Policy() != sets[0].Policy() })
}

// Undo returns what makes the record sets of a file's conversions what they were. A name whose record sets have changed since is
// undone only if no client gets another answer: a run may have moved it.
func Undo(zones []estate.Zone, f File, o Options) Todo {
	p := newPlanner(zones, o)
	for _, c := range slices.Backward(f.Conversions) {
		g, there := p.groups[key(c.Zone, c.Name, c.Type)]
		before := c.Before
		switch {
		case !there:
			p.refuse(c, "zone %s has no record set of it any more; create what it was: %s", c.Zone, some(before))
		case sameAll(g.Sets, before):
			p.todo.Done++
		default:
			c.Before, c.After = g.Sets, before
			p.undo(c)
		}
	}
	return p.todo
}

// undo adds what undoes one conversion.
func (p *planner) undo(c Conversion) {
	difference := Compare(p.resolved(c.Zone, c.Before), p.resolved(c.Zone, c.After))
	if difference != nil && !p.accepts(c.Name) {
		p.refuse(c, "to undo it would change answers, %s; it has been moved or changed since, or the conversion changed answers too; fail back first, or add --accept %s",
			difference, failover.Quote(c.Name))
		return
	}
	c.Accepted = difference
	p.todo.Conversions = append(p.todo.Conversions, c)
}
