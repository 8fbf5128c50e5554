package route53

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Route 53's protocol is REST with XML bodies. These types are what is on the wire; all other files use RecordSet and
// Change.

const (
	rootPath  = "/2013-04-01/"
	namespace = "https://route53.amazonaws.com/doc/2013-04-01/"
)

// routes finds an operation by method and path; query are the parameters that it takes there. Those without a decoder are here
// so that the error can name them.
var routes = []struct {
	method, operation string
	path              *regexp.Regexp
	query             []string
	decode            func(req *wire.Request, id string) (any, *wire.Error)
}{
	{"POST", "ChangeResourceRecordSets", regexp.MustCompile(`^hostedzone/([^/]+)/rrset/?$`), nil, decodeChange},
	{"GET", "ListResourceRecordSets", regexp.MustCompile(`^hostedzone/([^/]+)/rrset$`), []string{"name", "type", "identifier", "maxitems"}, decodeListSets},
	{"GET", "GetChange", regexp.MustCompile(`^change/([^/]+)$`), nil, decodeGetChange},
	{"GET", "GetHostedZone", regexp.MustCompile(`^hostedzone/([^/]+)$`), nil, decodeGetZone},
	{"GET", "ListHostedZonesByName", regexp.MustCompile(`^hostedzonesbyname$`), []string{"dnsname", "hostedzoneid", "maxitems"}, decodeListZonesByName},
	{"GET", "ListHostedZones", regexp.MustCompile(`^hostedzone$`), []string{"marker", "maxitems", "delegationsetid", "hostedzonetype"}, decodeListZones},
	{"GET", "GetHostedZoneCount", regexp.MustCompile(`^hostedzonecount$`), nil, nil},
	{"GET", "TestDNSAnswer", regexp.MustCompile(`^testdnsanswer$`), nil, nil},
	{"POST", "CreateHostedZone", regexp.MustCompile(`^hostedzone$`), nil, decodeCreateZone},
	{"DELETE", "DeleteHostedZone", regexp.MustCompile(`^hostedzone/[^/]+$`), nil, nil},
	{"POST", "UpdateHostedZoneFeatures", regexp.MustCompile(`^hostedzone/[^/]+/features$`), nil, nil},
	{"GET", "ListHealthChecks", regexp.MustCompile(`^healthcheck$`), []string{"marker", "maxitems"}, decodeListChecks},
	{"POST", "CreateHealthCheck", regexp.MustCompile(`^healthcheck$`), nil, nil},
	{"GET", "GetHealthCheck", regexp.MustCompile(`^healthcheck/([^/]+)$`), nil, decodeGetCheck},
	{"POST", "UpdateHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil, nil},
	{"DELETE", "DeleteHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil, nil},
	{"GET", "ListTagsForResource", regexp.MustCompile(`^tags/[^/]+/([^/]+)$`), nil, decodeListTags},
	{"POST", "ListTagsForResources", regexp.MustCompile(`^tags/([^/]+)$`), nil, decodeListTagLists},
	{"GET", "GetHealthCheckStatus", regexp.MustCompile(`^healthcheck/([^/]+)/status$`), nil, decodeCheckStatus},
}

// Open finds the operation of a request and decodes its parameters.
func (r *Service) Open(req *wire.Request) *wire.Error {
	path := strings.TrimPrefix(req.HTTP.URL.EscapedPath(), rootPath)
	for _, route := range routes {
		match := route.path.FindStringSubmatch(path)
		if match == nil || route.method != req.HTTP.Method {
			continue
		}
		req.Operation = route.operation
		if route.decode == nil {
			return wire.UnknownOperation(req)
		}
		for _, name := range slices.Sorted(maps.Keys(req.HTTP.URL.Query())) {
			if !slices.Contains(route.query, name) {
				return wire.NotImplemented("the parameter %s of %s", name, req.Operation)
			}
		}
		id, bad := url.PathUnescape(match[len(match)-1])
		if bad != nil {
			return wire.BadRequest(codeInvalid, "Invalid path: %v", bad)
		}
		var err *wire.Error
		req.Params, err = route.decode(req, id)
		return err
	}
	req.Operation = req.HTTP.Method + " " + req.HTTP.URL.Path
	return wire.UnknownOperation(req)
}

type changeParams struct {
	zone    string
	comment string
	changes []Change
}

type listSetsParams struct {
	zone                         string
	name, recordType, identifier string
	maxItems                     int
}

type (
	getChangeParams       struct{ id string }
	getZoneParams         struct{ id string }
	listZonesByNameParams struct {
		name, id string
		maxItems int
	}
	listZonesParams struct {
		marker      string
		maxItems    int
		privateOnly bool
	}
)

// Parts are the names of the record sets, each once, with their types.
func (p changeParams) Parts() []string {
	var all []string
	for _, c := range p.changes {
		if name := c.Set.Name + " " + c.Set.Type; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func (p changeParams) Object() string    { return "hosted zone " + p.zone }
func (p listSetsParams) Object() string  { return "hosted zone " + p.zone }
func (p getChangeParams) Object() string { return "change " + p.id }
func (p getZoneParams) Object() string   { return "hosted zone " + p.id }

type xmlChangeInfo struct {
	ID          string `xml:"Id"`
	Status      string `xml:"Status"`
	SubmittedAt string `xml:"SubmittedAt"`
	Comment     string `xml:"Comment,omitempty"`
}

func (c *change) info() xmlChangeInfo {
	status := "PENDING"
	if c.status == changeInSync {
		status = "INSYNC"
	}
	at := c.at.UTC().Format(wire.TimeFormat)
	return xmlChangeInfo{ID: "/change/" + c.id, Status: status, SubmittedAt: at, Comment: c.comment}
}

// answerXML writes the answer of an operation as an element in Route 53's namespace.
func answerXML(req *wire.Request, element string, content any) (*wire.Response, *wire.Error) {
	return wire.XML(req, http.StatusOK, namespace, element, content), nil
}

// xmlInvalidBatch is InvalidChangeBatch as the API Reference's example shows it: with a list of messages, and not in an
// ErrorResponse (R53-13).
type xmlInvalidBatch struct {
	Messages  []string `xml:"Messages>Message"`
	RequestID string   `xml:"RequestId"`
}

// Fail writes an error, as a list of messages where there are several.
func (r *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	status := cmp.Or(err.Status, http.StatusBadRequest)
	if problems, ok := err.Details.([]string); ok {
		return wire.XML(req, status, namespace, err.Code, xmlInvalidBatch{problems, req.ID})
	}
	var content struct {
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}
	content.Type, content.Code, content.Message, content.RequestID = "Sender", err.Code, err.Message, req.ID
	return wire.XML(req, status, namespace, "ErrorResponse", content)
}
