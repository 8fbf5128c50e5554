package cloudwatch

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// putMetricData stores all values of a request, or none of them.
func (m *Service) putMetricData(req *wire.Request, f wire.Fields) (cbor.Map, *wire.Error) {
	namespace, datums := f.Text("Namespace"), f.Structures("MetricData")
	if err := checkNamespace(namespace); err != nil {
		return nil, err
	}
	if len(datums) > maxDatums {
		return nil, errValidation("The collection MetricData must not have a size greater than %d.", maxDatums)
	}
	for i, d := range datums {
		if err := checkDatum(d, i+1, m.k.Now()); err != nil {
			return nil, err
		}
	}
	for _, d := range datums {
		at, ok := d.Seconds("Timestamp")
		if !ok {
			at = m.k.Now().Unix()
		}
		s := m.find(req.Region, namespace, d.Text("MetricName"), dimensionsIn(d))
		s.highResolution = s.highResolution || d.Integer("StorageResolution") == 1
		for _, p := range pointsOf(d, at) {
			p.unit = cmp.Or(d.Text("Unit"), unitNone)
			m.publish(s, p)
		}
	}
	return cbor.Map{}, nil
}

// pointsOf are the datapoints of one element of MetricData: a value, values with counts, or a statistic set.
func pointsOf(f wire.Fields, at int64) []point {
	if f.Has("StatisticValues") {
		set := f.Structure("StatisticValues")
		p := point{at: at}
		p.count, _ = set.Number("SampleCount")
		p.sum, _ = set.Number("Sum")
		p.min, _ = set.Number("Minimum")
		p.max, _ = set.Number("Maximum")
		return []point{p}
	}
	if v, ok := f.Number("Value"); ok {
		return []point{{at: at, count: 1, sum: v, min: v, max: v}}
	}
	var points []point
	counts := f.Numbers("Counts")
	for i, v := range f.Numbers("Values") {
		count := 1.0
		if i < len(counts) {
			count = counts[i]
		}
		points = append(points, point{at: at, count: count, sum: v * count, min: v, max: v})
	}
	return points
}

// listMetrics lists the metrics of the Region, in order. A page has 500 metrics.
func (m *Service) listMetrics(req *wire.Request, f wire.Fields) (cbor.Map, *wire.Error) {
	var found cbor.List
	for _, key := range slices.Sorted(maps.Keys(m.series[req.Region])) {
		s := m.series[req.Region][key]
		if s.matches(f) {
			found = append(found, cbor.Map{
				"Namespace":  cbor.String(s.namespace),
				"MetricName": cbor.String(s.name),
				"Dimensions": encodeDimensions(s.dimensions),
			})
		}
	}
	page, next, err := paginate(found, f.Text("NextToken"), 500)
	if err != nil {
		return nil, err
	}
	answer := cbor.Map{"Metrics": page}
	if next != "" {
		answer["NextToken"] = cbor.String(next)
	}
	return answer, nil
}

// matches says whether a metric matches a ListMetrics request; a dimension without a value matches every value.
func (s *series) matches(f wire.Fields) bool {
	if ns := f.Text("Namespace"); ns != "" && ns != s.namespace {
		return false
	}
	if name := f.Text("MetricName"); name != "" && name != s.name {
		return false
	}
	for _, want := range dimensionsIn(f) {
		if !slices.ContainsFunc(s.dimensions, func(d dimension) bool {
			return d.name == want.name && (want.value == "" || d.value == want.value)
		}) {
			return false
		}
	}
	return true
}

// paginate returns a page of a list; the token is the index at which the next page begins.
func paginate(all cbor.List, token string, size int) (page cbor.List, next string, err *wire.Error) {
	from := 0
	if token != "" {
		n, parseErr := strconv.Atoi(token)
		if parseErr != nil || n < 0 || n > len(all) {
			return nil, "", wire.BadRequest("InvalidNextToken", "The token %q is not one that this operation has given.", token)
		}
		from = n
	}
	to := min(len(all), from+size)
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return append(cbor.List{}, all[from:to]...), next, nil
}
