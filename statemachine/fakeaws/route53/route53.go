package route53

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// Service is Amazon Route 53.
type Service struct {
	k        *kernel.Kernel
	iam      *iam.Service
	settings Settings
	zones    map[string]*zone
	changes  map[string]*change
	batches  []*change
	checks   map[string]*healthCheck
	// alarms and controls are what health checks follow; endpoints answer their checkers.
	alarms    Alarms
	controls  RoutingControls
	endpoints Endpoints
	// scripted are the answers that a scenario gives to health checkers, by host.
	scripted map[string]ProbeAnswer
	// ControlPlaneStays says whether the control plane answers while its Region is dark; gone says that a scenario has
	// made it stop answering.
	ControlPlaneStays func() bool
	gone              bool
	limits            *limits
	// draws are the shares that weighted record sets have collected, by group; see draw.
	draws map[string]map[string]float64
	// generation counts the changes of what the name servers answer, so that clients know when to resolve their names
	// again.
	generation int
}

// Settings are properties of Route 53 that its documents do not fix.
type Settings struct {
	// Propagation is the time from the acceptance of a change to its being INSYNC; 0 means 30 seconds (R53-2).
	Propagation time.Duration
	// Processing is how long a hosted zone rejects other changes with PriorRequestNotComplete after it has accepted
	// one; 0 means never (R53-3).
	Processing time.Duration
	// OneValue says that a weighted record set may have one value only, as the API Reference says; the Developer Guide says
	// that it may have several (R53-25).
	OneValue bool
}

const defaultPropagation = 30 * time.Second

// zone is a hosted zone. Its states are immutable: an accepted change replaces current, and when the change is INSYNC
// the name servers' answers follow.
type zone struct {
	id, name  string
	kind      ZoneKind
	index     int
	current   []*entry
	answers   []*entry
	changes   int
	pending   []*change
	lastSync  time.Time
	busyUntil time.Time
	// reference, comment and vpc are those with which a client has created the zone.
	reference, comment string
	vpc                *xmlVPC
	tags               map[string]string
}

// change is one accepted batch.
type change struct {
	id      string
	zone    *zone
	at      time.Time
	role    string
	comment string
	changes []Change
	before  []*entry
	after   []*entry
	// answers is what the name servers answer once the change is INSYNC: after, with what PutRecordSet has changed
	// meanwhile.
	answers []*entry
	status  changeStatus
}

type changeStatus int

const (
	changePending changeStatus = iota
	changeInSync
	changeLost
)

// Change is one element of an accepted batch.
type Change struct {
	// Action is CREATE, DELETE or UPSERT.
	Action string
	Set    RecordSet
}

// Batch is one accepted ChangeResourceRecordSets.
type Batch struct {
	At time.Time
	// Zone is the hosted zone's id.
	Zone string
	// ChangeID is the change's id without the /change/ prefix.
	ChangeID string
	// Role is the ARN of the caller's role, empty for an administrator.
	Role    string
	Changes []Change
	// After are all record sets of the zone as the batch left them.
	After []RecordSet
	// Lost says that Route 53 has lost the batch since; see [Control.LoseChange].
	Lost bool
}

// New returns a Route 53 without hosted zones and health checks.
func New(k *kernel.Kernel, iam *iam.Service, alarms Alarms, controls RoutingControls, endpoints Endpoints) *Service {
	r := &Service{
		k: k, iam: iam, alarms: alarms, controls: controls, endpoints: endpoints, scripted: map[string]ProbeAnswer{},
		ControlPlaneStays: func() bool { return true },
		zones:             map[string]*zone{}, changes: map[string]*change{}, checks: map[string]*healthCheck{}, draws: map[string]map[string]float64{}, limits: newLimits(),
	}
	k.OnRegion(r.regionChanged)
	return r
}

// Control is what drills and tests do to Route 53 and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (r *Service) Control() Control { return Control{r} }

// SetRoute53 changes the settings for all later changes.
func (ctl Control) SetRoute53(s Settings) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.settings = s
}

// ZoneKind is what kind of hosted zone one is.
type ZoneKind struct {
	// Private says that only VPCs resolve its names. Clients of a name in it are in one.
	Private bool
	// AcceleratedRecovery is the status of this feature of a public zone, such as ENABLED; empty means DISABLED (R53-23).
	AcceleratedRecovery string
}

// recoveryStatuses are those of AcceleratedRecoveryStatus in the API's model.
var recoveryStatuses = []string{
	"ENABLING", "ENABLE_FAILED", "ENABLING_HOSTED_ZONE_LOCKED", "ENABLED", "DISABLING", "DISABLE_FAILED", "DISABLED", "DISABLING_HOSTED_ZONE_LOCKED",
}

// SetZoneKind changes the kind of a hosted zone.
func (ctl Control) SetZoneKind(id string, kind ZoneKind) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	z, ok := ctl.s.zones[id]
	switch {
	case !ok:
		return fmt.Errorf("set the kind of hosted zone %s: there is none; there are %v", id, ctl.s.zoneIDs())
	case kind.Private && kind.AcceleratedRecovery != "":
		return fmt.Errorf("hosted zone %s: a private zone has no accelerated recovery", id)
	case kind.AcceleratedRecovery != "" && !slices.Contains(recoveryStatuses, kind.AcceleratedRecovery):
		return fmt.Errorf("hosted zone %s: accelerated recovery %q; expected one of %v", id, kind.AcceleratedRecovery, recoveryStatuses)
	}
	z.kind = kind
	return nil
}

// AddZone creates a public hosted zone.
func (ctl Control) AddZone(id, name string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	r := ctl.s
	if _, ok := r.zones[id]; ok {
		return fmt.Errorf("hosted zone %s exists already", id)
	}
	if id == "" || len(id) > 32 || strings.ContainsAny(id, "/ ") {
		return fmt.Errorf("hosted zone id %q; expected up to 32 letters and digits, without /hostedzone/", id)
	}
	r.zones[id] = &zone{id: id, name: normalizeName(name), index: len(r.zones) + 1}
	return nil
}

// PutRecordSet writes a record set without a request, tokens and propagation. It is for the state before a scenario,
// and for faults such as a drifted record.
func (ctl Control) PutRecordSet(zoneID string, set RecordSet) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	z, ok := ctl.s.zones[zoneID]
	if !ok {
		return fmt.Errorf("put record set %s: no hosted zone %s; there are %v", set.Name, zoneID, ctl.s.zoneIDs())
	}
	e := newEntry(set)
	if problems := ctl.s.checkSet(z, e.set); len(problems) > 0 {
		return fmt.Errorf("put record set %s: %s", set.Name, strings.Join(problems, "; "))
	}
	ctl.s.edit(z, func(state []*entry) []*entry { return upsert(state, e) })
	return nil
}

// RemoveRecordSets removes all record sets of a name and type without a request, tokens and propagation.
func (ctl Control) RemoveRecordSets(zoneID, name, recordType string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	z, ok := ctl.s.zones[zoneID]
	if !ok {
		return fmt.Errorf("remove record sets %s: no hosted zone %s; there are %v", name, zoneID, ctl.s.zoneIDs())
	}
	key := groupKey(normalizeName(name), recordType)
	ctl.s.edit(z, func(state []*entry) []*entry { return withoutPrefix(state, key) })
	return nil
}

// edit changes what the control plane has, what the name servers answer, and what they will answer after each pending change.
func (r *Service) edit(z *zone, change func(state []*entry) []*entry) {
	z.current, z.answers = change(z.current), change(z.answers)
	for _, c := range z.pending {
		c.answers = change(c.answers)
	}
	r.generation++
	r.k.Edited()
}

func withoutPrefix(state []*entry, prefix string) []*entry {
	return slices.DeleteFunc(slices.Clone(state), func(e *entry) bool { return strings.HasPrefix(e.key, prefix) })
}

func (r *Service) zoneIDs() []string { return slices.Sorted(maps.Keys(r.zones)) }

// RecordSets returns the record sets of a hosted zone as its control plane has them, in the order of Route 53.
func (ctl Control) RecordSets(zoneID string) []RecordSet {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	z, ok := ctl.s.zones[zoneID]
	if !ok {
		return nil
	}
	return setsOf(z.current)
}

// Weights returns the weights of a name's record sets by their SetIdentifier, as the control plane has them.
func (ctl Control) Weights(name, recordType string) map[string]int {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	weights := map[string]int{}
	if z := ctl.s.zoneOf(normalizeName(name), func(*zone) bool { return true }); z != nil {
		for _, e := range group(z.current, name, recordType) {
			weights[e.set.SetIdentifier] = e.set.Weight
		}
	}
	return weights
}

// zoneOf returns, of the hosted zones that count, the one with the longest name that the given name lies in; of two of the same name, the one
// with the smaller id.
func (r *Service) zoneOf(name string, counts func(*zone) bool) *zone {
	var found *zone
	for _, id := range r.zoneIDs() {
		z := r.zones[id]
		if z.contains(name) && counts(z) && (found == nil || len(z.name) > len(found.name)) {
			found = z
		}
	}
	return found
}

func (z *zone) contains(name string) bool {
	return name == z.name || strings.HasSuffix(name, "."+z.name)
}

// Batches returns every accepted batch of changes, in the order of acceptance.
func (ctl Control) Batches() []Batch {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	batches := make([]Batch, 0, len(ctl.s.batches))
	for _, c := range ctl.s.batches {
		batches = append(batches, Batch{
			At: c.at, Zone: c.zone.id, ChangeID: c.id, Role: c.role, Changes: slices.Clone(c.changes), After: setsOf(c.after),
			Lost: c.status == changeLost,
		})
	}
	return batches
}
