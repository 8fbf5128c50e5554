package failover

import "slices"

// Stage is one slice of a run: a wave, a share of traffic, and whether the wave's databases are promoted.
type Stage struct {
	// Index counts the stages of a run from 0, over all its phases: what a later stage has written, an earlier one may not
	// touch any more.
	Index int `json:"index"`
	// Wave is the wave whose applications move; 0 is all of them at once.
	Wave int `json:"wave"`
	// Waves are, in a stage that closes a phase, the waves that the phase has moved; other stages have none.
	Waves []int `json:"waves,omitempty"`
	// Seen is the configuration of the wave's applications as Validate has seen it.
	Seen *Seen `json:"seen,omitempty"`
	// From is the Region that traffic leaves.
	From Region `json:"from"`
	// To is the Region that traffic and writers move to.
	To Region `json:"to"`
	// Percent is the share of traffic that To has afterwards; nil leaves traffic alone.
	Percent *int `json:"percent"`
	// Restore gives every application the weights and the active Region that it had before the run, whatever Percent says.
	Restore bool `json:"restore,omitempty"`
	// Prove makes the stage a part of the proof of the run's switches: it moves no user, and its failure is reported and undoes
	// nothing.
	Prove Proof `json:"prove,omitempty"`
	// Batches is how many atomic batches of DNS changes the stage takes, and with it how many calls of ShiftTraffic at
	// most: each call that Route 53 does not turn away altogether has at least one of them accepted.
	Batches int `json:"batches"`
	// ShiftSeconds is how long a failover goes on asking for batches that Route 53 has not accepted, from the first time
	// that some remained; a planned run asks Batches times.
	ShiftSeconds int `json:"shiftSeconds"`
	// Promote says whether the databases of the wave are promoted in To.
	Promote bool `json:"promote"`
	// WriterFollows says that the wave's databases are promoted by a later stage: once an approver has consented, or, in a
	// rollback, once users are back.
	WriterFollows bool `json:"writerFollows,omitempty"`
	// Approve says whether an approver must consent before the databases are promoted.
	Approve bool `json:"approve,omitempty"`
	// NextWave is, in a failover, the index of the stage with which the next wave begins, for it is played even when this
	// one fails; 0 when there is none.
	NextWave int `json:"nextWave,omitempty"`
	// SettleSeconds is the shortest wait before a check.
	SettleSeconds int `json:"settleSeconds"`
	// StretchPercent makes the waits grow: each is this share of the time that the checks have taken so far. So a stage has
	// a bounded number of checks, and what takes long is noticed late only in proportion.
	StretchPercent int `json:"stretchPercent"`
	// Attempts is how many checks, and VerifySeconds how long, a stage may take to become healthy.
	Attempts      int `json:"attempts"`
	VerifySeconds int `json:"verifySeconds"`
	// ResubmitSeconds is how long before the end of that time a change that Route 53 has lost is submitted again at the
	// latest.
	ResubmitSeconds int `json:"resubmitSeconds"`
	// Passes is how many healthy checks in a row, each with newer datapoints, verify the stage.
	Passes int `json:"passes"`
	// BakeSeconds is how long it must stay healthy.
	BakeSeconds int `json:"bakeSeconds"`
	// HealthySeconds is how long a stage that is healthy may take for that, whatever time it has left for becoming healthy;
	// Checks is how many checks it has in all.
	HealthySeconds int `json:"healthySeconds"`
	Checks         int `json:"checks"`
}

// Weights are the DNS weights that the stage intends, by Region; nil when it leaves traffic alone. See [Stage.WeightsOf]
// for one that restores.
func (s Stage) Weights() map[Region]int {
	if s.Percent == nil {
		return nil
	}
	return map[Region]int{s.To: *s.Percent, s.From: 100 - *s.Percent}
}

// Gradual says whether the stage leaves some of the traffic where it was.
func (s Stage) Gradual() bool { return s.Percent != nil && *s.Percent < 100 }

// Full says whether all of the traffic is, or has been before the stage, where the stage wants it.
func (s Stage) Full() bool { return s.Closing() || s.Percent != nil && *s.Percent == 100 }

// Closing says whether the stage moves nothing, and verifies once more what its phase has moved.
func (s Stage) Closing() bool { return len(s.Waves) > 0 }

// Covers says whether the stage is about the application.
func (s Stage) Covers(app Application) bool {
	if s.Closing() {
		return slices.Contains(s.Waves, app.Wave)
	}
	return s.Wave == 0 || s.Wave == app.Wave
}

// WeightsOf are the DNS weights that an application has after the stage, in a run of this epoch; nil when the stage
// neither moves traffic nor comes after all of it has moved.
func (s Stage) WeightsOf(app Application, epoch int64) map[Region]int {
	switch {
	case s.Restore && s.Full():
		return app.Live.PlaceBefore(epoch).Weights
	case s.Closing():
		return map[Region]int{s.To: 100, s.From: 0}
	}
	return s.Weights()
}

// PlanStages makes the list of stages that moves the given waves from one Region to the other.
//
// Each wave moves through all shares of in.Percents before the next wave starts. Traffic first, the databases are
// promoted with the wave's last share: until then users are served by the new Region with the writer in the old one,
// and everything can still go back without touching a database. Database first, they are promoted in a stage of their
// own before any traffic moves.
//
// A failover of a plan with WavesAtOnce has one wave, 0, which is all of them.
//
// A wave is verified when it has moved, and not again while later ones move: its release may become unhealthy under load,
// or an operator may change a record manually. So more than one wave ends with a stage that closes the phase: it moves
// nothing, and verifies all of them once more. Of a single wave the last check is that.
//
// A traffic step of a planned action bakes, the last one too: it must stay healthy for plan.BakeSeconds before the next one
// begins or the run is complete. A failover does not wait for that.
//
// Batches is left at 0: only the records can tell. So is Approve: only the databases can. The time of the stages is that of
// applications without records and metrics: see [Plan.SetTime].
func PlanStages(plan Plan, in Input, from, to Region, waves []int) []Stage {
	order, percents := plan.Order, in.Percents
	if in.Order != "" {
		order = in.Order
	}
	if len(percents) == 0 {
		percents = []int{100}
	}
	if in.Action == Failover && plan.WavesAtOnce && len(waves) > 0 {
		waves = []int{0}
	}
	var stages []Stage
	add := func(wave int, percent *int, promote bool) {
		s := plan.stage(wave, from, to)
		s.Index, s.Percent, s.Promote = len(stages), percent, promote
		if s.Percent != nil && in.Action.Planned() {
			s.BakeSeconds = plan.BakeSeconds
			plan.SetTime(&s, DefaultStretch, Delays{})
		}
		stages = append(stages, s)
	}
	for _, wave := range waves {
		if order == DatabaseFirst {
			add(wave, nil, true)
		}
		for i, percent := range percents {
			last := i == len(percents)-1
			add(wave, &percent, last && order == TrafficFirst)
		}
	}
	if len(waves) > 1 {
		add(0, nil, false)
		stages[len(stages)-1].Waves = slices.Clone(waves)
	}
	if in.Action == Failover {
		linkWaves(stages)
	}
	return stages
}

// VerifyBeforeAsking puts a stage that moves the same traffic, and is verified, before each stage of a planned run that
// asks before the promotion. Else users would be in a Region whose health is not checked until the approver has answered,
// which may take half an hour; and the approver needs to know whether the Region is healthy. The stage that asks has the
// same weights once more. A failover asks at once: without a writer its Region cannot be healthy.
func VerifyBeforeAsking(stages []Stage) []Stage {
	var all []Stage
	add := func(s Stage) {
		s.Index = len(all)
		all = append(all, s)
	}
	for _, s := range stages {
		if s.Approve && s.Percent != nil {
			before := s
			before.Promote, before.Approve, before.WriterFollows = false, false, true
			add(before)
		}
		add(s)
	}
	return all
}

// linkWaves gives each stage the next wave's first one.
func linkWaves(stages []Stage) {
	for i, s := range stages {
		next := slices.IndexFunc(stages[i:], func(later Stage) bool { return later.Wave > 0 && later.Wave != s.Wave })
		if next > 0 {
			stages[i].NextWave = i + next
		}
	}
}

// PlanReturn makes the stages of a drill's return, counting on from first. They are those of a switchover, but that the
// last share of each wave gives every application what it had before the drill, and that the stage which closes the phase
// finds it there.
func PlanReturn(plan Plan, in Input, from, to Region, waves []int, first int) []Stage {
	stages := PlanStages(plan, in, from, to, waves)
	for i := range stages {
		s := &stages[i]
		s.Index += first
		s.Restore = s.Full()
	}
	return stages
}

// Proof is a part of the proof that switches work.
type Proof string

// The parts, in their order.
const (
	// ProveEvacuation makes users leave the Region that has no weight, so that none moves, until Route 53's health checkers
	// see it.
	ProveEvacuation Proof = "evacuation"
	// ProveReset takes that back, until they see that too.
	ProveReset Proof = "reset"
)

// PlanProof makes the stages that end a drill's return, counting on from first: its switches are proved where users of from
// have left it and all weights name to.
func PlanProof(plan Plan, from, to Region, first int) []Stage {
	var stages []Stage
	for i, part := range []Proof{ProveEvacuation, ProveReset} {
		s := plan.stage(0, from, to)
		s.Index, s.Prove, s.Passes = first+i, part, 1
		stages = append(stages, s)
	}
	return stages
}

// PlanRollback makes the stages that undo what a run has done, counting on from first: from is the Region that users leave
// again. First all users of the waves that have moved leave it at once, because both Regions answer and one of them is in
// doubt: the last wave first, for it is the one that was unhealthy. Then the writers go back, in the waves whose databases
// the run has promoted. A promotion that is still in flight ends before: the stage that moves users back waits for it, and
// where no user has moved, a stage that waits and does nothing else. Route 53 is not asked for what it never did: the
// writers must return even when it is what failed. No stage closes the phase: each wave is where it was healthy before the
// run, and the failure that is undone is the one that is reported.
func PlanRollback(plan Plan, from, to Region, moved, promoted []int, first int) []Stage {
	var stages []Stage
	add := func(s Stage) {
		s.Index, s.Restore = first+len(stages), true
		stages = append(stages, s)
	}
	for _, wave := range slices.Backward(moved) {
		s := plan.stage(wave, from, to)
		s.Percent, s.WriterFollows = new(100), slices.Contains(promoted, wave)
		add(s)
	}
	for _, wave := range promoted {
		if !slices.Contains(moved, wave) {
			s := plan.stage(wave, from, to)
			s.WriterFollows = true
			add(s)
		}
	}
	for _, wave := range promoted {
		s := plan.stage(wave, from, to)
		s.Promote = true
		add(s)
	}
	return stages
}

// PlanReturnRollback makes the stages that undo a drill's return, counting on from first: from is the Region that users leave
// again, and to the Region of the soak, where they were healthy a few minutes ago. They are those of a rollback, but that nothing is
// restored: what was before the drill is where it was unhealthy.
func PlanReturnRollback(plan Plan, from, to Region, moved, promoted []int, first int) []Stage {
	stages := PlanRollback(plan, from, to, moved, promoted, first)
	for i := range stages {
		stages[i].Restore = false
	}
	return stages
}

// stage is one with the time that the plan grants.
func (p Plan) stage(wave int, from, to Region) Stage {
	s := Stage{Wave: wave, From: from, To: to, SettleSeconds: p.SettleSeconds, Passes: p.Passes}
	p.SetTime(&s, DefaultStretch, Delays{})
	return s
}
