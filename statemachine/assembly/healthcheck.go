package assembly

import (
	"maps"
	"slices"
	"strings"
)

// HealthCheck is a Route 53 health check. Its configuration is what the API takes for it ("HealthCheckConfig", Amazon Route 53
// API Reference).
type HealthCheck struct {
	ID string
	// StackRegion is the Region of the stack that has created it; the health check itself is global.
	StackRegion string
	// Type is HTTPS, CLOUDWATCH_METRIC and the like.
	Type string
	// Host, Port and Path are where an endpoint is asked.
	Host string
	Port int
	Path string
	// IntervalSeconds and Threshold say how often it is asked, and after how many answers in a row the status changes.
	IntervalSeconds int
	Threshold       int
	Inverted        bool
	// CheckerRegions are those of the health checkers; empty for all.
	CheckerRegions []string
	// Alarm and AlarmRegion name the alarm whose metric is read; MissingData is InsufficientDataHealthStatus.
	Alarm       string
	AlarmRegion string
	MissingData string
}

// healthCheckSettings are what is known of a configuration; another setting would be played as if it were not there.
var healthCheckSettings = []string{
	"Type", "FullyQualifiedDomainName", "Port", "ResourcePath", "EnableSNI", "RequestInterval", "FailureThreshold", "Inverted",
	"Regions", "AlarmIdentifier", "InsufficientDataHealthStatus",
}

// RequestInterval and FailureThreshold are 30 and 3 where a configuration does not say.
const (
	defaultInterval  = 30
	defaultThreshold = 3
)

func (v *viewer) healthCheck(r Resource) {
	config := object(r.Properties, "HealthCheckConfig")
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if !slices.Contains(healthCheckSettings, key) {
			v.fail(r, "the setting %s of a health check is not known here; expected %s", key, strings.Join(healthCheckSettings, ", "))
		}
	}
	alarm := object(config, "AlarmIdentifier")
	inverted, _ := config["Inverted"].(bool)
	h := HealthCheck{
		ID: r.Name, StackRegion: v.stack.Region, Type: text(config, "Type"),
		Host: text(config, "FullyQualifiedDomainName"), Port: number(config, "Port", 0), Path: text(config, "ResourcePath"),
		IntervalSeconds: number(config, "RequestInterval", defaultInterval), Threshold: number(config, "FailureThreshold", defaultThreshold),
		Inverted: inverted, Alarm: text(alarm, "Name"), AlarmRegion: text(alarm, "Region"), MissingData: text(config, "InsufficientDataHealthStatus"),
	}
	for _, region := range list(config, "Regions") {
		name, _ := region.(string)
		h.CheckerRegions = append(h.CheckerRegions, name)
	}
	if h.Type != "HTTPS" && h.Type != "CLOUDWATCH_METRIC" {
		v.fail(r, "the health check type %q is not known here; expected HTTPS or CLOUDWATCH_METRIC", h.Type)
	}
	v.assembly.HealthChecks = append(v.assembly.HealthChecks, h)
}

// FunctionURL is the URL of a function. What the function is handed has the form of an HTTP API's payload version 2.0.
type FunctionURL struct {
	URL         string
	FunctionARN string
	Region      string
	// Open says that it takes requests which are not signed: AuthType NONE, and the two permissions for everybody that Lambda
	// asks for ("Control access to Lambda function URLs", AWS Lambda Developer Guide).
	Open bool
}

// openActions are what everybody must be allowed for a URL to be open.
var openActions = []string{"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}

func (v *viewer) functionURL(r Resource) {
	u := FunctionURL{URL: functionURL(v.place(), r.Name), FunctionARN: text(r.Properties, "TargetFunctionArn"), Region: v.stack.Region}
	u.Open = text(r.Properties, "AuthType") == "NONE"
	for _, action := range openActions {
		allowed := slices.ContainsFunc(v.stack.Resources, func(p Resource) bool {
			return p.Type == "AWS::Lambda::Permission" && text(p.Properties, "Action") == action &&
				text(p.Properties, "Principal") == "*" && text(p.Properties, "FunctionName") == u.FunctionARN
		})
		if u.Open && !allowed {
			v.fail(r, "the URL is open, but no AWS::Lambda::Permission allows %s to everybody", action)
		}
	}
	if !u.Open {
		v.fail(r, "the URL takes signed requests only; such URLs are not known here")
	}
	v.assembly.FunctionURLs = append(v.assembly.FunctionURLs, u)
}
