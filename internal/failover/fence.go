package failover

import (
	"fmt"
	"strings"
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
	// Stage and Batch say which of the run's batches it was, so that a retry recognises what it has done.
	Stage, Batch int
	// Leg is the leg of the run that the stage belongs to.
	Leg Leg
}

// Of says whether it is a run's that has written the fence.
func (f Fence) Of(run Run) bool { return f.Run == run.ID && f.Region == run.Region() }

// FenceName is the name of the fence record of a hosted zone.
func FenceName(zoneName string) string { return "_drover." + strings.TrimSuffix(zoneName, ".") }

// String is the TXT value, quoted as Route 53 wants it.
func (f Fence) String() string {
	return fmt.Sprintf(`"epoch=%d run=%s region=%s leg=%s stage=%d batch=%d"`, f.Epoch, f.Run, f.Region, f.Leg, f.Stage, f.Batch)
}

// ParseFence reads a TXT value written by [Fence.String], and no other: a value that somebody has edited says nothing
// reliable about who moved the zone last.
func ParseFence(value string) (Fence, error) {
	var f Fence
	_, err := fmt.Sscanf(value, `"epoch=%d run=%s region=%s leg=%s stage=%d batch=%d"`, &f.Epoch, &f.Run, &f.Region, &f.Leg, &f.Stage, &f.Batch)
	if err != nil || f.String() != value {
		return Fence{}, fmt.Errorf(`fence value %s; expected "epoch=N run=ID region=REGION leg=LEG stage=N batch=N", with the quotation marks`, value)
	}
	return f, nil
}
