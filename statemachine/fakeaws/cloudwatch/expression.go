package cloudwatch

import (
	"cmp"
	"errors"
	"slices"

	"github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch/metricmath"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// parseMath reads a query with an expression.
func parseMath(id string, f wire.Fields) (query, *wire.Error) {
	if f.Has("Period") {
		return query{}, wire.NotImplemented("the Period of the query %s, which has an expression; that of its metrics counts", id)
	}
	expression, err := metricmath.Parse(f.Text("Expression"))
	if err != nil {
		return query{}, errMath(id, err)
	}
	return query{id: id, label: cmp.Or(f.Text("Label"), id), hidden: hidden(f), math: expression}, nil
}

func errMath(id string, err error) *wire.Error {
	if unknown := (*metricmath.UnknownError)(nil); errors.As(err, &unknown) {
		return wire.NotImplemented("metric math with %s, in the query %s", unknown.What, id)
	}
	return errValidation("Error in expression %q: %v.", id, err)
}

// seriesFor is the result of one of the queries of a request. An expression sees the metrics of all of them, whether they return data
// or not; all that it uses have one period (CW-13).
func (m *Service) seriesFor(q query, all []query, start, end int64) (metricmath.Series, *wire.Error) {
	if q.math == nil {
		return m.datapoints(q, start, end), nil
	}
	series, period := map[string]metricmath.Series{}, int64(0)
	for _, id := range q.math.IDs() {
		i := slices.IndexFunc(all, func(other query) bool { return other.id == id })
		switch {
		case i < 0:
			return nil, errValidation("Error in expression %q: Unknown identifier: %s.", q.id, id)
		case all[i].math != nil:
			return nil, wire.NotImplemented("metric math about the expression %s, in the query %s", id, q.id)
		case period != 0 && all[i].period != period:
			return nil, wire.NotImplemented("metric math about metrics of the periods %d and %d, in the query %s", period, all[i].period, q.id)
		}
		period = all[i].period
		series[id] = m.datapoints(all[i], start, end)
	}
	found, err := q.math.Evaluate(series, periodsIn(start, end, period))
	if err != nil {
		return nil, errMath(q.id, err)
	}
	return found, nil
}

// periodsIn are the periods of a request: those that begin at or after its start, rounded as in datapoints, and before its end.
func periodsIn(start, end, period int64) []int64 {
	if period == 0 {
		return nil
	}
	start -= start % min(period, 60)
	var all []int64
	for t := start + (period-start%period)%period; t < end; t += period {
		all = append(all, t)
	}
	return all
}
