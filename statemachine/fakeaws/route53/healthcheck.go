package route53

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The types of health checks.
const (
	TypeHTTP            = "HTTP"
	TypeHTTPS           = "HTTPS"
	TypeMetric          = "CLOUDWATCH_METRIC"
	TypeCalculated      = "CALCULATED"
	TypeRecoveryControl = "RECOVERY_CONTROL"
)

// The status of a health check on an alarm while the metric has too few data: InsufficientDataHealthStatus.
const (
	MissingHealthy   = "Healthy"
	MissingUnhealthy = "Unhealthy"
	MissingLastKnown = "LastKnownStatus"
)

// HealthCheck is a Route 53 health check as "HealthCheckConfig" in the API Reference has it.
type HealthCheck struct {
	ID string
	// Type is HTTP, HTTPS, CLOUDWATCH_METRIC, CALCULATED or RECOVERY_CONTROL.
	Type string
	// Host is FullyQualifiedDomainName; IPAddress, when set, is asked instead; a Port of 0 stands for 80 or 443.
	Host, IPAddress string
	Port            int
	// Path is ResourcePath.
	Path string
	// RequestInterval is 10 or 30 seconds; 0 means 30. FailureThreshold is 1 to 10 answers in a row; 0 means 3.
	RequestInterval, FailureThreshold int
	// NoSNI is EnableSNI false, for HTTPS.
	NoSNI bool
	// Inverted swaps healthy and unhealthy. Disabled stops all checking.
	Inverted, Disabled bool
	// Regions are those of the health checkers, at least three; empty for all.
	Regions []string
	// Alarm and AlarmRegion name the alarm whose data are read; InsufficientData is the status while there are too few.
	Alarm, AlarmRegion string
	InsufficientData   string
	// Children are the ids of the health checks that a calculated one counts, calculated ones among them (R53-19);
	// HealthThreshold is how many must be healthy.
	Children        []string
	HealthThreshold int
	// RoutingControl is the ARN of a routing control of Amazon Application Recovery Controller.
	RoutingControl string
	// Settled says that the check has existed for a long time and is healthy. Otherwise it is new: healthy, or unhealthy
	// when inverted, until there are data.
	Settled bool
}

// checkerRegions are the Regions with health checkers, from "HealthCheckConfig" in the API Reference.
var checkerRegions = []string{
	"us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1",
}

// The limits of a health check, from "HealthCheckConfig" in the API Reference.
const (
	minCheckers  = 3
	maxThreshold = 10
	maxChildren  = 255
	maxPath      = 255
)

// withDefaults fills in the API's defaults.
func (h HealthCheck) withDefaults() HealthCheck {
	h.Regions, h.Children = slices.Clone(h.Regions), slices.Clone(h.Children)
	if !h.isEndpoint() {
		return h
	}
	h.Host = strings.ToLower(h.Host)
	if h.RequestInterval == 0 {
		h.RequestInterval = 30
	}
	if h.FailureThreshold == 0 {
		h.FailureThreshold = 3
	}
	if h.Port == 0 {
		h.Port = map[string]int{TypeHTTP: 80, TypeHTTPS: 443}[h.Type]
	}
	return h
}

func (h HealthCheck) isEndpoint() bool { return h.Type == TypeHTTP || h.Type == TypeHTTPS }

// checkHealthCheck returns what is wrong with a configuration.
func (r *Service) checkHealthCheck(h HealthCheck) error {
	switch {
	case h.ID == "" || len(h.ID) > 64:
		return fmt.Errorf("id %q; expected 1 to 64 characters", h.ID)
	case r.checks[h.ID] != nil:
		return fmt.Errorf("there is one already")
	}
	switch h.Type {
	case TypeHTTP, TypeHTTPS:
		return h.checkEndpoint()
	case TypeMetric:
		return r.checkMetric(h)
	case TypeCalculated:
		return r.checkCalculated(h)
	case TypeRecoveryControl:
		if r.controls == nil || !r.controls.Has(h.RoutingControl) {
			return fmt.Errorf("there is no routing control %q", h.RoutingControl)
		}
		return nil
	}
	return fmt.Errorf("type %q; expected HTTP, HTTPS, CLOUDWATCH_METRIC, CALCULATED or RECOVERY_CONTROL", h.Type)
}

func (h HealthCheck) checkEndpoint() error {
	switch {
	case h.Host == "" && h.IPAddress == "":
		return fmt.Errorf("neither a host nor an address; expected one")
	case h.IPAddress != "" && !isAddress(h.IPAddress):
		return fmt.Errorf("IPAddress %q; expected an IPv4 or IPv6 address", h.IPAddress)
	case h.RequestInterval != 10 && h.RequestInterval != 30:
		return fmt.Errorf("RequestInterval %d; expected 10 or 30", h.RequestInterval)
	case h.FailureThreshold < 1 || h.FailureThreshold > maxThreshold:
		return fmt.Errorf("FailureThreshold %d; expected 1 to %d", h.FailureThreshold, maxThreshold)
	case h.Port < 1 || h.Port > 65535:
		return fmt.Errorf("port %d; expected 1 to 65535", h.Port)
	case len(h.Path) > maxPath:
		return fmt.Errorf("path with %d characters; expected up to %d", len(h.Path), maxPath)
	case len(h.Regions) > 0 && len(h.Regions) < minCheckers:
		return fmt.Errorf("checkers in %d Regions; expected %d or more", len(h.Regions), minCheckers)
	}
	for _, region := range h.Regions {
		if !slices.Contains(checkerRegions, region) {
			return fmt.Errorf("checkers in Region %q; expected one of %v", region, checkerRegions)
		}
	}
	return nil
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// checkMetric accepts only alarms that Route 53 can read: on one metric of standard resolution, with a plain statistic
// ("AlarmIdentifier" in the API Reference), and not "M out of N" (R53-17).
func (r *Service) checkMetric(h HealthCheck) error {
	if !slices.Contains([]string{MissingHealthy, MissingUnhealthy, MissingLastKnown}, h.InsufficientData) {
		return fmt.Errorf("InsufficientDataHealthStatus %q; expected Healthy, Unhealthy or LastKnownStatus", h.InsufficientData)
	}
	rule, ok := r.alarms.Rule(h.AlarmRegion, h.Alarm)
	switch {
	case !ok:
		return fmt.Errorf("there is no alarm %q on a metric in %q", h.Alarm, h.AlarmRegion)
	case rule.HighResolution || rule.PeriodSeconds < 60:
		return fmt.Errorf("alarm %s has a metric of high resolution; expected standard resolution", h.Alarm)
	case !slices.Contains([]string{"Average", "Minimum", "Maximum", "Sum", "SampleCount"}, rule.Statistic):
		return fmt.Errorf("alarm %s has the statistic %s; expected Average, Minimum, Maximum, Sum or SampleCount", h.Alarm, rule.Statistic)
	case rule.Datapoints != rule.Periods:
		return fmt.Errorf("alarm %s is %d out of %d; expected all of its periods", h.Alarm, rule.Datapoints, rule.Periods)
	}
	return nil
}

func (r *Service) checkCalculated(h HealthCheck) error {
	if len(h.Children) == 0 || len(h.Children) > maxChildren {
		return fmt.Errorf("%d children; expected 1 to %d", len(h.Children), maxChildren)
	}
	if h.HealthThreshold < 0 || h.HealthThreshold > maxChildren+1 {
		return fmt.Errorf("HealthThreshold %d; expected 0 to %d", h.HealthThreshold, maxChildren+1)
	}
	for _, id := range h.Children {
		if r.checks[id] == nil {
			return fmt.Errorf("child %s does not exist", id)
		}
	}
	return nil
}

// AlarmRule is what Route 53 reads of an alarm: the metric and the threshold.
type AlarmRule struct {
	Namespace, Metric string
	Dimensions        map[string]string
	HighResolution    bool
	Statistic         string
	PeriodSeconds     int
	Comparison        string
	Threshold         float64
	// Periods is how many periods in a row, Datapoints how many of them must be beyond the threshold.
	Periods, Datapoints int
}

// Alarms is what Route 53 reads of CloudWatch.
type Alarms interface {
	// Rule returns the rule of an alarm on a metric.
	Rule(region, name string) (rule AlarmRule, ok bool)
	// Decide evaluates a rule on the data that can be read now; known is false when there are too few.
	Decide(region string, rule AlarmRule) (beyond, known bool)
}

// RoutingControls is what Route 53 reads of Application Recovery Controller.
type RoutingControls interface {
	Has(arn string) bool
	On(arn string) bool
}
