// Package proxyevent is the payload format 2.0: the event that a function behind an HTTP API or a function URL gets, and
// the HTTP response that is made of its answer.
package proxyevent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Event is the event that a function gets.
type Event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	RequestContext        Context           `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

// Context is the address at which a request has arrived, and its signer.
type Context struct {
	AccountID    string  `json:"accountId"`
	APIID        string  `json:"apiId"`
	Authorizer   *Caller `json:"authorizer,omitempty"`
	DomainName   string  `json:"domainName"`
	DomainPrefix string  `json:"domainPrefix"`
	HTTP         HTTP    `json:"http"`
	RequestID    string  `json:"requestId"`
	RouteKey     string  `json:"routeKey"`
	Stage        string  `json:"stage"`
	Time         string  `json:"time"`
	TimeEpoch    int64   `json:"timeEpoch"`
}

// HTTP is the request line and the sender.
type HTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// Caller is the signer of the request.
type Caller struct {
	IAM struct {
		AccessKey string `json:"accessKey"`
		AccountID string `json:"accountId"`
		CallerID  string `json:"callerId"`
		UserARN   string `json:"userArn"`
		UserID    string `json:"userId"`
	} `json:"iam"`
}

const (
	// DefaultStage is the only stage; it is not part of a path.
	DefaultStage = "$default"
	// TimeFormat is how API Gateway writes times.
	TimeFormat = "02/Jan/2006:15:04:05 -0700"
)

// Place is the address at which a request has arrived.
type Place struct {
	// Account is the account's id, or anonymous.
	Account string
	// ID is the id of the API or the function URL, Domain its host.
	ID, Domain string
	// Route is the key of the route, Variables are the parts of the path that it names.
	Route     string
	Variables map[string]string
}

// New makes the event of a request for a path.
func New(req *wire.Request, p Place, path string, at time.Time) Event {
	r := req.HTTP
	e := Event{
		Version: "2.0", RouteKey: p.Route, RawPath: path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host}, PathParameters: p.Variables,
		RequestContext: Context{
			AccountID: p.Account, APIID: p.ID, DomainPrefix: p.ID, DomainName: p.Domain,
			HTTP:      HTTP{Method: r.Method, Path: path, Protocol: r.Proto, SourceIP: SourceIP(r), UserAgent: r.UserAgent()},
			RequestID: req.ID, RouteKey: p.Route, Stage: DefaultStage,
			Time: at.UTC().Format(TimeFormat), TimeEpoch: at.UnixMilli(),
		},
	}
	for name, values := range r.Header {
		if name = strings.ToLower(name); name == "cookie" {
			e.Cookies = values
			continue
		}
		e.Headers[name] = strings.Join(values, ",")
	}
	if query := r.URL.Query(); len(query) > 0 {
		e.QueryStringParameters = map[string]string{}
		for name, values := range query {
			e.QueryStringParameters[name] = strings.Join(values, ",")
		}
	}
	e.Body = string(req.Body)
	if !utf8.Valid(req.Body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(req.Body), true
	}
	return e
}

// SourceIP is the address that a request has come from.
func SourceIP(r *http.Request) string {
	host, _, _ := strings.Cut(r.RemoteAddr, ":")
	return host
}

// answer is what a function answers.
type answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// Response makes the HTTP response of a function's answer. An object with a statusCode is the response that it describes;
// any other JSON is the body of a success. For an error, and for an answer that is not JSON, ok is false. header has the
// headers that the address itself adds.
func Response(result kernel.InvokeResult, header http.Header) (resp *wire.Response, ok bool) {
	a, err := read(result.Payload)
	if syntax := (*json.SyntaxError)(nil); result.ErrorType != "" || errors.As(err, &syntax) {
		return nil, false
	}
	if err != nil || a.StatusCode == 0 {
		return &wire.Response{Status: http.StatusOK, Header: header, Body: result.Payload}, true
	}
	resp = &wire.Response{Status: a.StatusCode, Header: header, Body: []byte(a.Body)}
	if a.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(a.Body)
		if err != nil {
			return nil, false
		}
		resp.Body = body
	}
	resp.Header.Set("Content-Type", "text/plain; charset=utf-8")
	for name, value := range a.Headers {
		resp.Header.Set(name, value)
	}
	resp.Header["Set-Cookie"] = slices.Clone(a.Cookies)
	return resp, true
}

// answers are what was read; health checkers get the same one every ten seconds.
var answers kernel.Memo[answer]

// maxKept is the largest answer that is kept, in bytes.
const maxKept = 1 << 10

// read reads what a function answers. The answer may be one that others have got too.
func read(payload []byte) (answer, error) {
	decode := func() (a answer, err error) { return a, json.Unmarshal(payload, &a) }
	if len(payload) > maxKept {
		return decode()
	}
	return answers.Of(string(payload), decode)
}

// Message is an answer with a message only.
func Message(status int, message string, header http.Header) *wire.Response {
	body, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		panic("encode a message: " + err.Error()) // a map of strings
	}
	return &wire.Response{Status: status, Header: header, Body: body}
}
