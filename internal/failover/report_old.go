package failover

import "encoding/json"

// ReadReport reads a report that this version or the release before has written.
func ReadReport(text []byte) (Report, error) {
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return r, err
	}
	if err := CheckFormat("report of run "+r.Run.ID, r.Format); err != nil {
		return r, err
	}
	if r.Format < Format {
		r.RPOSeconds, r.LagSeconds = fromFormat1(r.Run.Action, r.RPOSeconds)
		r.Legs = LegsFromFormat1(r.Run.Action, r.Legs)
	}
	return r, nil
}

// LegsFromFormat1 are the legs of a run as format 1 has them. There rpoSeconds is the largest replication lag before the
// run's promotions, and -1 when none was measured.
func LegsFromFormat1(action Action, legs []LegResult) []LegResult {
	for i := range legs {
		legs[i].RPOSeconds, legs[i].LagSeconds = fromFormat1(action, legs[i].RPOSeconds)
	}
	return legs
}

// fromFormat1 says how many seconds of writes were lost, and the replication lag before. A planned promotion loses none.
func fromFormat1(action Action, was *float64) (rpo, lag *float64) {
	switch {
	case was == nil || *was < 0:
		return nil, nil
	case action.Planned():
		return new(float64), was
	}
	return was, was
}
