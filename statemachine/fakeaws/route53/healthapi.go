package route53

import (
	"encoding/xml"
	"maps"
	"slices"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

type (
	getCheckParams    struct{ id string }
	checkStatusParams struct{ id string }
	listChecksParams  struct {
		marker   string
		maxItems int
	}
)

func (p getCheckParams) Object() string    { return "health check " + p.id }
func (p checkStatusParams) Object() string { return "health check " + p.id }

// xmlCheck is HealthCheck on the wire.
type xmlCheck struct {
	ID        string          `xml:"Id"`
	Reference string          `xml:"CallerReference"`
	Config    xmlCheckConfig  `xml:"HealthCheckConfig"`
	Version   int             `xml:"HealthCheckVersion"`
	Alarm     *xmlAlarmConfig `xml:"CloudWatchAlarmConfiguration"`
}

// xmlCheckConfig is HealthCheckConfig. Members that do not belong to the check's type are absent.
type xmlCheckConfig struct {
	IPAddress        string    `xml:"IPAddress,omitempty"`
	Port             int       `xml:"Port,omitempty"`
	Type             string    `xml:"Type"`
	Path             string    `xml:"ResourcePath,omitempty"`
	Host             string    `xml:"FullyQualifiedDomainName,omitempty"`
	RequestInterval  int       `xml:"RequestInterval,omitempty"`
	FailureThreshold int       `xml:"FailureThreshold,omitempty"`
	MeasureLatency   *bool     `xml:"MeasureLatency"`
	Inverted         bool      `xml:"Inverted"`
	Disabled         bool      `xml:"Disabled"`
	HealthThreshold  *int      `xml:"HealthThreshold"`
	Children         *xmlTexts `xml:"ChildHealthChecks"`
	EnableSNI        *bool     `xml:"EnableSNI"`
	Regions          *xmlTexts `xml:"Regions"`
	Alarm            *xmlAlarm `xml:"AlarmIdentifier"`
	InsufficientData string    `xml:"InsufficientDataHealthStatus,omitempty"`
	RoutingControl   string    `xml:"RoutingControlArn,omitempty"`
}

// xmlTexts is a list of texts, each in an element of the name. A list of none is absent: AWS's model has no empty ones.
type xmlTexts struct {
	Texts []xmlText
}

type xmlText struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

func encodeTexts(element string, texts []string) *xmlTexts {
	if len(texts) == 0 {
		return nil
	}
	x := &xmlTexts{}
	for _, text := range texts {
		x.Texts = append(x.Texts, xmlText{xml.Name{Local: element}, text})
	}
	return x
}

type xmlAlarm struct {
	Region string `xml:"Region"`
	Name   string `xml:"Name"`
}

// xmlAlarmConfig is the alarm's rule, as the health check has copied it.
type xmlAlarmConfig struct {
	Periods    int            `xml:"EvaluationPeriods"`
	Threshold  float64        `xml:"Threshold"`
	Comparison string         `xml:"ComparisonOperator"`
	Period     int            `xml:"Period"`
	Metric     string         `xml:"MetricName"`
	Namespace  string         `xml:"Namespace"`
	Statistic  string         `xml:"Statistic"`
	Dimensions []xmlDimension `xml:"Dimensions>Dimension,omitempty"`
}

type xmlDimension struct {
	Name  string `xml:"Name"`
	Value string `xml:"Value"`
}

func (c *healthCheck) encode() xmlCheck {
	x := xmlCheck{ID: c.ID, Reference: c.ID, Version: 1, Config: xmlCheckConfig{
		IPAddress: c.IPAddress, Port: c.Port, Type: c.Type, Path: c.Path, Host: c.Host, RequestInterval: c.RequestInterval,
		FailureThreshold: c.FailureThreshold, Inverted: c.Inverted, Disabled: c.Disabled,
		Children: encodeTexts("ChildHealthCheck", c.Children), Regions: encodeTexts("Region", c.Regions),
		InsufficientData: c.InsufficientData, RoutingControl: c.RoutingControl,
	}}
	switch c.Type {
	case TypeHTTP, TypeHTTPS:
		x.Config.MeasureLatency, x.Config.EnableSNI = new(bool), new(c.Type == TypeHTTPS && !c.NoSNI)
	case TypeCalculated:
		x.Config.HealthThreshold = &c.HealthThreshold
	case TypeMetric:
		x.Config.Alarm = &xmlAlarm{c.AlarmRegion, c.Alarm}
		x.Alarm = encodeRule(c.rule)
	}
	return x
}

func encodeRule(rule AlarmRule) *xmlAlarmConfig {
	x := &xmlAlarmConfig{
		Periods: rule.Periods, Threshold: rule.Threshold, Comparison: rule.Comparison, Period: rule.PeriodSeconds,
		Metric: rule.Metric, Namespace: rule.Namespace, Statistic: rule.Statistic,
	}
	for _, name := range slices.Sorted(maps.Keys(rule.Dimensions)) {
		x.Dimensions = append(x.Dimensions, xmlDimension{name, rule.Dimensions[name]})
	}
	return x
}

func (r *Service) findCheck(id string) (*healthCheck, *wire.Error) {
	if c := r.checks[id]; c != nil {
		return c, nil
	}
	return nil, wire.NotFound("NoSuchHealthCheck", "A health check with id %s does not exist.", id)
}

func (r *Service) getCheck(req *wire.Request, p getCheckParams) (*wire.Response, *wire.Error) {
	c, err := r.findCheck(p.id)
	if err != nil {
		return nil, err
	}
	return answerXML(req, "GetHealthCheckResponse", struct {
		Check xmlCheck `xml:"HealthCheck"`
	}{c.encode()})
}

// listChecks lists the checks in the order of their ids (R53-20).
func (r *Service) listChecks(req *wire.Request, p listChecksParams) (*wire.Response, *wire.Error) {
	ids := slices.Sorted(maps.Keys(r.checks))
	from, found := slices.BinarySearch(ids, p.marker)
	if p.marker != "" && !found {
		return nil, wire.BadRequest("InvalidInput", "The marker %s is not one that this operation has given.", p.marker)
	}
	var answer struct {
		Checks      []xmlCheck `xml:"HealthChecks>HealthCheck"`
		Marker      string     `xml:"Marker"`
		IsTruncated bool       `xml:"IsTruncated"`
		NextMarker  string     `xml:"NextMarker,omitempty"`
		MaxItems    int        `xml:"MaxItems"`
	}
	answer.Marker, answer.MaxItems = p.marker, p.maxItems
	rest := ids[from:]
	for _, id := range rest[:min(len(rest), p.maxItems)] {
		answer.Checks = append(answer.Checks, r.checks[id].encode())
	}
	if len(rest) > p.maxItems {
		answer.IsTruncated, answer.NextMarker = true, rest[p.maxItems]
	}
	return answerXML(req, "ListHealthChecksResponse", answer)
}

type xmlObservation struct {
	Region    string `xml:"Region"`
	IPAddress string `xml:"IPAddress"`
	Status    string `xml:"StatusReport>Status"`
	Checked   string `xml:"StatusReport>CheckedTime"`
}

// checkStatus answers with one observation for each Region of checkers, all the same, because one request stands for all
// (R53-15). Only checks of endpoints have observations.
func (r *Service) checkStatus(req *wire.Request, p checkStatusParams) (*wire.Response, *wire.Error) {
	c, err := r.findCheck(p.id)
	switch {
	case err != nil:
		return nil, err
	case !c.isEndpoint():
		return nil, wire.BadRequest("InvalidInput", "The health check %s is of type %s, which has no observations of health checkers.", c.ID, c.Type)
	}
	var answer struct {
		Observations []xmlObservation `xml:"HealthCheckObservations>HealthCheckObservation"`
	}
	regions := c.Regions
	if len(regions) == 0 {
		regions = checkerRegions
	}
	for _, region := range regions {
		if c.report != "" {
			answer.Observations = append(answer.Observations, xmlObservation{
				Region: region, IPAddress: checkerIP, Status: c.report, Checked: c.reported.UTC().Format(wire.TimeFormat),
			})
		}
	}
	return answerXML(req, "GetHealthCheckStatusResponse", answer)
}

// checkerIP is the address of the one simulated health checker.
const checkerIP = "15.177.0.1"
