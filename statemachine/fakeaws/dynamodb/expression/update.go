package expression

import (
	"maps"
	"math/big"
	"slices"
)

// Update is a compiled update expression.
type Update struct {
	actions []updateAction
}

// updateAction changes one path. apply reads the item as it was before the whole update, as DynamoDB does, so that "SET
// a = b, b = a" swaps; it returns the new value of the path, or keep = false to remove it.
type updateAction struct {
	at    path
	apply func(before Item) (v any, keep bool, err error)
}

// Update compiles an update expression.
func (e *Expressions) Update(text string) (*Update, error) {
	p := e.parser("UpdateExpression", text)
	u := &Update{}
	sections := map[string]func(*parser) updateAction{"SET": setAction, "REMOVE": removeAction, "ADD": addAction, "DELETE": deleteAction}
	seen := map[string]bool{}
	for p.err == nil && p.pos < len(p.tokens) {
		keyword := p.peek()
		section, ok := sections[keyword]
		if !ok {
			p.failHere()
			break
		}
		if seen[keyword] {
			p.fail(`The "%s" section can only be used once in an update expression;`, keyword)
		}
		seen[keyword] = true
		p.pos++
		u.actions = append(u.actions, section(p))
		for p.accept(",") {
			u.actions = append(u.actions, section(p))
		}
	}
	if p.err == nil {
		var paths []path
		for _, a := range u.actions {
			paths = append(paths, a.at)
		}
		p.refuseClashes(paths)
	}
	return u, p.err
}

// Changes says whether the update writes an attribute of this name.
func (u *Update) Changes(name string) bool {
	return slices.ContainsFunc(u.actions, func(a updateAction) bool { return a.at[0].name == name })
}

// Apply returns the item after the update, and does not change the given one.
func (u *Update) Apply(before Item) (Item, error) {
	after := maps.Clone(before)
	var removed []path
	for _, a := range u.actions {
		v, keep, err := a.apply(before)
		if err != nil {
			return nil, err
		}
		if !keep {
			removed = append(removed, a.at)
			continue
		}
		if !put(after, a.at, v) {
			return nil, invalid("The document path provided in the update expression is invalid for update")
		}
	}
	// Later elements of a list are removed first, so that the indexes of the others stay correct.
	slices.SortStableFunc(removed, func(a, b path) int { return b[len(b)-1].index - a[len(a)-1].index })
	for _, at := range removed {
		remove(after, at)
	}
	return after, nil
}

// Only is the part of an item that the update writes.
func (u *Update) Only(it Item) Item {
	out := Item{}
	for name, v := range it {
		if u.Changes(name) {
			out[name] = v
		}
	}
	return out
}

// put writes v at the path, and copies every container that it changes; it returns whether the path exists up to its
// last step.
func put(it map[string]any, at path, v any) bool {
	if len(at) == 1 {
		it[at[0].name] = v
		return true
	}
	changed, ok := putInside(it[at[0].name], at[1:], v)
	if ok {
		it[at[0].name] = changed
	}
	return ok
}

func putInside(container any, at path, v any) (any, bool) {
	switch c := container.(type) {
	case map[string]any:
		if at[0].index != noIndex {
			return nil, false
		}
		c = maps.Clone(c)
		return c, put(c, at, v)
	case []any:
		i := at[0].index
		if i == noIndex {
			return nil, false
		}
		c = slices.Clone(c)
		if len(at) == 1 {
			if i >= len(c) {
				return append(c, v), true
			}
			c[i] = v
			return c, true
		}
		if i >= len(c) {
			return nil, false
		}
		changed, ok := putInside(c[i], at[1:], v)
		c[i] = changed
		return c, ok
	}
	return nil, false
}

// remove removes the value at the path, if there is one.
func remove(it Item, at path) {
	if len(at) == 1 {
		delete(it, at[0].name)
		return
	}
	parent, last := at[:len(at)-1], at[len(at)-1]
	container, ok := parent.get(it)
	if !ok {
		return
	}
	switch c := container.(type) {
	case map[string]any:
		c = maps.Clone(c)
		delete(c, last.name)
		put(it, parent, c)
	case []any:
		if last.index >= 0 && last.index < len(c) {
			put(it, parent, slices.Delete(slices.Clone(c), last.index, last.index+1))
		}
	}
}

func removeAction(p *parser) updateAction {
	return updateAction{at: p.path(), apply: func(Item) (any, bool, error) { return nil, false, nil }}
}

func setAction(p *parser) updateAction {
	at := p.path()
	p.expect("=")
	left := p.setOperand()
	for _, sign := range []string{"+", "-"} {
		if p.accept(sign) {
			right := p.setOperand()
			for _, o := range []operand{left, right} {
				p.constantOf("operator or function: "+sign, o, "N")
			}
			return updateAction{at: at, apply: func(it Item) (any, bool, error) {
				a, okA := left.of(it)
				b, okB := right.of(it)
				if !okA || !okB {
					return nil, false, errNoSuchAttribute
				}
				sum, err := add(a, b, sign)
				return sum, true, err
			}}
		}
	}
	return updateAction{at: at, apply: func(it Item) (any, bool, error) {
		v, ok := left.of(it)
		if !ok {
			return nil, false, errNoSuchAttribute
		}
		return v, true, nil
	}}
}

var (
	errNoSuchAttribute = invalid("The provided expression refers to an attribute that does not exist in the item")
	errOperandType     = invalid("An operand in the update expression has an incorrect data type")
)

// setOperand is an operand, if_not_exists or list_append.
func (p *parser) setOperand() operand {
	function := p.peekAt(0)
	if p.peekAt(1) != "(" {
		return p.operand()
	}
	p.pos += 2
	switch function {
	case "if_not_exists":
		first := p.path()
		p.expect(",")
		second := p.setOperand()
		p.expect(")")
		return operand{of: func(it Item) (any, bool) {
			if v, ok := first.get(it); ok {
				return v, true
			}
			return second.of(it)
		}}
	case "list_append":
		first := p.setOperand()
		p.expect(",")
		second := p.setOperand()
		p.expect(")")
		for _, o := range []operand{first, second} {
			p.constantOf("operator or function: list_append", o, "L")
		}
		return operand{of: func(it Item) (any, bool) {
			a, _ := first.of(it)
			b, _ := second.of(it)
			listA, okA := a.([]any)
			listB, okB := b.([]any)
			return slices.Concat(listA, listB), okA && okB
		}}
	}
	p.fail("Invalid function name; function: %s", function)
	return operand{}
}

func add(a, b any, sign string) (any, error) {
	x, okX := a.(number)
	y, okY := b.(number)
	if !okX || !okY {
		return nil, errOperandType
	}
	sum := new(big.Rat)
	if sign == "-" {
		sum.Sub(x.rat(), y.rat())
	} else {
		sum.Add(x.rat(), y.rat())
	}
	n := formatNumber(sum)
	return n, n.check()
}

func addAction(p *parser) updateAction {
	at := p.path()
	v := p.value()
	p.constantOf("operator: ADD", operand{isValue: true, constant: v}, "N", "SS", "NS", "BS")
	return updateAction{at: at, apply: func(it Item) (any, bool, error) {
		old, ok := at.get(it)
		if !ok {
			return v, true, nil
		}
		if members, isSet := v.(set); isSet {
			merged, err := changeSet(old, members, true)
			return merged, true, err
		}
		sum, err := add(old, v, "+")
		return sum, true, err
	}}
}

func deleteAction(p *parser) updateAction {
	at := p.path()
	v := p.value()
	p.constantOf("operator: DELETE", operand{isValue: true, constant: v}, "SS", "NS", "BS")
	members, _ := v.(set)
	return updateAction{at: at, apply: func(it Item) (any, bool, error) {
		old, ok := at.get(it)
		if !ok {
			return nil, false, nil
		}
		left, err := changeSet(old, members, false)
		return left, len(left.members) > 0, err
	}}
}

// changeSet adds members to a set, or removes them.
func changeSet(old any, members set, adding bool) (set, error) {
	before, ok := old.(set)
	if !ok || before.kind != members.kind {
		return set{}, errOperandType
	}
	after := set{kind: before.kind}
	if adding {
		after.members = slices.Concat(before.members, members.members)
		slices.Sort(after.members)
		after.members = slices.Compact(after.members)
		return after, nil
	}
	for _, m := range before.members {
		if !slices.Contains(members.members, m) {
			after.members = append(after.members, m)
		}
	}
	return after, nil
}
