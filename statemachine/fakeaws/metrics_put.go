package fakeaws

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/smithy-go/encoding/cbor"
)

// putMetricData stores all values of a request, or none of them.
func (m *metrics) putMetricData(req *Request, f fields) (cbor.Map, *APIError) {
	namespace, datums := f.text("Namespace"), f.structures("MetricData")
	if err := checkNamespace(namespace); err != nil {
		return nil, err
	}
	if len(datums) > maxDatums {
		return nil, errValidation("The collection MetricData must not have a size greater than %d.", maxDatums)
	}
	for i, d := range datums {
		if err := d.checkDatum(i+1, m.w.now); err != nil {
			return nil, err
		}
	}
	for _, d := range datums {
		at, ok := d.seconds("Timestamp")
		if !ok {
			at = m.w.now.Unix()
		}
		s := m.find(req.Region, namespace, d.text("MetricName"), d.dimensions())
		s.highResolution = s.highResolution || d.integer("StorageResolution") == 1
		for _, p := range d.points(at) {
			p.unit = cmp.Or(d.text("Unit"), unitNone)
			m.publish(s, p)
		}
	}
	return cbor.Map{}, nil
}

// points are what one element of MetricData says: a value, values with counts, or a set of statistics.
func (f fields) points(at int64) []point {
	if f.has("StatisticValues") {
		set := f.structure("StatisticValues")
		p := point{at: at}
		p.count, _ = set.number("SampleCount")
		p.sum, _ = set.number("Sum")
		p.min, _ = set.number("Minimum")
		p.max, _ = set.number("Maximum")
		return []point{p}
	}
	if v, ok := f.number("Value"); ok {
		return []point{{at: at, count: 1, sum: v, min: v, max: v}}
	}
	var points []point
	counts := f.numbers("Counts")
	for i, v := range f.numbers("Values") {
		count := 1.0
		if i < len(counts) {
			count = counts[i]
		}
		points = append(points, point{at: at, count: count, sum: v * count, min: v, max: v})
	}
	return points
}

// listMetrics lists what has been published in the Region, in order. A page has 500 metrics.
func (m *metrics) listMetrics(req *Request, f fields) (cbor.Map, *APIError) {
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
	page, next, err := paginate(found, f.text("NextToken"), 500)
	if err != nil {
		return nil, err
	}
	answer := cbor.Map{"Metrics": page}
	if next != "" {
		answer["NextToken"] = cbor.String(next)
	}
	return answer, nil
}

// matches says whether a metric is what ListMetrics asks for; a dimension without a value matches every value.
func (s *series) matches(f fields) bool {
	if ns := f.text("Namespace"); ns != "" && ns != s.namespace {
		return false
	}
	if name := f.text("MetricName"); name != "" && name != s.name {
		return false
	}
	for _, want := range f.dimensions() {
		if !slices.ContainsFunc(s.dimensions, func(d dimension) bool {
			return d.name == want.name && (want.value == "" || d.value == want.value)
		}) {
			return false
		}
	}
	return true
}

// paginate cuts a page out of a list; the token is the place where the next one begins.
func paginate(all cbor.List, token string, size int) (page cbor.List, next string, err *APIError) {
	from := 0
	if token != "" {
		n, parseErr := strconv.Atoi(token)
		if parseErr != nil || n < 0 || n > len(all) {
			return nil, "", badRequest("InvalidNextToken", "The token %q is not one that this operation has given.", token)
		}
		from = n
	}
	to := min(len(all), from+size)
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return append(cbor.List{}, all[from:to]...), next, nil
}
