package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// proxyEvent is what a function behind an HTTP API is handed: the payload format 2.0.
type proxyEvent struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	RequestContext        proxyContext      `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

type proxyContext struct {
	AccountID    string       `json:"accountId"`
	APIID        string       `json:"apiId"`
	Authorizer   *proxyCaller `json:"authorizer,omitempty"`
	DomainName   string       `json:"domainName"`
	DomainPrefix string       `json:"domainPrefix"`
	HTTP         proxyHTTP    `json:"http"`
	RequestID    string       `json:"requestId"`
	RouteKey     string       `json:"routeKey"`
	Stage        string       `json:"stage"`
	Time         string       `json:"time"`
	TimeEpoch    int64        `json:"timeEpoch"`
}

type proxyHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// proxyCaller is who has signed the request.
type proxyCaller struct {
	IAM struct {
		AccessKey string `json:"accessKey"`
		AccountID string `json:"accountId"`
		CallerID  string `json:"callerId"`
		UserARN   string `json:"userArn"`
		UserID    string `json:"userId"`
	} `json:"iam"`
}

// event makes the event of a request.
func (a *Service) event(req *wire.Request, p *params) proxyEvent {
	r := req.HTTP
	e := proxyEvent{
		Version: "2.0", RouteKey: p.route.Key, RawPath: p.path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host}, PathParameters: p.variables,
		RequestContext: proxyContext{
			AccountID: a.k.Account, APIID: p.api.ID, DomainPrefix: p.api.ID, DomainName: p.api.ID + ".execute-api." + p.api.Region + "." + a.k.Partition.URLSuffix,
			HTTP:      proxyHTTP{Method: r.Method, Path: p.path, Protocol: r.Proto, SourceIP: sourceIP(r), UserAgent: r.UserAgent()},
			RequestID: req.ID, RouteKey: p.route.Key, Stage: defaultStage,
			Time: a.k.Now().UTC().Format(accessTime), TimeEpoch: a.k.Now().UnixMilli(),
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
	if p.route.Authorization == authorizationIAM {
		e.RequestContext.Authorizer = a.caller(req.AccessKey)
	}
	e.Body = string(req.Body)
	if !utf8.Valid(req.Body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(req.Body), true
	}
	return e
}

func (a *Service) caller(accessKey string) *proxyCaller {
	c := &proxyCaller{}
	c.IAM.AccessKey, c.IAM.AccountID = accessKey, a.k.Account
	c.IAM.UserARN = a.k.ARN("iam", "", "root")
	c.IAM.CallerID, c.IAM.UserID = a.k.Account, a.k.Account
	if role := a.iam.RoleOf(accessKey); role != "" {
		c.IAM.UserARN = iam.SessionOf(role)
		c.IAM.CallerID = "AROA" + strings.TrimPrefix(accessKey, "ASIA") + ":session"
		c.IAM.UserID = c.IAM.CallerID
	}
	return c
}

func sourceIP(r *http.Request) string {
	host, _, _ := strings.Cut(r.RemoteAddr, ":")
	return host
}

// proxyAnswer is what a function answers in the payload format 2.0.
type proxyAnswer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// proxyResponse turns a function's answer into the API's: an object with a statusCode as it says, any other JSON as the
// body of a success. What is neither, and an error, is API Gateway's own 500.
func proxyResponse(req *wire.Request, result kernel.InvokeResult) *wire.Response {
	if result.ErrorType != "" || !json.Valid(result.Payload) {
		return apiMessage(req, http.StatusInternalServerError, "Internal Server Error")
	}
	var answer proxyAnswer
	if err := json.Unmarshal(result.Payload, &answer); err != nil || answer.StatusCode == 0 {
		return &wire.Response{Status: http.StatusOK, Header: apiHeader(req), Body: result.Payload}
	}
	resp := &wire.Response{Status: answer.StatusCode, Header: apiHeader(req), Body: []byte(answer.Body)}
	if answer.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(answer.Body)
		if err != nil {
			return apiMessage(req, http.StatusInternalServerError, "Internal Server Error")
		}
		resp.Body = body
	}
	resp.Header.Set("Content-Type", "text/plain; charset=utf-8")
	for name, value := range answer.Headers {
		resp.Header.Set(name, value)
	}
	resp.Header["Set-Cookie"] = slices.Clone(answer.Cookies)
	return resp
}

func apiMessage(req *wire.Request, status int, message string) *wire.Response {
	body, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		panic("encode a message: " + err.Error()) // a map of strings
	}
	return &wire.Response{Status: status, Header: apiHeader(req), Body: body}
}

func apiHeader(req *wire.Request) http.Header {
	return http.Header{
		"Content-Type":    {"application/json"},
		"Apigw-Requestid": {req.ID},
	}
}
