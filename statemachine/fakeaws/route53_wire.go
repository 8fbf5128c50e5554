package fakeaws

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Route 53 speaks REST with XML bodies. The types here are what goes over the wire; everything behind them works with
// RecordSet and Change.

const (
	route53Path      = "/2013-04-01/"
	route53Namespace = "https://route53.amazonaws.com/doc/2013-04-01/"
)

// route53Routes finds an operation by method and path. Those without a decoder are here for their name alone, so that
// the refusal can say it.
var route53Routes = []struct {
	method, operation string
	path              *regexp.Regexp
	decode            func(req *Request, id string) (any, *APIError)
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
	{"GET", "ListHealthChecks", regexp.MustCompile(`^healthcheck$`), nil},
	{"POST", "CreateHealthCheck", regexp.MustCompile(`^healthcheck$`), nil},
	{"GET", "GetHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil},
	{"POST", "UpdateHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil},
	{"DELETE", "DeleteHealthCheck", regexp.MustCompile(`^healthcheck/[^/]+$`), nil},
	{"GET", "GetHealthCheckStatus", regexp.MustCompile(`^healthcheck/[^/]+/status$`), nil},
}

func (r *route53) open(req *Request) *APIError {
	path := strings.TrimPrefix(req.HTTP.URL.Path, route53Path)
	for _, route := range route53Routes {
		match := route.path.FindStringSubmatch(path)
		if match == nil || route.method != req.HTTP.Method {
			continue
		}
		req.Operation = route.operation
		if route.decode == nil {
			return errUnknownOperation(req)
		}
		var err *APIError
		req.Params, err = route.decode(req, match[len(match)-1])
		return err
	}
	req.Operation = req.HTTP.Method + " " + req.HTTP.URL.Path
	return errUnknownOperation(req)
}

type changeParams struct {
	zone    string
	comment string
	changes []Change
	// invalid is what is wrong with single changes, to be reported with everything else that is.
	invalid []string
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
		name     string
		maxItems int
	}
)

func (p changeParams) object() string    { return "hosted zone " + p.zone }
func (p listSetsParams) object() string  { return "hosted zone " + p.zone }
func (p getChangeParams) object() string { return "change " + p.id }
func (p getZoneParams) object() string   { return "hosted zone " + p.id }

func decodeID[P ~struct{ id string }](_ *Request, id string) (any, *APIError) {
	return P(struct{ id string }{id}), nil
}

// xmlRecordSet is ResourceRecordSet on the wire. Weight and TTL are pointers, since 0 and missing differ there.
type xmlRecordSet struct {
	Name          string       `xml:"Name"`
	Type          string       `xml:"Type"`
	SetIdentifier string       `xml:"SetIdentifier,omitempty"`
	Weight        *int         `xml:"Weight"`
	Region        string       `xml:"Region,omitempty"`
	GeoLocation   *xmlAnything `xml:"GeoLocation"`
	Failover      string       `xml:"Failover,omitempty"`
	MultiValue    string       `xml:"MultiValueAnswer,omitempty"`
	TTL           *int64       `xml:"TTL"`
	Values        *xmlValues   `xml:"ResourceRecords"`
	Alias         *xmlAlias    `xml:"AliasTarget"`
	HealthCheck   string       `xml:"HealthCheckId,omitempty"`
	TrafficPolicy string       `xml:"TrafficPolicyInstanceId,omitempty"`
	CidrRouting   *xmlAnything `xml:"CidrRoutingConfig"`
	GeoProximity  *xmlAnything `xml:"GeoProximityLocation"`
}

type xmlAnything struct{}

type xmlValues struct {
	Records []struct {
		Value string `xml:"Value"`
	} `xml:"ResourceRecord"`
}

type xmlAlias struct {
	Zone                 string `xml:"HostedZoneId"`
	Name                 string `xml:"DNSName"`
	EvaluateTargetHealth bool   `xml:"EvaluateTargetHealth"`
}

func decodeChange(req *Request, zoneID string) (any, *APIError) {
	var body struct {
		Comment string `xml:"ChangeBatch>Comment"`
		Changes []struct {
			Action string       `xml:"Action"`
			Set    xmlRecordSet `xml:"ResourceRecordSet"`
		} `xml:"ChangeBatch>Changes>Change"`
	}
	if err := xml.Unmarshal(req.Body, &body); err != nil {
		return nil, badRequest("InvalidInput", "Invalid XML ; %v", err)
	}
	p := changeParams{zone: zoneID, comment: body.Comment}
	for i, c := range body.Changes {
		if !slices.Contains([]string{"CREATE", "DELETE", "UPSERT"}, c.Action) {
			return nil, badRequest("InvalidInput", "Change %d: Action %q; expected CREATE, DELETE or UPSERT", i+1, c.Action)
		}
		set, problem := c.Set.decode()
		if problem != nil {
			return nil, problem
		}
		p.changes = append(p.changes, Change{Action: c.Action, Set: newEntry(set).set})
	}
	return p, nil
}

// decode refuses what Route 53 refuses as InvalidInput, and by name what the embedded one does not have.
func (x xmlRecordSet) decode() (RecordSet, *APIError) {
	if x.Region != "" || x.GeoLocation != nil || x.Failover != "" || x.MultiValue != "" || x.CidrRouting != nil || x.GeoProximity != nil {
		return RecordSet{}, notImplemented("record set %s %s: a routing policy other than simple and weighted", x.Name, x.Type)
	}
	if (x.SetIdentifier != "") != (x.Weight != nil) {
		return RecordSet{}, invalidSet(x, "SetIdentifier and Weight must be given together")
	}
	if (x.Alias != nil) == (x.Values != nil) {
		return RecordSet{}, invalidSet(x, "expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]")
	}
	if (x.Alias != nil) == (x.TTL != nil) {
		return RecordSet{}, invalidSet(x, "expected TTL with ResourceRecords, and none with AliasTarget")
	}
	set := RecordSet{Name: x.Name, Type: x.Type, SetIdentifier: x.SetIdentifier, HealthCheck: x.HealthCheck}
	if x.Weight != nil {
		set.Weight = *x.Weight
	}
	if x.Alias != nil {
		set.Alias = &AliasTarget{Name: x.Alias.Name, Zone: x.Alias.Zone, EvaluateTargetHealth: x.Alias.EvaluateTargetHealth}
		return set, nil
	}
	set.TTL = *x.TTL
	for _, r := range x.Values.Records {
		set.Values = append(set.Values, r.Value)
	}
	return set, nil
}

func invalidSet(x xmlRecordSet, format string, args ...any) *APIError {
	return badRequest("InvalidInput", "Invalid request: %s, in record set %s %s", fmt.Sprintf(format, args...), x.Name, x.Type)
}

// encode is the opposite of decode.
func (s RecordSet) encode() xmlRecordSet {
	x := xmlRecordSet{Name: wireName(s.Name), Type: s.Type, SetIdentifier: s.SetIdentifier, HealthCheck: s.HealthCheck}
	if s.SetIdentifier != "" {
		x.Weight = &s.Weight
	}
	if s.Alias != nil {
		x.Alias = &xmlAlias{Zone: s.Alias.Zone, Name: wireName(s.Alias.Name), EvaluateTargetHealth: s.Alias.EvaluateTargetHealth}
		return x
	}
	x.TTL = &s.TTL
	x.Values = &xmlValues{Records: make([]struct {
		Value string `xml:"Value"`
	}, len(s.Values))}
	for i, v := range s.Values {
		x.Values.Records[i].Value = v
	}
	return x
}

func decodeListSets(req *Request, zoneID string) (any, *APIError) {
	q := req.HTTP.URL.Query()
	p := listSetsParams{zone: zoneID, name: q.Get("name"), recordType: q.Get("type"), identifier: q.Get("identifier")}
	switch {
	case p.recordType != "" && p.name == "":
		return nil, badRequest("InvalidInput", "The value specified for StartRecordType is valid only with StartRecordName")
	case p.identifier != "" && p.recordType == "":
		return nil, badRequest("InvalidInput", "The value specified for StartRecordIdentifier is valid only with StartRecordName and StartRecordType")
	}
	var err *APIError
	p.maxItems, err = maxItems(q, 300)
	return p, err
}

func decodeListZones(req *Request, _ string) (any, *APIError) {
	q := req.HTTP.URL.Query()
	n, err := maxItems(q, 100)
	return listZonesParams{name: q.Get("dnsname"), maxItems: n}, err
}

// maxItems reads a page's size; a page is never larger than limit, whatever is asked for.
func maxItems(q url.Values, limit int) (int, *APIError) {
	text := q.Get("maxitems")
	if text == "" {
		return limit, nil
	}
	var n int
	if _, err := fmt.Sscanf(text, "%d", &n); err != nil || n < 1 {
		return 0, badRequest("InvalidInput", "MaxItems %q; expected 1 to %d", text, limit)
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
	return xmlChangeInfo{ID: "/change/" + c.id, Status: status, SubmittedAt: c.at.UTC().Format(time.RFC3339Nano), Comment: c.comment}
}

// answerXML writes the answer of an operation as an element in Route 53's namespace.
func answerXML(element string, content any) (*Response, *APIError) {
	var b strings.Builder
	b.WriteString(xml.Header)
	start := xml.StartElement{
		Name: xml.Name{Local: element},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: route53Namespace}},
	}
	if err := xml.NewEncoder(&b).EncodeElement(content, start); err != nil {
		return nil, &APIError{Code: "InternalFailure", Status: http.StatusInternalServerError, Message: err.Error()}
	}
	return &Response{Status: http.StatusOK, Header: xmlHeader(), Body: []byte(b.String())}, nil
}

func xmlHeader() http.Header { return http.Header{"Content-Type": {"text/xml"}} }

func (r *route53) fail(req *Request, err *APIError) *Response {
	var content struct {
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}
	content.Type, content.Code, content.Message, content.RequestID = "Sender", err.Code, err.Message, req.ID
	resp, failed := answerXML("ErrorResponse", content)
	if failed != nil {
		return plainError(req, err)
	}
	resp.Status = cmp.Or(err.Status, http.StatusBadRequest)
	resp.Header["X-Amzn-Requestid"] = []string{req.ID}
	return resp
}

// notImplemented refuses a part of an operation that the embedded AWS does not have, by name.
func notImplemented(format string, args ...any) *APIError {
	return &APIError{
		Code: CodeNotImplemented, Status: http.StatusNotImplemented,
		Message: "the embedded AWS does not have " + fmt.Sprintf(format, args...),
	}
}
