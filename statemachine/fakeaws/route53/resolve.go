package route53

// candidate is a record set that the name servers may answer with, and its share of the queries.
type candidate struct {
	set   RecordSet
	share float64
}

// resolve returns what the authoritative name servers answer now: the state after the last change that is INSYNC. It
// follows "How Amazon Route 53 chooses records when health checking is configured" and the page on weighted records. It
// returns nothing when there is no such record.
func (r *Service) resolve(from Place, zoneID, name, recordType string) []candidate {
	z, ok := r.zones[zoneID]
	if !ok {
		return nil
	}
	sets := group(z.answers, name, recordType)
	if len(sets) == 0 {
		return nil
	}
	switch sets[0].set.policy() {
	case policySimple:
		return []candidate{{set: sets[0].set, share: 1}}
	case policyWeighted:
		return r.weigh(sets)
	case policyFailover:
		return r.failOver(sets)
	case policyLatency:
		return r.nearest(sets, from)
	case policyGeo:
		return r.locate(sets, from)
	}
	return nil // R53-14
}

// weigh chooses among weighted record sets: the healthy ones with a weight above 0; or else the healthy ones with
// weight 0; or else, when none is healthy, all with a weight above 0. When every weight is 0, all have equal shares.
func (r *Service) weigh(sets []*entry) []candidate {
	weighty := choose(sets, func(s RecordSet) bool { return s.Weight > 0 })
	drained := choose(sets, func(s RecordSet) bool { return s.Weight == 0 })
	for _, candidates := range [][]candidate{r.healthy(weighty), r.healthy(drained), weighty, drained} {
		if len(candidates) > 0 {
			return shares(candidates)
		}
	}
	return nil
}

func choose(sets []*entry, wanted func(RecordSet) bool) []candidate {
	var chosen []candidate
	for _, e := range sets {
		if wanted(e.set) {
			chosen = append(chosen, candidate{set: e.set})
		}
	}
	return chosen
}

// healthy removes the record sets whose health check fails. A record set without a health check is healthy, and so is
// the target of an alias (R53-7).
func (r *Service) healthy(answers []candidate) []candidate {
	var healthy []candidate
	for _, a := range answers {
		if a.set.HealthCheck == "" || r.passing(a.set.HealthCheck) {
			healthy = append(healthy, a)
		}
	}
	return healthy
}

func (r *Service) passing(check string) bool {
	c := r.checks[check]
	return c != nil && c.healthy
}

// shares divides the queries by weight, or equally when all weights are 0.
func shares(answers []candidate) []candidate {
	sum := 0
	for _, a := range answers {
		sum += a.set.Weight
	}
	for i := range answers {
		if sum == 0 {
			answers[i].share = 1 / float64(len(answers))
		} else {
			answers[i].share = float64(answers[i].set.Weight) / float64(sum)
		}
	}
	return answers
}

// Resolve calls each with every record set that the name servers answer with now: its SetIdentifier, the share of the
// queries that get it, and how long resolvers keep it, which is 0 for an alias to a name of an AWS service. An alias to a
// record of its own zone has that record's TTL.
func (r *Service) Resolve(zoneID, name, recordType string, each func(setIdentifier string, share float64, ttl int64)) {
	for _, a := range r.resolve(somewhere, zoneID, name, recordType) {
		each(a.set.SetIdentifier, a.share, r.target(zoneID, a.set, recordType, 0).TTL)
	}
}

// target follows aliases to records of their own zone. Of a group it is the first record set that may answer.
func (r *Service) target(zoneID string, set RecordSet, recordType string, aliases int) RecordSet {
	if set.Alias == nil || set.Alias.Zone != zoneID || aliases == maxAliases {
		return set
	}
	found := r.resolve(somewhere, zoneID, set.Alias.Name, recordType)
	if len(found) == 0 {
		return set
	}
	return r.target(zoneID, found[0].set, recordType, aliases+1)
}

// Generation counts the changes of what the name servers answer.
func (r *Service) Generation() int { return r.generation }
