package failover

// ReadReport reads a report that this version or the release before has written.
func ReadReport(text []byte) (Report, error) {
	var r Report
	if err := Decode(text, &r); err != nil {
		return r, err
	}
	if err := CheckFormat("report of run "+r.Run.ID, r.Format); err != nil {
		return r, err
	}
	if r.Format < Format {
		r.RPOSeconds, r.LagSeconds = lossOfFormat1(r.Run.Action, r.RPOSeconds)
		r.Phases = PhasesFromFormat1(r.Run.Action, r.Phases)
	}
	return r, nil
}

// PhasesFromFormat1 are the phases of a run as format 1 has them. There rpoSeconds is the largest replication lag before the
// run's promotions, and -1 when none was measured.
func PhasesFromFormat1(action Action, phases []PhaseResult) []PhaseResult {
	for i := range phases {
		phases[i].RPOSeconds, phases[i].LagSeconds = lossOfFormat1(action, phases[i].RPOSeconds)
	}
	return phases
}

// lossOfFormat1 says how many seconds of writes were lost, and the replication lag before. A planned promotion loses none.
func lossOfFormat1(action Action, was *float64) (rpo, lag *float64) {
	switch {
	case was == nil || *was < 0:
		return nil, nil
	case action.Planned():
		return new(float64), was
	}
	return was, was
}
