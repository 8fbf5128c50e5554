package clients

import (
	"slices"
	"time"
)

const (
	// defaultTTL is how many seconds the answer for an alias is kept: the TTL of a load balancer's own name.
	defaultTTL = 60
	// canaryRequests is how many requests an application's canary sends to every Region each second, directly and not
	// by DNS, so that a Region without users has health metrics too (TRF-2).
	canaryRequests = 1.0
)

// population is the clients of one application.
type population struct {
	Clients
	loads []*load // by index of the Region
	// answers are the different answers that cohorts keep; cohort has the index of each cohort's answer.
	answers []heldAnswer
	cohort  []int
	// current is the index of what the name servers answer now.
	current int
}

// heldAnswer is how an answer divides requests among the Regions, and how many cohorts keep it.
type heldAnswer struct {
	shares  []float64 // by index of the Region
	cohorts int
}

// place is one application in one Region.
type place struct{ region, application string }

// load is the requests of an application in a Region since its last metrics, and what makes them fail.
type load struct {
	region, application      string
	errorShare               float64
	errorsFrom               float64 // the smallest share of the application's users at which errorShare applies
	silent                   bool
	requests, served         float64 // of users
	asked, answered          float64 // of users and of the canary
	servedMetric, loadMetric func(time.Time, float64)
	// balancer is the load balancer whose metrics replace the application's own; empty for none.
	balancer string
	// meters are the further metrics of its requests.
	meters []*meter
}

// add creates a population whose cohorts all keep what the name servers answer now.
func (t *Traffic) add(c Clients) {
	if c.TTL == 0 {
		c.TTL = t.ttl(c)
	}
	p := &population{Clients: c, cohort: make([]int, c.TTL)}
	for _, region := range t.k.RegionNames() {
		p.loads = append(p.loads, t.loadOf(region, c.Application))
	}
	p.resolve(t.dns)
	p.answers[p.current].cohorts = len(p.cohort)
	t.balance(p)
	t.measure(p)
	t.populations = append(t.populations, p)
}

// ttl is the TTL of the record that the clients resolve (TRF-3).
func (t *Traffic) ttl(c Clients) int {
	found := int64(0)
	t.dns.Resolve(c.Zone, c.Name, c.Type, func(_ string, _ float64, ttl int64) {
		if found == 0 {
			found = ttl
		}
	})
	if found > 0 {
		return int(found)
	}
	return defaultTTL
}

func (t *Traffic) loadOf(region, application string) *load {
	if l := t.find(region, application); l != nil {
		return l
	}
	l := &load{region: region, application: application}
	t.loads = append(t.loads, l)
	t.byPlace[place{region, application}] = l
	return l
}

// find returns the load of an application in a Region, or nil.
func (t *Traffic) find(region, application string) *load {
	return t.byPlace[place{region, application}]
}

// tick plays one second.
func (t *Traffic) tick() {
	if !t.running {
		t.ticking = false
		return
	}
	t.ticks++
	if t.resolved != t.dns.Generation() {
		t.resolved = t.dns.Generation()
		for _, p := range t.populations {
			p.resolve(t.dns)
		}
	}
	clear(t.writers)
	regions := t.k.RegionNames()
	s := Sample{At: t.k.Now(), Regions: make([]RegionSample, len(regions))}
	for i, region := range regions {
		s.Regions[i].Region = region
	}
	for _, p := range t.populations {
		p.refresh(t.ticks)
		t.play(p, &s)
	}
	t.samples = append(t.samples, s)
	t.notice(s)
	t.publish()
	t.publishMeters()
	t.k.After(time.Second, t.tick)
}

// resolve stores what the name servers answer now, for the cohorts that resolve next.
func (p *population) resolve(dns DNS) {
	shares := make([]float64, len(p.loads))
	dns.Resolve(p.Zone, p.Name, p.Type, func(setIdentifier string, share float64, _ int64) {
		// A record set that leads to no Region serves no request.
		if i := slices.IndexFunc(p.loads, func(l *load) bool { return l.region == p.regionOf(setIdentifier) }); i >= 0 {
			shares[i] += share
		}
	})
	p.current = slices.IndexFunc(p.answers, func(h heldAnswer) bool { return slices.Equal(h.shares, shares) })
	if p.current < 0 {
		p.current = len(p.answers)
		p.answers = append(p.answers, heldAnswer{shares: shares})
	}
}

// refresh gives the current answer to the cohort whose TTL has ended.
func (p *population) refresh(tick int) {
	i := tick % len(p.cohort)
	if held := p.cohort[i]; held != p.current {
		p.answers[held].cohorts--
		p.answers[p.current].cohorts++
		p.cohort[i] = p.current
	}
}

// play sends one second's requests to the Regions of the cohorts' answers (TRF-4).
func (t *Traffic) play(p *population, s *Sample) {
	readable := 1.0
	if !t.writable(p) {
		readable -= p.Writes
	}
	s.Requests += p.RequestsPerSecond
	for i, l := range p.loads {
		share := 0.0
		for _, a := range p.answers {
			share += a.shares[i] * float64(a.cohorts)
		}
		requests := p.RequestsPerSecond * share / float64(len(p.cohort))
		quality := 0.0
		if !t.k.Dark(l.region) {
			quality = readable * (1 - l.errors(requests/p.RequestsPerSecond))
		}
		served := requests * quality
		s.Served += served
		s.Regions[i].Requests += requests
		s.Regions[i].Served += served
		if requests > 0 && !t.k.Dark(l.region) && l.errors(requests/p.RequestsPerSecond) > 0 && !slices.Contains(s.Regions[i].Erring, l.application) {
			s.Regions[i].Erring = append(s.Regions[i].Erring, l.application)
		}
		l.count(requests, served, quality)
	}
}

// errors is the share of failing requests when the place serves this share of the application's users.
func (l *load) errors(share float64) float64 {
	if share < l.errorsFrom-1e-9 {
		return 0
	}
	return l.errorShare
}

func (l *load) count(requests, served, quality float64) {
	l.requests += requests
	l.served += served
	l.asked += requests + canaryRequests
	l.answered += served + canaryRequests*quality
	for _, m := range l.meters {
		m.count(requests, served, quality)
	}
}

// writable says whether all global clusters of an application have a writer in a Region that is not dark.
func (t *Traffic) writable(p *population) bool {
	if p.Writes == 0 {
		return true
	}
	for _, cluster := range p.GlobalClusters {
		ok, known := t.writers[cluster]
		if !known {
			_, ok = t.databases.Writer(cluster) // which is never available in a dark Region
			t.writers[cluster] = ok
		}
		if !ok {
			return false
		}
	}
	return true
}

// notice records when requests start to fail, and when all are served again.
func (t *Traffic) notice(s Sample) {
	switch failed := s.Failed(); {
	case failed && !t.failing:
		t.failing, t.failingSince = true, s.At.Add(-time.Second)
		t.k.Record("traffic", "users", "requests fail: %.1f %% are served", 100*s.Served/s.Requests)
	case !failed && t.failing:
		t.failing = false
		t.k.Record("traffic", "users", "all requests are served again, after %s", s.At.Add(-time.Second).Sub(t.failingSince))
	}
}
