package cloudwatch

import (
	"hash/fnv"
	"slices"
	"time"
)

// MetricDelay is how late CloudWatch delivers what was published (CW-1). Each delay lies between two bounds and depends
// only on the metric and the minute, so that a scenario has the same delays every time.
type MetricDelay struct {
	// Standard counts from the end of the minute that a datapoint of standard resolution describes; zero is no delay.
	Standard [2]time.Duration
	// HighResolution counts from the publication of a datapoint of high resolution.
	HighResolution [2]time.Duration
}

// DefaultMetricDelay is what AWS's documents and its users report: one to two minutes, and a few seconds.
func DefaultMetricDelay() MetricDelay {
	return MetricDelay{
		Standard:       [2]time.Duration{time.Minute, 2 * time.Minute},
		HighResolution: [2]time.Duration{2 * time.Second, 5 * time.Second},
	}
}

// SetMetricDelay changes how late CloudWatch delivers what is published after the call.
func (ctl Control) SetMetricDelay(d MetricDelay) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.delay = d
}

// PutMetric makes one value of a metric, as of now and at one-second resolution, readable at once. No delay applies. An
// application publishes with PutMetricData, to which the delay applies.
func (ctl Control) PutMetric(region, namespace, name string, dims map[string]string, value float64) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	s := ctl.s.find(region, namespace, name, dimensionsOf(dims))
	s.highResolution = true
	s.insert(single(ctl.s.k.Now(), value))
}

// Put publishes one value as of now, at standard resolution, as AWS's own services do.
func (m *Service) Put(region, namespace, name string, dims map[string]string, value float64) {
	m.publish(m.find(region, namespace, name, dimensionsOf(dims)), single(m.k.Now(), value))
}

// PutPast publishes a value for each of the five minutes before now: a scenario begins with applications that have been
// running.
func (m *Service) PutPast(region, namespace, name string, dims map[string]string, value float64) {
	s := m.find(region, namespace, name, dimensionsOf(dims))
	for ago := 5 * time.Minute; ago > 0; ago -= time.Minute {
		p := single(m.k.Now().Add(-ago), value)
		p.readable = m.readableFrom(s, p.at, p.at)
		s.insert(p)
	}
}

// Series returns the function that publishes one value of a metric at a time. The metric exists from this call on.
func (m *Service) Series(region, namespace, name string, dims map[string]string, highResolution bool) (publish func(at time.Time, value float64)) {
	s := m.find(region, namespace, name, dimensionsOf(dims))
	s.highResolution = s.highResolution || highResolution
	return func(at time.Time, value float64) { m.publish(s, single(at, value)) }
}

// Samples publishes a statistic set of a metric: so many samples with a sum, of which these are the least and the most.
func (m *Service) Samples(region, namespace, name string, dims map[string]string, highResolution bool, at time.Time, count, sum, least, most float64) {
	s := m.find(region, namespace, name, dimensionsOf(dims))
	s.highResolution = s.highResolution || highResolution
	m.publish(s, point{at: at.Unix(), count: count, sum: sum, min: least, max: most})
}

// publish stores a datapoint that can be read after its delay.
func (m *Service) publish(s *series, p point) {
	p.readable = m.readableFrom(s, p.at, m.k.Now().Unix())
	s.insert(p)
}

// highResolutionStep is how many seconds of a high-resolution metric have the same delay.
const highResolutionStep = 10

// readableFrom is the second from which a datapoint can be read that describes one second and was published in another.
func (m *Service) readableFrom(s *series, at, published int64) int64 {
	if s.highResolution {
		return published + s.spread(m.delay.HighResolution, at/highResolutionStep)
	}
	if m.delay.Standard == (MetricDelay{}).Standard {
		return published
	}
	minute := at - at%60
	return max(published, minute+60) + s.spread(m.delay.Standard, minute/60)
}

// spread is a number of seconds between two bounds.
func (s *series) spread(bounds [2]time.Duration, at int64) int64 {
	from, to := int64(bounds[0].Seconds()), int64(bounds[1].Seconds())
	if to <= from {
		return from
	}
	if s.seed == 0 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(seriesKey(s.namespace, s.name, s.dimensions)))
		s.seed = h.Sum64() | 1
	}
	mixed := (s.seed + uint64(at)) * 0x9e3779b97f4a7c15 // Fibonacci hashing: consecutive times have very different delays
	return from + int64((mixed>>32)%uint64(to-from+1))
}

// readable returns the points from one second up to, and without, another that CloudWatch has delivered.
func (m *Service) readable(s *series, from, to int64) []point {
	points, now := s.between(from, to), m.k.Now().Unix()
	late := func(p point) bool { return p.readable > now }
	if !slices.ContainsFunc(points, late) {
		return points
	}
	return slices.DeleteFunc(slices.Clone(points), late)
}

func single(at time.Time, value float64) point {
	return point{at: at.Unix(), count: 1, sum: value, min: value, max: value}
}
