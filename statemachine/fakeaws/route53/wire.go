package route53

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Route 53's protocol is REST with XML bodies. These types are what is on the wire; all other files use RecordSet and
// Change.

const (
	rootPath  = "/2013-04-01/"
	namespace = "https://route53.amazonaws.com/doc/2013-04-01/"
)

// routes finds an operation by method and path. Those without a decoder are here so that the error can name them.
var routes = []struct {
	method, operation string
	path              *regexp.Regexp
	decode            func(req *wire.Request, id string) (any, *wire.Error)
}{
	{"POST", "ChangeResourceRecordSets", regexp.MustCompile(`^hostedzone/([^/]+)/rrset/?$`), decodeChange},
	{"GET", "ListResourceRecordSets", regexp.MustCompile(`^hostedzone/([^/]+)/rrset$`), decodeListSets},
	{"GET", "GetChange", regexp.MustCompile(`^change/([^/]+)$`), decodeID[getChangeParams]},
	{"GET", "GetHostedZone", regexp.MustCompile(`^hostedzone/([^/]+)$`), decodeID[getZoneParams]},
	{"GET", "ListHostedZonesByName", regexp.MustCompile(`^hostedzonesbyname$`), decodeListZones},
	{"GET", "ListHostedZones", regexp.MustCompile(`^hostedzone$`), nil},
	{"GET", "GetHostedZoneCount", regexp.MustCompile(`^hostedzonecount$`), nil},
	{"GET", "TestDNSAnswer", regexp.MustCompile(`^testdnsanswer$`), nil},
	{"POST", "CreateHostedZone", regexp.MustCompile(`^hostedzone$`), nil},
	{"DELETE", "DeleteHostedZone", regexp.MustCompile(`^hostedzone/[^/]+$`), nil},
	{"POST", "UpdateHostedZoneFeatures", regexp.MustCompile(`^hostedzone/[^/]+/features$`), nil},
	{"GET", "ListHealthChecks", regexp.MustCompile(`^healthcheck$`), decodeListChecks},
	{"POST", "CreateHealthCheck", regexp.MustCompile(`^healthcheck$`), nil},
	{"GET", "GetHealthCheck", regexp.MustCompile(`^healthcheck/([^/]+)$`), decodeID[getCheckParams]},
	{"POST", "UpdateHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil},
	{"DELETE", "DeleteHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil},
	{"GET", "GetHealthCheckStatus", regexp.MustCompile(`^healthcheck/([^/]+)/status$`), decodeID[checkStatusParams]},
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
		id, bad := url.PathUnescape(match[len(match)-1])
		if bad != nil {
			return wire.BadRequest("InvalidInput", "Invalid path: %v", bad)
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
	getChangeParams struct{ id string }
	getZoneParams   struct{ id string }
	listZonesParams struct {
		name, id string
		maxItems int
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

func decodeID[P ~struct{ id string }](_ *wire.Request, id string) (any, *wire.Error) {
	return P(struct{ id string }{id}), nil
}

func decodeListSets(req *wire.Request, zoneID string) (any, *wire.Error) {
	q := req.HTTP.URL.Query()
	p := listSetsParams{zone: zoneID, name: q.Get("name"), recordType: q.Get("type"), identifier: q.Get("identifier")}
	switch {
	case p.recordType != "" && p.name == "":
		return nil, wire.BadRequest("InvalidInput", "The value specified for StartRecordType is valid only with StartRecordName")
	case p.identifier != "" && p.recordType == "":
		return nil, wire.BadRequest("InvalidInput",
			"The value specified for StartRecordIdentifier is valid only with StartRecordName and StartRecordType")
	}
	var err *wire.Error
	p.maxItems, err = maxItems(q, 300)
	return p, err
}

func decodeListZones(req *wire.Request, _ string) (any, *wire.Error) {
	q := req.HTTP.URL.Query()
	if q.Get("hostedzoneid") != "" && q.Get("dnsname") == "" {
		return nil, wire.BadRequest("InvalidInput", "The value specified for HostedZoneId is valid only with DNSName")
	}
	n, err := maxItems(q, 100)
	return listZonesParams{name: q.Get("dnsname"), id: strings.TrimPrefix(q.Get("hostedzoneid"), "/hostedzone/"), maxItems: n}, err
}

// maxItems reads a page's size, which is at most limit.
func maxItems(q url.Values, limit int) (int, *wire.Error) {
	text := q.Get("maxitems")
	if text == "" {
		return limit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, wire.BadRequest("InvalidInput", "MaxItems %q; expected 1 to %d", text, limit)
	}
	return min(n, limit), nil
}

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
