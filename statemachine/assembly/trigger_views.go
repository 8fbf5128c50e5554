package assembly

import (
	"fmt"
	"slices"
	"strings"
)

// trigger adds the view of what starts runs, and of the queue for what could not be delivered.
func (v *viewer) trigger(r Resource) {
	switch r.Type {
	case "AWS::ApiGatewayV2::Api":
		v.api(r)
	case "AWS::Events::Rule":
		v.rule(r)
	case "AWS::Scheduler::Schedule":
		v.schedule(r)
	case "AWS::SQS::Queue":
		v.queue(r)
	case "AWS::Lambda::Url":
		v.functionURL(r)
	case "AWS::Route53::HealthCheck":
		v.healthCheck(r)
	}
}

// api collects an API's parts, which are resources of their own.
func (v *viewer) api(r Resource) {
	if text(r.Properties, "ProtocolType") != "HTTP" {
		v.fail(r, "the API is not an HTTP API; others are not known here")
	}
	api := API{ID: r.Name, Name: text(r.Properties, "Name"), Region: v.stack.Region, Endpoint: apiURL(v.place(), r.Name)}
	for _, part := range v.stack.Resources {
		if text(part.Properties, "ApiId") != api.ID {
			continue
		}
		switch part.Type {
		case "AWS::ApiGatewayV2::Route":
			api.Routes = append(api.Routes, v.route(part))
		case "AWS::ApiGatewayV2::Stage":
			api.Endpoint += stagePath(part.Name)
			throttle := object(part.Properties, "DefaultRouteSettings")
			api.RatePerSecond = decimal(throttle, "ThrottlingRateLimit")
			api.Burst = number(throttle, "ThrottlingBurstLimit", 0)
			access := object(part.Properties, "AccessLogSettings")
			api.LogGroup, api.LogFormat = v.logGroup(text(access, "DestinationArn")), text(access, "Format")
		}
	}
	v.assembly.APIs = append(v.assembly.APIs, api)
}

// stagePath is what a stage adds to the address.
func stagePath(name string) string {
	if name == "$default" {
		return ""
	}
	return "/" + name
}

func (v *viewer) route(r Resource) Route {
	route := Route{Key: text(r.Properties, "RouteKey"), Authorization: text(r.Properties, "AuthorizationType")}
	if route.Authorization == "" {
		route.Authorization = "NONE"
	}
	id, _ := strings.CutPrefix(text(r.Properties, "Target"), "integrations/")
	i := slices.IndexFunc(v.stack.Resources, func(other Resource) bool {
		return other.Type == "AWS::ApiGatewayV2::Integration" && other.Name == id
	})
	if i < 0 {
		v.fail(r, "the route %s leads to no integration of the stack", route.Key)
		return route
	}
	integration := v.stack.Resources[i]
	if kind := text(integration.Properties, "IntegrationType"); kind != "AWS_PROXY" {
		v.fail(integration, "the integration type %s is not known here; expected AWS_PROXY", kind)
	}
	route.FunctionARN = text(integration.Properties, "IntegrationUri")
	route.RoleARN = text(integration.Properties, "CredentialsArn")
	route.PayloadVersion = text(integration.Properties, "PayloadFormatVersion")
	return route
}

func (v *viewer) rule(r Resource) {
	rule := Rule{
		Name: r.Name, ARN: r.ARN, Region: v.stack.Region, Enabled: text(r.Properties, "State") != "DISABLED",
		Pattern: document(r.Properties["EventPattern"]),
	}
	if r.Properties["EventPattern"] == nil || r.Properties["EventBusName"] != nil {
		v.fail(r, "the rule has no pattern, or another bus than the Region's default; neither is known here")
	}
	for _, t := range list(r.Properties, "Targets") {
		properties, _ := t.(map[string]any)
		rule.Targets = append(rule.Targets, target(properties))
	}
	v.assembly.Rules = append(v.assembly.Rules, rule)
}

func (v *viewer) schedule(r Resource) {
	s := Schedule{
		Name: r.Name, ARN: r.ARN, Region: v.stack.Region, Enabled: text(r.Properties, "State") != "DISABLED",
		Expression: text(r.Properties, "ScheduleExpression"), Timezone: text(r.Properties, "ScheduleExpressionTimezone"),
		Target: target(object(r.Properties, "Target")),
	}
	if s.Timezone == "" {
		s.Timezone = "UTC"
	}
	if s.Expression == "" || s.Target.ARN == "" {
		v.fail(r, "the schedule has no expression or no target")
	}
	v.assembly.Schedules = append(v.assembly.Schedules, s)
}

// target reads what rules and schedules have in common: the ARN is called Arn, and the retry policy the same, in both.
// The defaults of the retry policy are AWS's: 185 times within a day.
func target(properties map[string]any) Target {
	retry := object(properties, "RetryPolicy")
	t := Target{
		ARN: text(properties, "Arn"), RoleARN: text(properties, "RoleArn"), Input: text(properties, "Input"),
		Attempts:      number(retry, "MaximumRetryAttempts", 185),
		MaxAge:        seconds(retry, "MaximumEventAgeInSeconds", 86400),
		DeadLetterARN: text(properties["DeadLetterConfig"], "Arn"),
	}
	if given := object(properties, "InputTransformer"); given != nil {
		t.Transformer = &Transformer{Paths: map[string]string{}, Template: text(given, "InputTemplate")}
		for name, path := range object(given, "InputPathsMap") {
			t.Transformer.Paths[name] = fmt.Sprint(path)
		}
	}
	return t
}

// queue reads a queue with its policies, which name it by its URL.
func (v *viewer) queue(r Resource) {
	q := Queue{Name: r.Name, ARN: r.ARN, URL: queueURL(v.place(), r.Name), Region: v.stack.Region}
	for _, other := range v.stack.Resources {
		if other.Type == "AWS::SQS::QueuePolicy" && slices.Contains(list(other.Properties, "Queues"), any(q.URL)) {
			q.Policies = append(q.Policies, document(other.Properties["PolicyDocument"]))
		}
	}
	v.assembly.Queues = append(v.assembly.Queues, q)
}

// place is where the stack that is being viewed is deployed.
func (v *viewer) place() place {
	return place{stack: v.stack.Name, region: v.stack.Region, account: v.assembly.Account}
}
