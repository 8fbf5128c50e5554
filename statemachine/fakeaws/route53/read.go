package route53

import (
	"slices"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Serve performs a request, unless it is throttled.
func (r *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	if err := r.limits.admit(req, r.k.Now()); err != nil {
		return nil, err
	}
	return r.perform(req)
}

func (r *Service) perform(req *wire.Request) (*wire.Response, *wire.Error) {
	switch p := req.Params.(type) {
	case changeParams:
		return r.changeSets(req, p)
	case listSetsParams:
		return r.listSets(req, p)
	case getChangeParams:
		return r.getChange(req, p)
	case getZoneParams:
		return r.getZone(req, p)
	case listZonesByNameParams:
		return r.listZonesByName(req, p)
	case listZonesParams:
		return r.listZones(req, p)
	case createZoneParams:
		return r.createZone(req, p)
	case getCheckParams:
		return r.getCheck(req, p)
	case listChecksParams:
		return r.listChecks(req, p)
	case checkStatusParams:
		return r.checkStatus(req, p)
	case tagsParams:
		return r.listTags(req, p)
	}
	return nil, wire.UnknownOperation(req)
}

// Permissions are those of "Actions, resources, and condition keys for Amazon Route 53".
func (r *Service) Permissions(req *wire.Request) []wire.Permission {
	p := wire.Permission{Action: "route53:" + req.Operation, Resource: "*"}
	on := func(kind, id string) { p.Resource = r.k.GlobalARN("route53", kind+"/"+id) }
	switch params := req.Params.(type) {
	case changeParams:
		on("hostedzone", params.zone)
		p.Context = changeContext(params.changes)
	case listSetsParams:
		on("hostedzone", params.zone)
	case getZoneParams:
		on("hostedzone", params.id)
	case getChangeParams:
		on("change", params.id)
	case getCheckParams:
		on("healthcheck", params.id)
	case checkStatusParams:
		on("healthcheck", params.id)
	case tagsParams:
		return params.permissions(req, p, r)
	}
	return []wire.Permission{p}
}

// changeContext has the condition keys by which a policy allows certain names, types and actions.
func changeContext(changes []Change) map[string][]string {
	var names, types, actions []string
	for _, c := range changes {
		names = append(names, escapeName(c.Set.Name))
		types = append(types, c.Set.Type)
		actions = append(actions, c.Action)
	}
	return map[string][]string{
		"route53:changeresourcerecordsetsnormalizedrecordnames": distinct(names),
		"route53:changeresourcerecordsetsrecordtypes":           distinct(types),
		"route53:changeresourcerecordsetsactions":               distinct(actions),
	}
}

func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

func (r *Service) listSets(req *wire.Request, p listSetsParams) (*wire.Response, *wire.Error) {
	z, ok := r.zones[p.zone]
	if !ok {
		return nil, errNoSuchZone(p.zone)
	}
	var answer struct {
		Sets           []xmlRecordSet `xml:"ResourceRecordSets>ResourceRecordSet"`
		IsTruncated    bool           `xml:"IsTruncated"`
		NextName       string         `xml:"NextRecordName,omitempty"`
		NextType       string         `xml:"NextRecordType,omitempty"`
		NextIdentifier string         `xml:"NextRecordIdentifier,omitempty"`
		MaxItems       int            `xml:"MaxItems"`
	}
	rest := z.current[p.start(z.current):]
	for _, e := range rest[:min(len(rest), p.maxItems)] {
		answer.Sets = append(answer.Sets, e.set.encode())
	}
	if len(rest) > p.maxItems {
		next := rest[p.maxItems].set
		answer.IsTruncated = true
		answer.NextName, answer.NextType, answer.NextIdentifier = wireName(next.Name), next.Type, next.SetIdentifier
	}
	answer.MaxItems = p.maxItems
	return answerXML(req, "ListResourceRecordSetsResponse", answer)
}

// start is the index of the first record set at or after the name, type and identifier of the request.
func (p listSetsParams) start(state []*entry) int {
	if p.name == "" {
		return 0
	}
	key := nameKey(normalizeName(p.name))
	if p.recordType != "" {
		key = sortKey(normalizeName(p.name), p.recordType, p.identifier)
	}
	i, _ := position(state, key)
	return i
}

func (r *Service) getChange(req *wire.Request, p getChangeParams) (*wire.Response, *wire.Error) {
	c, ok := r.changes[p.id]
	if !ok || c.status == changeLost {
		return nil, wire.NotFound("NoSuchChange", "Could not find resource with ID: %s", p.id)
	}
	return answerXML(req, "GetChangeResponse", struct {
		Info xmlChangeInfo `xml:"ChangeInfo"`
	}{c.info()})
}
