package guarantee

// Tally sums up the verdicts on one guarantee over many histories.
type Tally struct {
	Number    int    `json:"number"`
	Guarantee string `json:"guarantee"`
	// Kept, Violated and NotChecked count histories, by the verdict.
	Kept       int `json:"kept"`
	Violated   int `json:"violated"`
	NotChecked int `json:"notChecked"`
	// Runs counts the runs that gave occasion to check it.
	Runs int `json:"runs"`
}

// Tallies are the sums for all guarantees, in the order of their numbers. The zero value is ready to use.
type Tallies []Tally

// Add adds the verdicts of one history.
func (t *Tallies) Add(verdicts []Verdict) {
	for _, v := range verdicts {
		sum := t.of(v)
		sum.Runs += v.Runs
		switch v.Status {
		case Kept:
			sum.Kept++
		case Violated:
			sum.Violated++
		case NotChecked:
			sum.NotChecked++
		}
	}
}

// Merge adds other sums.
func (t *Tallies) Merge(others Tallies) {
	for _, other := range others {
		sum := t.of(Verdict{Number: other.Number, Guarantee: other.Guarantee})
		sum.Kept, sum.Violated, sum.NotChecked, sum.Runs = sum.Kept+other.Kept, sum.Violated+other.Violated, sum.NotChecked+other.NotChecked, sum.Runs+other.Runs
	}
}

// of is the sum for the guarantee of a verdict.
func (t *Tallies) of(v Verdict) *Tally {
	for i := range *t {
		if (*t)[i].Number == v.Number {
			return &(*t)[i]
		}
	}
	*t = append(*t, Tally{Number: v.Number, Guarantee: v.Guarantee})
	return &(*t)[len(*t)-1]
}

// Exercised is the share of the histories, from 0 to 1, that gave occasion to check the guarantee.
func (t Tally) Exercised() float64 {
	checked := t.Kept + t.Violated
	if checked == 0 {
		return 0
	}
	return float64(checked) / float64(checked+t.NotChecked)
}
