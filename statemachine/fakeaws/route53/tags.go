package route53

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// ofTags are the parameters of ListTagsForResource; tagsBody is the body of ListTagsForResources.
type (
	ofTags struct {
		Kind *string `json:"resourceType" model:"required enum=healthcheck|hostedzone"`
		ID   *string `json:"resourceId" model:"required length=0..64"`
	}
	ofTagLists struct {
		Kind *string `json:"resourceType" model:"required enum=healthcheck|hostedzone"`
	}
	tagsBody struct {
		XMLName xml.Name             `xml:"https://route53.amazonaws.com/doc/2013-04-01/ ListTagsForResourcesRequest"`
		IDs     *xmlTagIDs           `xml:"ResourceIds" model:"required"`
		Unknown []constraint.Unknown `xml:",any" model:"unknown"`
	}
	xmlTagIDs struct {
		IDs     []string             `xml:"ResourceId" model:"inline required length=1..10 each:length=0..64"`
		Unknown []constraint.Unknown `xml:",any" model:"unknown"`
	}
)

// tagsParams are the resources whose tags are listed; one says that the answer has one set of tags and not a list.
type tagsParams struct {
	kind string
	ids  []string
	one  bool
}

func (p tagsParams) Object() string { return p.kind + " " + strings.Join(p.ids, ", ") }

// kindIn is the type of a resource in the path of a request.
func kindIn(req *wire.Request) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(req.HTTP.URL.Path, rootPath+"tags/"), "/")
	return kind
}

func decodeListTags(req *wire.Request, id string) (any, *wire.Error) {
	p := tagsParams{kind: kindIn(req), ids: []string{id}, one: true}
	return p, check(ofTags{&p.kind, &id})
}

func decodeListTagLists(req *wire.Request, kind string) (any, *wire.Error) {
	if err := check(ofTagLists{&kind}); err != nil {
		return nil, err
	}
	var body tagsBody
	if err := decodeXML(req, &body); err != nil {
		return nil, err
	}
	return tagsParams{kind: kind, ids: body.IDs.IDs}, nil
}

type xmlTagSet struct {
	Kind string   `xml:"ResourceType"`
	ID   string   `xml:"ResourceId"`
	Tags *xmlTags `xml:"Tags"`
}

// xmlTags is a list of tags. One of none is absent: AWS's model has no empty ones.
type xmlTags struct {
	Tags []xmlTag `xml:"Tag"`
}

type xmlTag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

func (r *Service) listTags(req *wire.Request, p tagsParams) (*wire.Response, *wire.Error) {
	var sets []xmlTagSet
	for _, id := range p.ids {
		set := xmlTagSet{Kind: p.kind, ID: id}
		z, c := r.zones[id], r.checks[id]
		switch {
		case p.kind == "hostedzone" && z == nil:
			return nil, errNoSuchZone(id)
		case p.kind == "healthcheck" && c == nil:
			return nil, wire.NotFound("NoSuchHealthCheck", "No health check exists with the specified ID %s", id)
		case p.kind == "hostedzone" && len(z.tags) > 0:
			set.Tags = &xmlTags{}
			for _, key := range slices.Sorted(maps.Keys(z.tags)) {
				set.Tags.Tags = append(set.Tags.Tags, xmlTag{key, z.tags[key]})
			}
		}
		sets = append(sets, set)
	}
	if p.one {
		return wire.XML(req, http.StatusOK, namespace, "ListTagsForResourceResponse", struct {
			Set xmlTagSet `xml:"ResourceTagSet"`
		}{sets[0]}), nil
	}
	return answerXML(req, "ListTagsForResourcesResponse", struct {
		Sets []xmlTagSet `xml:"ResourceTagSets>ResourceTagSet"`
	}{sets})
}

// TagZone replaces the tags of a hosted zone.
func (ctl Control) TagZone(id string, tags map[string]string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	z, ok := ctl.s.zones[id]
	if !ok {
		return fmt.Errorf("tag hosted zone %s: there is none; there are %v", id, ctl.s.zoneIDs())
	}
	z.tags = maps.Clone(tags)
	return nil
}

// permissions are one for each resource.
func (p tagsParams) permissions(req *wire.Request, one wire.Permission, r *Service) []wire.Permission {
	all := make([]wire.Permission, len(p.ids))
	for i, id := range p.ids {
		one.Resource = r.k.GlobalARN("route53", p.kind+"/"+id)
		all[i] = one
	}
	return all
}
