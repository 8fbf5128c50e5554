package route53

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The limits of one ChangeResourceRecordSets request, from "Quotas" in the Route 53 Developer Guide; an UPSERT counts
// twice in the first two.
const (
	maxElements   = 1000
	maxCharacters = 32000
	maxSets       = 10000
)

// changeSets performs ChangeResourceRecordSets: all changes of the batch, or none of them.
func (r *Service) changeSets(req *wire.Request, p changeParams) (*wire.Response, *wire.Error) {
	z, ok := r.zones[p.zone]
	if !ok {
		return nil, errNoSuchZone(p.zone)
	}
	if err := checkSize(p.changes); err != nil {
		return nil, err
	}
	if r.k.Now().Before(z.busyUntil) {
		return nil, wire.BadRequest("PriorRequestNotComplete",
			"The request was rejected because Route 53 was still processing a prior request.")
	}
	if err := r.checkHealthChecks(p.changes); err != nil {
		return nil, err
	}
	after, problems := r.apply(z, p.changes)
	if len(problems) > 0 {
		return nil, errInvalidBatch(problems)
	}
	if err := r.limits.admitChanges(p.changes, r.k.Now()); err != nil {
		return nil, err
	}
	c := r.accept(z, r.iam.RoleOf(req.AccessKey), p.comment, p.changes, after)
	return answerXML(req, "ChangeResourceRecordSetsResponse", struct {
		Info xmlChangeInfo `xml:"ChangeInfo"`
	}{c.info()})
}

// checkSize counts as documented. An alias record set has no resource record and counts as one element.
func checkSize(changes []Change) *wire.Error {
	if len(changes) == 0 {
		return wire.BadRequest("InvalidInput", "ChangeBatch: expected at least one change")
	}
	elements, characters := 0, 0
	for _, c := range changes {
		elements += cost(c.Action) * max(1, len(c.Set.Values))
		for _, v := range c.Set.Values {
			characters += cost(c.Action) * len([]rune(v))
		}
	}
	if elements > maxElements {
		return wire.BadRequest("InvalidChangeBatch", "[Number of records limit of %d exceeded.]", maxElements)
	}
	if characters > maxCharacters {
		return wire.BadRequest("InvalidChangeBatch", "[RDATA character limit of %d exceeded.]", maxCharacters)
	}
	return nil
}

func (r *Service) checkHealthChecks(changes []Change) *wire.Error {
	for _, c := range changes {
		if id := c.Set.HealthCheck; id != "" && c.Action != "DELETE" {
			if _, ok := r.checks[id]; !ok {
				return wire.NotFound("NoSuchHealthCheck", "No health check exists with the specified ID %s", id)
			}
		}
	}
	return nil
}

// draft is a zone's state while a batch is applied to it.
type draft struct {
	zone    *zone
	sets    map[string]*RecordSet // the record sets that the batch names, as it leaves them; nil for a deleted one
	actions map[string][]string
}

// apply tries a batch. It returns the state that the batch would leave, or all its mistakes.
func (r *Service) apply(z *zone, changes []Change) (after []*entry, problems []string) {
	d := draft{zone: z, sets: map[string]*RecordSet{}, actions: map[string][]string{}}
	touched := make([]*entry, len(changes))
	for i, c := range changes {
		touched[i] = newEntry(c.Set)
		if c.Action != "DELETE" {
			if found := r.checkSet(z, c.Set); len(found) > 0 {
				problems = append(problems, found...)
				continue
			}
		}
		if problem := d.play(c.Action, touched[i]); problem != "" {
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	after = d.merge()
	if problem := z.missing(after); problem != "" {
		return nil, []string{problem}
	}
	if len(after) > maxSets {
		return nil, []string{"Exceeded limit MAX_RRSETS_BY_ZONE for zone: " + z.id}
	}
	return after, append(checkGroups(after, touched), checkTargets(z, after, touched)...)
}

// missing says which record set a batch must not remove: the SOA record of the zone, or its NS records. Only a zone that a client
// has created has them among its record sets (R53-8).
func (z *zone) missing(after []*entry) string {
	removed := func(kind string) bool {
		return len(group(z.current, z.name, kind)) > 0 && len(group(after, z.name, kind)) == 0
	}
	switch {
	case removed("SOA"):
		return "A HostedZone must contain exactly one SOA record."
	case removed("NS"):
		return "A HostedZone must contain at least one NS record for the zone itself."
	}
	return ""
}

// play applies one change to the draft. The changes of a batch apply in order; a record set may be named once, or by a
// DELETE and then a CREATE (R53-5).
func (d *draft) play(action string, e *entry) (problem string) {
	earlier := d.actions[e.key]
	if len(earlier) > 0 && !(action == "CREATE" && slices.Equal(earlier, []string{"DELETE"})) {
		return fmt.Sprintf("The request contains an invalid set of changes for a resource record set '%s %s'",
			e.set.Type, wireName(e.set.Name))
	}
	d.actions[e.key] = append(earlier, action)
	existing := d.get(e.key)
	switch {
	case action == "CREATE" && existing != nil:
		return fmt.Sprintf("Tried to create resource record set %s but it already exists", label(e.set))
	case action == "DELETE" && existing == nil:
		return fmt.Sprintf("Tried to delete resource record set %s but it was not found", label(e.set))
	case action == "DELETE" && !sameSet(*existing, e.set):
		return fmt.Sprintf("Tried to delete resource record set %s but the values provided do not match the current values",
			label(e.set))
	case action == "DELETE":
		d.sets[e.key] = nil
	default:
		d.sets[e.key] = &e.set
	}
	return ""
}

// get returns the record set as the batch has left it so far, or nil when there is none.
func (d *draft) get(key string) *RecordSet {
	if set, ok := d.sets[key]; ok {
		return set
	}
	if i, found := position(d.zone.current, key); found {
		return &d.zone.current[i].set
	}
	return nil
}

// merge writes the draft into a new state.
func (d *draft) merge() []*entry {
	after := make([]*entry, 0, len(d.zone.current)+len(d.sets))
	for _, e := range d.zone.current {
		if _, ok := d.sets[e.key]; !ok {
			after = append(after, e)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(d.sets)) {
		if set := d.sets[key]; set != nil {
			after = append(after, &entry{key: key, set: *set})
		}
	}
	slices.SortFunc(after, func(a, b *entry) int { return strings.Compare(a.key, b.key) })
	return after
}

// errInvalidBatch has one of two forms on the wire: one problem is a message of the usual error, several are a list of
// their own (R53-13).
func errInvalidBatch(problems []string) *wire.Error {
	err := wire.BadRequest("InvalidChangeBatch", "[%s]", strings.Join(problems, ", "))
	if len(problems) > 1 {
		err.Details = problems
	}
	return err
}

// label is a record set in Route 53's messages.
func label(s RecordSet) string {
	text := fmt.Sprintf("[name='%s', type='%s'", wireName(s.Name), s.Type)
	if s.SetIdentifier != "" {
		text += fmt.Sprintf(", set-identifier='%s'", s.SetIdentifier)
	}
	return text + "]"
}

func errNoSuchZone(id string) *wire.Error {
	return wire.NotFound("NoSuchHostedZone", "No hosted zone found with ID: %s", id)
}
