package apigateway

import (
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/proxyevent"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// event makes the event of a request.
func (a *Service) event(req *wire.Request, p *params) proxyevent.Event {
	e := proxyevent.New(req, proxyevent.Place{
		Account: a.k.Account, ID: p.api.ID, Domain: p.api.ID + ".execute-api." + p.api.Region + "." + a.k.Partition.URLSuffix,
		Route: p.route.Key, Variables: p.variables,
	}, p.path, a.k.Now())
	if p.route.Authorization == authorizationIAM {
		e.RequestContext.Authorizer = a.caller(req.AccessKey)
	}
	return e
}

func (a *Service) caller(accessKey string) *proxyevent.Caller {
	c := &proxyevent.Caller{}
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

// proxyResponse turns a function's answer into the API's. Where there is none, it is API Gateway's own 500.
func proxyResponse(req *wire.Request, result kernel.InvokeResult) *wire.Response {
	resp, ok := proxyevent.Response(result, apiHeader(req))
	if !ok {
		resp = apiMessage(req, http.StatusInternalServerError, "Internal Server Error")
	}
	resp.Took = result.Took
	return resp
}

func apiMessage(req *wire.Request, status int, message string) *wire.Response {
	return proxyevent.Message(status, message, apiHeader(req))
}

func apiHeader(req *wire.Request) http.Header {
	return http.Header{
		"Content-Type":    {"application/json"},
		"Apigw-Requestid": {req.ID},
	}
}
