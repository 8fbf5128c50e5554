package route53

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// codeInvalid is the code for what the API's model does not allow.
const codeInvalid = "InvalidInput"

// check checks parameters against the constraints of the API's model.
func check(params any) *wire.Error { return constraint.Check(params, codeInvalid) }

// decodeXML reads a body into a struct with constraints, and checks it.
func decodeXML(req *wire.Request, into any) *wire.Error {
	if err := xml.Unmarshal(req.Body, into); err != nil {
		return wire.BadRequest(codeInvalid, "Invalid XML ; %v", err)
	}
	return check(into)
}

// given is a parameter of the query, nil when it is not there.
func given(q url.Values, name string) *string {
	if !q.Has(name) {
		return nil
	}
	value := q.Get(name)
	return &value
}

// ofZone, ofChange and ofCheck are parameters of a path.
type (
	ofZone struct {
		ID *string `json:"hostedZoneId" model:"required length=0..32"`
	}
	ofChange struct {
		ID *string `json:"id" model:"required length=1..6500"`
	}
	ofCheck struct {
		ID *string `json:"healthCheckId" model:"required length=0..64"`
	}
)

func decodeGetChange(_ *wire.Request, id string) (any, *wire.Error) {
	return getChangeParams{id}, check(ofChange{&id})
}

func decodeGetZone(_ *wire.Request, id string) (any, *wire.Error) {
	return getZoneParams{id}, check(ofZone{&id})
}

func decodeGetCheck(_ *wire.Request, id string) (any, *wire.Error) {
	return getCheckParams{id}, check(ofCheck{&id})
}

func decodeCheckStatus(_ *wire.Request, id string) (any, *wire.Error) {
	return checkStatusParams{id}, check(ofCheck{&id})
}

func decodeListSets(req *wire.Request, zoneID string) (any, *wire.Error) {
	q := req.HTTP.URL.Query()
	in := struct {
		ofZone
		Name       *string `json:"startRecordName" model:"length=0..1024"`
		Type       *string `json:"startRecordType" model:"enum=@record-types"`
		Identifier *string `json:"startRecordIdentifier" model:"length=1..128"`
	}{ofZone{&zoneID}, given(q, "name"), given(q, "type"), given(q, "identifier")}
	if err := check(in); err != nil {
		return nil, err
	}
	p := listSetsParams{zone: zoneID, name: q.Get("name"), recordType: q.Get("type"), identifier: q.Get("identifier")}
	switch {
	case p.recordType != "" && p.name == "":
		return nil, wire.BadRequest(codeInvalid, "The value specified for StartRecordType is valid only with StartRecordName")
	case p.identifier != "" && p.recordType == "":
		return nil, wire.BadRequest(codeInvalid, "The value specified for StartRecordIdentifier is valid only with StartRecordName and StartRecordType")
	case checkRawName(p.name) != "":
		return nil, wire.BadRequest(codeInvalid, "The value specified for StartRecordName is not a domain name: %q", p.name)
	}
	var err *wire.Error
	p.maxItems, err = maxItems(q, 300)
	return p, err
}

func decodeListZonesByName(req *wire.Request, _ string) (any, *wire.Error) {
	q := req.HTTP.URL.Query()
	in := struct {
		Name *string `json:"dNSName" model:"length=0..1024"`
		Zone *string `json:"hostedZoneId" model:"length=0..32"`
	}{given(q, "dnsname"), given(q, "hostedzoneid")}
	if err := check(in); err != nil {
		return nil, err
	}
	name := q.Get("dnsname")
	switch {
	case q.Get("hostedzoneid") != "" && name == "":
		return nil, wire.BadRequest(codeInvalid, "The value specified for HostedZoneId is valid only with DNSName")
	case checkRawName(name) != "" || name != "" && checkName(normalizeName(name)) != "":
		return nil, wire.BadRequest("InvalidDomainName", "%q is not a valid domain name", name)
	}
	n, err := maxItems(q, 100)
	return listZonesByNameParams{name: name, id: strings.TrimPrefix(q.Get("hostedzoneid"), "/hostedzone/"), maxItems: n}, err
}

// pageInput is where a page begins.
type pageInput struct {
	Marker *string `json:"marker" model:"length=0..64"`
}

func decodeListZones(req *wire.Request, _ string) (any, *wire.Error) {
	q := req.HTTP.URL.Query()
	in := struct {
		pageInput
		DelegationSet *string `json:"delegationSetId" model:"length=0..32"`
		Kind          *string `json:"hostedZoneType" model:"enum=PrivateHostedZone"`
	}{pageInput{given(q, "marker")}, given(q, "delegationsetid"), given(q, "hostedzonetype")}
	if err := check(in); err != nil {
		return nil, err
	}
	if in.DelegationSet != nil {
		return nil, errNoDelegationSet(*in.DelegationSet)
	}
	n, err := maxItems(q, 100)
	return listZonesParams{marker: q.Get("marker"), maxItems: n, privateOnly: in.Kind != nil}, err
}

func decodeListChecks(req *wire.Request, _ string) (any, *wire.Error) {
	q := req.HTTP.URL.Query()
	if err := check(pageInput{given(q, "marker")}); err != nil {
		return nil, err
	}
	n, err := maxItems(q, 100)
	return listChecksParams{marker: q.Get("marker"), maxItems: n}, err
}

// maxItems reads a page's size, which is at most limit.
func maxItems(q url.Values, limit int) (int, *wire.Error) {
	text := q.Get("maxitems")
	if text == "" {
		return limit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, wire.BadRequest(codeInvalid, "MaxItems %q; expected 1 to %d", text, limit)
	}
	return min(n, limit), nil
}

// errNoDelegationSet: the simulator has no reusable delegation sets.
func errNoDelegationSet(id string) *wire.Error {
	return &wire.Error{Code: "NoSuchDelegationSet", Status: http.StatusBadRequest, Message: "No reusable delegation set found with ID: " + id}
}
