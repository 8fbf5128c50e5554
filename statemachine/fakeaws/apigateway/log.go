package apigateway

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/proxyevent"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// logVariable is a variable in the format of an access log.
var logVariable = regexp.MustCompile(`\$context\.[A-Za-z.]+`)

// logAccess writes the line of a request into an API's access log.
func (a *Service) logAccess(req *wire.Request, status int, message string) {
	p, _ := req.Params.(*params)
	if p == nil || p.api == nil || p.api.LogGroup == "" {
		return
	}
	route, caller := "", ""
	if p.route != nil {
		route = p.route.Key
		if p.route.Authorization == authorizationIAM {
			caller = a.caller(req.AccessKey).IAM.UserARN
		}
	}
	values := map[string]string{
		"requestTime": a.k.Now().UTC().Format(proxyevent.TimeFormat), "requestId": req.ID, "identity.userArn": caller, "identity.sourceIp": proxyevent.SourceIP(req.HTTP),
		"routeKey": route, "path": p.path, "status": fmt.Sprint(status), "error.message": message,
	}
	line := logVariable.ReplaceAllStringFunc(p.api.LogFormat, func(variable string) string {
		if value := values[strings.TrimPrefix(variable, "$context.")]; value != "" {
			return value
		}
		return "-"
	})
	a.logs.Log(p.api.LogGroup, p.api.Region, line)
}
