package failover

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fence is the value of the TXT record that guards a hosted zone. Every batch of changes deletes the value that the
// run expects and creates its own; Route 53 applies a batch wholly or not at all, so the batch of a run that has been
// overtaken no longer matches and changes nothing.
type Fence struct {
	// Epoch is the epoch of the run that wrote last.
	Epoch int64
	// Run is that run's id, Region where it is executed: a name is unique in one Region alone, and two operators may well
	// give their runs the number of the same incident.
	Run    string
	Region Region
	// Stage and Batch say which of the run's batches it was, so that a retry recognises what it has done. Try counts how
	// often its mark has been written, from 1: writing it again must change the record, because Route 53 may do nothing
	// at all for a change that changes nothing, and then there is no change to wait for.
	Stage, Batch, Try int
	// Phase is the phase of the run that the stage belongs to.
	Phase Phase
	// Action is the run's. In a Region whose registry has not heard of the run, the fence is all that is known of it.
	Action Action
}

// Of says whether it is a run's that has written the fence.
func (f Fence) Of(run Run) bool { return f.Run == run.ID && f.Region == run.Region() }

// noAction stands in a fence for an action that is not known.
const noAction Action = "-"

// fencePrefix begins the first label of every fence record.
const fencePrefix = "_drover-"

// FenceName is the name of a plan's fence record in a hosted zone. It carries the plan's name, so that several plans may
// move records of one zone, each behind its own fence.
func FenceName(plan, zoneName string) string {
	return fencePrefix + plan + "." + strings.TrimSuffix(zoneName, ".")
}

// OldFenceName is the name of the fence record of format 1, which all plans share.
func OldFenceName(zoneName string) string { return oldFenceLabel + strings.TrimSuffix(zoneName, ".") }

const oldFenceLabel = "_drover."

// IsFenceName says whether a record's name is, or may become, the name of a fence.
func IsFenceName(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, fencePrefix) || strings.HasPrefix(name, oldFenceLabel)
}

// CheckRunName returns what keeps a run's name from being written into a fence, or nil. Spaces separate the fence's parts. All
// names that Step Functions accepts pass, in any script.
func CheckRunName(name string) error {
	for _, c := range name {
		if unicode.IsSpace(c) || unicode.IsControl(c) || c == utf8.RuneError || c == '"' || c == '\\' {
			return fmt.Errorf("run name %q: it contains %q; expected characters other than spaces, control characters, quotation marks and backslashes", name, c)
		}
	}
	if n := utf8.RuneCountInString(name); n < 1 || n > maxRunName {
		return fmt.Errorf("run name %q has %d characters; expected 1 to %d", name, n, maxRunName)
	}
	return nil
}

// MaxFence is the most characters that the value of a fence has: with a name of which each character has four bytes, and each of
// them an escape.
const MaxFence = 1450

// maxRunName is the longest name of an execution that Step Functions accepts.
const maxRunName = 80

// MaxEpoch is the largest epoch that Drover takes for its own. An epoch counts the takings of a lock; a larger one was
// written by something else, and the one after the largest number would be a negative one, older than all.
const MaxEpoch = 1 << 53

// CheckEpoch returns an error for an epoch that no taking of a lock has had.
func CheckEpoch(epoch int64) error {
	if epoch < 0 || epoch >= MaxEpoch {
		return fmt.Errorf("epoch %d; expected 0 to %d, a count of the runs that took the lock", epoch, int64(MaxEpoch-1))
	}
	return nil
}

// String is the TXT value, quoted and escaped as Route 53 wants it.
func (f Fence) String() string { return quoteText(f.text()) }

// OldString is the TXT value in format 1, which has neither the action nor the try.
func (f Fence) OldString() string { return quoteText(f.oldText()) }

func (f Fence) text() string {
	return fmt.Sprintf(fenceFormat, f.Epoch, f.Run, f.Region, cmp.Or(f.Action, noAction), f.Phase, f.Stage, f.Batch, f.Try)
}

func (f Fence) oldText() string {
	return fmt.Sprintf(oldFenceFormat, f.Epoch, f.Run, f.Region, cmp.Or(oldValues["phase"][string(f.Phase)], string(f.Phase)), f.Stage, f.Batch)
}

const (
	fenceFormat    = "format=2 epoch=%d run=%s region=%s action=%s phase=%s stage=%d batch=%d try=%d"
	oldFenceFormat = "epoch=%d run=%s region=%s leg=%s stage=%d batch=%d"
)

// ParseFence reads a TXT value written by [Fence.String] or [Fence.OldString], and no other: a value that was edited since
// says nothing reliable about which run moved the zone last. Route 53 may list a value with other escapes, or split otherwise:
// what the name servers answer counts.
func ParseFence(value string) (Fence, error) {
	text, readable := unquoteText(value)
	var format int
	if _, err := fmt.Sscanf(text, "format=%d ", &format); readable && err == nil {
		if err := CheckFormat("fence value "+value, format); err != nil {
			return Fence{}, err
		}
	}
	var f Fence
	_, err := fmt.Sscanf(text, oldFenceFormat, &f.Epoch, &f.Run, &f.Region, &f.Phase, &f.Stage, &f.Batch)
	f.Phase = Phase(cmp.Or(renamedValues["phase"][string(f.Phase)], string(f.Phase)))
	if readable && err == nil && f.oldText() == text && CheckEpoch(f.Epoch) == nil {
		return f, nil
	}
	_, err = fmt.Sscanf(text, fenceFormat, &f.Epoch, &f.Run, &f.Region, &f.Action, &f.Phase, &f.Stage, &f.Batch, &f.Try)
	if f.Action == noAction {
		f.Action = ""
	}
	if !readable || err != nil || f.text() != text || CheckEpoch(f.Epoch) != nil {
		return Fence{}, fmt.Errorf(`fence value %s; expected "format=2 epoch=N run=ID region=REGION action=ACTION phase=PHASE stage=N batch=N try=N", with the quotation marks`, value)
	}
	return f, nil
}
