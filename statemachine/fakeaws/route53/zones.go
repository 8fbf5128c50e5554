package route53

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

type xmlZone struct {
	ID        string `xml:"Id"`
	Name      string `xml:"Name"`
	Reference string `xml:"CallerReference"`
	Comment   string `xml:"Config>Comment,omitempty"`
	Private   bool   `xml:"Config>PrivateZone"`
	Count     int    `xml:"ResourceRecordSetCount"`
	Features  *xmlFeatures
}

// xmlDelegation are the name servers of a public zone.
type xmlDelegation struct {
	XMLName     xml.Name `xml:"DelegationSet"`
	NameServers []string `xml:"NameServers>NameServer"`
}

// xmlFeatures are those of a public zone.
type xmlFeatures struct {
	XMLName  xml.Name `xml:"Features"`
	Recovery string   `xml:"AcceleratedRecoveryStatus"`
}

// xmlVPC is a VPC that resolves the names of a private zone.
type xmlVPC struct {
	Region  *string              `xml:"VPCRegion" model:"length=1..64 enum=@vpc-regions"`
	ID      *string              `xml:"VPCId" model:"length=0..1024"`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlVPCs struct {
	VPCs []xmlVPC `xml:"VPC"`
}

func (z *zone) encode() xmlZone {
	x := xmlZone{
		ID: "/hostedzone/" + z.id, Name: wireName(z.name), Reference: cmp.Or(z.reference, z.id), Comment: z.comment, Count: len(z.current), Private: z.kind.Private,
	}
	if !z.kind.Private {
		x.Features = &xmlFeatures{Recovery: cmp.Or(z.kind.AcceleratedRecovery, "DISABLED")}
	}
	return x
}

// delegation is nil for a private zone.
func (z *zone) delegation() *xmlDelegation {
	if z.kind.Private {
		return nil
	}
	return &xmlDelegation{NameServers: z.nameServers()}
}

func (r *Service) getZone(req *wire.Request, p getZoneParams) (*wire.Response, *wire.Error) {
	z, ok := r.zones[p.id]
	if !ok {
		return nil, errNoSuchZone(p.id)
	}
	answer := struct {
		Zone       xmlZone `xml:"HostedZone"`
		Delegation *xmlDelegation
		VPCs       *xmlVPCs
	}{Zone: z.encode(), Delegation: z.delegation()}
	if z.vpc != nil {
		answer.VPCs = &xmlVPCs{VPCs: []xmlVPC{*z.vpc}}
	}
	return answerXML(req, "GetHostedZoneResponse", answer)
}

// from says whether a zone is at or after the start of the page, in the order of name and id.
func (p listZonesByNameParams) from(z *zone) bool {
	asked, key := nameKey(normalizeName(p.name)), nameKey(z.name)
	return p.name == "" || key > asked || key == asked && z.id >= p.id
}

func (r *Service) listZonesByName(req *wire.Request, p listZonesByNameParams) (*wire.Response, *wire.Error) {
	var zones []*zone
	for _, id := range r.zoneIDs() {
		if z := r.zones[id]; p.from(z) {
			zones = append(zones, z)
		}
	}
	slices.SortStableFunc(zones, func(a, b *zone) int { return strings.Compare(nameKey(a.name), nameKey(b.name)) })
	var answer struct {
		Zones       []xmlZone `xml:"HostedZones>HostedZone"`
		DNSName     string    `xml:"DNSName,omitempty"`
		ID          string    `xml:"HostedZoneId,omitempty"`
		IsTruncated bool      `xml:"IsTruncated"`
		NextName    string    `xml:"NextDNSName,omitempty"`
		NextID      string    `xml:"NextHostedZoneId,omitempty"`
		MaxItems    int       `xml:"MaxItems"`
	}
	answer.DNSName, answer.ID, answer.MaxItems = p.name, p.id, p.maxItems
	for _, z := range zones[:min(len(zones), p.maxItems)] {
		answer.Zones = append(answer.Zones, z.encode())
	}
	if len(zones) > p.maxItems {
		answer.IsTruncated = true
		answer.NextName, answer.NextID = wireName(zones[p.maxItems].name), zones[p.maxItems].id
	}
	return answerXML(req, "ListHostedZonesByNameResponse", answer)
}

// listZones lists the zones in the order of their ids (R53-24).
func (r *Service) listZones(req *wire.Request, p listZonesParams) (*wire.Response, *wire.Error) {
	ids := r.zoneIDs()
	from, found := slices.BinarySearch(ids, p.marker)
	if p.marker != "" && !found {
		return nil, wire.BadRequest(codeInvalid, "The marker %s is not one that this operation has given.", p.marker)
	}
	rest := slices.DeleteFunc(slices.Clone(ids[from:]), func(id string) bool { return p.privateOnly && !r.zones[id].kind.Private })
	var answer struct {
		Zones       []xmlZone `xml:"HostedZones>HostedZone"`
		Marker      string    `xml:"Marker"`
		IsTruncated bool      `xml:"IsTruncated"`
		NextMarker  string    `xml:"NextMarker,omitempty"`
		MaxItems    int       `xml:"MaxItems"`
	}
	answer.Marker, answer.MaxItems = p.marker, p.maxItems
	for _, id := range rest[:min(len(rest), p.maxItems)] {
		answer.Zones = append(answer.Zones, r.zones[id].encode())
	}
	if len(rest) > p.maxItems {
		answer.IsTruncated, answer.NextMarker = true, rest[p.maxItems]
	}
	return answerXML(req, "ListHostedZonesResponse", answer)
}

// createZoneParams are the parameters of CreateHostedZone.
type createZoneParams struct {
	XMLName       xml.Name             `xml:"https://route53.amazonaws.com/doc/2013-04-01/ CreateHostedZoneRequest"`
	Name          *string              `xml:"Name" model:"required length=0..1024"`
	VPC           *xmlVPC              `xml:"VPC"`
	Reference     *string              `xml:"CallerReference" model:"required length=1..128"`
	Config        *xmlZoneConfig       `xml:"HostedZoneConfig"`
	DelegationSet *string              `xml:"DelegationSetId" model:"length=0..32"`
	Unknown       []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlZoneConfig struct {
	Comment *string              `xml:"Comment" model:"length=0..256"`
	Private bool                 `xml:"PrivateZone"`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

func (p createZoneParams) Object() string { return "hosted zone " + constraint.Text(p.Name) }

func decodeCreateZone(req *wire.Request, _ string) (any, *wire.Error) {
	var p createZoneParams
	err := decodeXML(req, &p)
	return p, err
}

// createZone performs CreateHostedZone. A public zone has its NS and SOA records from the start; a zone that a scenario adds has
// not (R53-8).
func (r *Service) createZone(req *wire.Request, p createZoneParams) (*wire.Response, *wire.Error) {
	if err := r.checkNewZone(p); err != nil {
		return nil, err
	}
	z := &zone{
		id: r.newZoneID(), name: normalizeName(*p.Name), index: len(r.zones) + 1, reference: *p.Reference, vpc: p.VPC, kind: ZoneKind{Private: p.VPC != nil},
	}
	if p.Config != nil {
		z.comment = constraint.Text(p.Config.Comment)
	}
	r.zones[z.id] = z
	changes, after := z.apex()
	c := r.take(z, r.iam.RoleOf(req.AccessKey), "", changes, after)
	resp := wire.XML(req, http.StatusCreated, namespace, "CreateHostedZoneResponse", struct {
		Zone       xmlZone       `xml:"HostedZone"`
		Info       xmlChangeInfo `xml:"ChangeInfo"`
		Delegation *xmlDelegation
		VPC        *xmlVPC
	}{z.encode(), c.info(), z.delegation(), z.vpc})
	resp.Header.Set("Location", "https://route53.amazonaws.com"+rootPath+"hostedzone/"+z.id)
	return resp, nil
}

// checkNewZone rejects what CreateHostedZone rejects.
func (r *Service) checkNewZone(p createZoneParams) *wire.Error {
	name := normalizeName(*p.Name)
	switch {
	case checkRawName(*p.Name) != "" || checkName(name) != "" || !strings.Contains(name, "."): // no zone is a top-level domain
		return wire.BadRequest("InvalidDomainName", "%s is not a valid domain name", *p.Name)
	case p.DelegationSet != nil:
		return errNoDelegationSet(*p.DelegationSet)
	case p.VPC == nil && p.Config != nil && p.Config.Private, p.VPC != nil && (p.VPC.ID == nil || p.VPC.Region == nil):
		return wire.BadRequest("InvalidVPCId", "Invalid or missing VPC Id.")
	case p.VPC != nil && !r.k.HasRegion(*p.VPC.Region):
		return wire.BadRequest("InvalidVPCId", "The VPC: %s in Region %s that you provided is not authorized to make the association.", *p.VPC.ID, *p.VPC.Region)
	}
	for _, id := range r.zoneIDs() {
		z := r.zones[id]
		if cmp.Or(z.reference, z.id) == *p.Reference {
			return &wire.Error{
				Code: "HostedZoneAlreadyExists", Status: http.StatusConflict,
				Message: "A hosted zone has already been created with the specified caller reference.",
			}
		}
		if p.VPC != nil && z.vpc != nil && z.name == name && *z.vpc.ID == *p.VPC.ID {
			return wire.BadRequest("ConflictingDomainExists", "The VPC %s in Region %s has already been associated with the hosted zone %s with the same domain name.",
				*p.VPC.ID, *p.VPC.Region, z.id)
		}
	}
	return nil
}

// newZoneID is the next free id of a form that scenarios do not use.
func (r *Service) newZoneID() string {
	for n := len(r.zones) + 1; ; n++ {
		if id := fmt.Sprintf("Z%020d", n); r.zones[id] == nil {
			return id
		}
	}
}

// apex are the records that Route 53 makes in a new zone. A private zone has them too.
func (z *zone) apex() (changes []Change, after []*entry) {
	for _, kind := range []string{"NS", "SOA"} {
		var a Answer
		z.answerApex(&a, z.name, kind)
		e := newEntry(RecordSet{Name: z.name, Type: kind, TTL: a.TTL, Values: a.Values})
		changes = append(changes, Change{Action: "CREATE", Set: e.set})
		after = append(after, e)
	}
	return changes, after
}
