package cloudwatch

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch/metricmath"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The limits of one GetMetricData and PutMetricData request, from the CloudWatch API Reference.
const (
	maxQueries    = 500
	maxDatapoints = 100_800
	maxDatums     = 1000
)

// query is one query of GetMetricData.
type query struct {
	id, label string
	series    *series // nil when it has never been published
	period    int64
	stat      statistic
	unit      string                 // only datapoints of this unit count, all if it is empty
	hidden    bool                   // ReturnData is false
	math      *metricmath.Expression // of a query with an expression; then it has no series, and the period of its metrics
}

// statistic is Average, Sum, Minimum, Maximum, SampleCount or a percentile.
type statistic struct {
	name    string
	percent float64
}

// getMetricData answers with the newest datapoint first, unless ScanBy says otherwise. A metric without data is not an
// error: its result is Complete and empty.
func (m *Service) getMetricData(req *wire.Request, f wire.Fields) (cbor.Map, *wire.Error) {
	queries := f.Structures("MetricDataQueries")
	if err := checkData(f, len(queries)); err != nil {
		return nil, err
	}
	start, _ := f.Seconds("StartTime")
	end, _ := f.Seconds("EndTime")
	parsed, err := m.parseQueries(req.Region, queries)
	if err != nil {
		return nil, err
	}
	results, total := cbor.List{}, 0
	for _, q := range parsed {
		found, err := m.seriesFor(q, parsed, start, end)
		if err != nil {
			return nil, err
		}
		if q.hidden {
			continue
		}
		result, n := m.result(req.Region, q, found, f.Text("ScanBy") == "TimestampAscending")
		results, total = append(results, result), total+n
	}
	if most := cmp.Or(f.Integer("MaxDatapoints"), maxDatapoints); total > most {
		return nil, wire.NotImplemented("GetMetricData with more than %d data points, which needs paging", most)
	}
	if len(results) == 0 {
		return nil, errValidation("At least one of the metric queries must return data; ReturnData is false in all of them.")
	}
	return cbor.Map{"MetricDataResults": results, "Messages": cbor.List{}}, nil
}

// checkData checks the parameters of all queries. There is no paging here, so no token is valid.
func checkData(f wire.Fields, queries int) *wire.Error {
	start, hasStart := f.Seconds("StartTime")
	end, hasEnd := f.Seconds("EndTime")
	most := f.Integer("MaxDatapoints")
	switch {
	case queries == 0:
		return errValidation("The parameter MetricDataQueries is required.")
	case queries > maxQueries:
		return errValidation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	case !hasStart || !hasEnd || start >= end:
		return errValidation("The parameter StartTime must be less than the parameter EndTime.")
	case f.Has("MaxDatapoints") && (most < 1 || most > maxDatapoints):
		return errValidation("The value %d for parameter MaxDatapoints is invalid; expected 1 to %d.", most, maxDatapoints)
	case f.Has("NextToken"):
		return wire.BadRequest("InvalidNextToken", "The token %q is not one that this operation has given.", f.Text("NextToken"))
	}
	return nil
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// parseQueries reads all queries. Their ids are unique.
func (m *Service) parseQueries(region string, queries []wire.Fields) ([]query, *wire.Error) {
	var parsed []query
	seen := map[string]bool{}
	for _, f := range queries {
		q, err := m.parseQuery(region, f)
		if err != nil {
			return nil, err
		}
		if seen[q.id] {
			return nil, errValidation("The values for parameter Id in the metric queries must be unique; %q is not.", q.id)
		}
		seen[q.id] = true
		parsed = append(parsed, q)
	}
	return parsed, nil
}

func (m *Service) parseQuery(region string, f wire.Fields) (query, *wire.Error) {
	id, stat := f.Text("Id"), f.Structure("MetricStat")
	if !queryID.MatchString(id) {
		return query{}, errValidation("The value %q for parameter MetricDataQueries.member.Id is not matching "+
			"the expected pattern %s.", id, queryID)
	}
	switch {
	case stat == nil && !f.Has("Expression"):
		return query{}, errValidation("The query %s has neither MetricStat nor Expression.", id)
	case stat != nil && f.Has("Expression"):
		return query{}, errValidation("The query %s has both MetricStat and Expression; expected one of them.", id)
	case stat != nil && f.Has("Period"):
		return query{}, wire.NotImplemented("the Period of the query %s beside that of its MetricStat", id)
	case stat == nil:
		return parseMath(id, f)
	}
	period := int64(stat.Integer("Period"))
	if !validPeriod(period) || period > 86400 {
		return query{}, errValidation("The value %d for parameter Period is invalid; "+
			"expected 1, 5, 10, 20, 30 or a multiple of 60, up to 86400.", period)
	}
	statistic, err := parseStatistic(stat.Text("Stat"))
	if err != nil {
		return query{}, err
	}
	metric := stat.Structure("Metric")
	if err := checkDimensions(metric); err != nil {
		return query{}, err
	}
	namespace, name, dims := metric.Text("Namespace"), metric.Text("MetricName"), dimensionsIn(metric)
	if namespace == "" || name == "" {
		return query{}, errValidation("The parameters Namespace and MetricName of query %s are required.", id)
	}
	label := f.Text("Label")
	if label == "" {
		label = name
	}
	q := query{
		id: id, label: label, period: period, stat: statistic, unit: stat.Text("Unit"), hidden: hidden(f),
		series: m.series[region][seriesKey(namespace, name, dims)],
	}
	if q.unit != "" && q.series != nil && slices.ContainsFunc(q.series.points, func(p point) bool { return p.unit == "" }) {
		return query{}, wire.NotImplemented("the unit of %s %s, which query %s asks for", namespace, name, id)
	}
	return q, nil
}

func validPeriod(seconds int64) bool {
	return slices.Contains([]int64{1, 5, 10, 20, 30}, seconds) || seconds > 0 && seconds%60 == 0
}

var percentileName = regexp.MustCompile(`^p(\d{1,2}(?:\.\d{1,10})?|100)$`)

func parseStatistic(name string) (statistic, *wire.Error) {
	if slices.Contains([]string{"Average", "Sum", "Minimum", "Maximum", "SampleCount"}, name) {
		return statistic{name: name}, nil
	}
	match := percentileName.FindStringSubmatch(name)
	if match == nil {
		return statistic{}, wire.NotImplemented("the statistic %q; it has Average, Sum, Minimum, Maximum, SampleCount "+
			"and percentiles", name)
	}
	percent, _ := strconv.ParseFloat(match[1], 64) // the pattern admits nothing else
	return statistic{name: name, percent: percent}, nil
}

// hidden says whether a query returns no data, but is used by others.
func hidden(f wire.Fields) bool {
	returned, asked := f["ReturnData"].(cbor.Bool)
	return asked && !bool(returned)
}

// result answers one query and counts its datapoints.
func (m *Service) result(region string, q query, found metricmath.Series, ascending bool) (cbor.Map, int) {
	status := m.status[region]
	var times, values cbor.List
	if status == "" {
		status = "Complete"
		for _, at := range slices.Sorted(maps.Keys(found)) {
			times = append(times, wire.Timestamp(time.Unix(at, 0)))
			values = append(values, cbor.Float64(found[at]))
		}
	}
	if !ascending {
		slices.Reverse(times)
		slices.Reverse(values)
	}
	return cbor.Map{
		"Id": cbor.String(q.id), "Label": cbor.String(q.label), "StatusCode": cbor.String(status),
		"Timestamps": append(cbor.List{}, times...), "Values": append(cbor.List{}, values...),
	}, len(values)
}

// datapoints are the periods that begin at or after start and before end and hold data. The start is rounded down to a whole period,
// or minute where the period is longer (CW-3), as documented.
func (m *Service) datapoints(q query, start, end int64) metricmath.Series {
	if q.series == nil || q.period < 60 && !q.series.highResolution {
		return nil
	}
	start -= start % min(q.period, 60)
	points := m.readable(q.series, start-start%q.period, end)
	if q.unit != "" {
		points = slices.DeleteFunc(slices.Clone(points), func(p point) bool { return p.unit != q.unit })
	}
	found := metricmath.Series{}
	for len(points) > 0 {
		begin := points[0].at - points[0].at%q.period
		n := 0
		for n < len(points) && points[n].at < begin+q.period {
			n++
		}
		if value, ok := q.stat.value(points[:n]); ok && begin >= start {
			found[begin] = value
		}
		points = points[n:]
	}
	return found
}

func errValidation(format string, args ...any) *wire.Error {
	return wire.BadRequest("ValidationError", format, args...)
}
