package cloudwatch

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// Topics are the SNS topics that alarms notify.
type Topics interface {
	Send(region, topic, subject, text string, attributes map[string]string) (id string)
}

// Bus takes the events of an AWS service.
type Bus interface {
	ServiceEvent(region, source, detailType, resource string, detail json.RawMessage)
}

// Service is Amazon CloudWatch: the metrics, alarms and logs of every Region, each Region for itself.
type Service struct {
	k      *kernel.Kernel
	topics Topics
	bus    Bus
	series map[string]map[string]*series // by Region, then by key
	alarms map[string][]Alarm            // by Region, in order of name
	status map[string]string             // the StatusCode of GetMetricData by Region, where it is not Complete
	states map[string]*alarmState        // by the alarms' ARNs
	// evaluated are the Regions whose alarms are evaluated, because one of them has a rule.
	evaluated map[string]bool
	// delay is how late published metrics are delivered.
	delay MetricDelay
	// lines are the log lines, in order of time.
	lines []LogLine
}

// series is one metric: a namespace, a name and dimensions.
type series struct {
	namespace, name string
	dimensions      []dimension
	// highResolution says whether periods below a minute can be asked for.
	highResolution bool
	points         []point
	// seed selects the delays of the metric; 0 until the first use.
	seed uint64
}

type dimension struct{ name, value string }

// point is one published datapoint.
type point struct {
	at, readable         int64 // seconds since 1970: what it describes, and from when it can be read
	count, sum, min, max float64
	// unit is empty for the metrics of AWS's services, whose units the simulator does not have.
	unit string
}

// New returns a CloudWatch without metrics.
func New(k *kernel.Kernel, topics Topics, bus Bus) *Service {
	return &Service{
		k: k, topics: topics, bus: bus, series: map[string]map[string]*series{}, alarms: map[string][]Alarm{}, status: map[string]string{},
		states: map[string]*alarmState{}, evaluated: map[string]bool{}, delay: DefaultMetricDelay(),
	}
}

// Control is what drills and tests do to CloudWatch and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (m *Service) Control() Control { return Control{m} }

// SetMetricStatus makes GetMetricData in a Region answer every query with another StatusCode than Complete, such as
// PartialData or InternalError, and without values. An empty code ends that.
func (ctl Control) SetMetricStatus(region, code string) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.status[region] = code
}

// find returns the metric, and creates it if it does not exist.
func (m *Service) find(region, namespace, name string, dims []dimension) *series {
	key := seriesKey(namespace, name, dims)
	if s, ok := m.series[region][key]; ok {
		return s
	}
	if m.series[region] == nil {
		m.series[region] = map[string]*series{}
	}
	s := &series{namespace: namespace, name: name, dimensions: dims}
	m.series[region][key] = s
	return s
}

// seriesKey is the key of a metric: two metrics are the same only if all dimensions are equal. The dimensions are
// sorted by name.
func seriesKey(namespace, name string, dims []dimension) string {
	parts := make([]string, 2, 10)
	parts[0], parts[1] = namespace, name
	for _, d := range dims {
		parts = append(parts, d.name, d.value)
	}
	return strings.Join(parts, "\x00")
}

func dimensionsOf(dims map[string]string) []dimension {
	sorted := make([]dimension, 0, len(dims))
	for name, value := range dims {
		sorted = append(sorted, dimension{name, value})
	}
	slices.SortFunc(sorted, func(a, b dimension) int { return strings.Compare(a.name, b.name) })
	return sorted
}

// insert keeps the points in order of time, in which nearly all arrive.
func (s *series) insert(p point) {
	i := len(s.points)
	for i > 0 && s.points[i-1].at > p.at {
		i--
	}
	s.points = slices.Insert(s.points, i, p)
}

// between returns the points from one second up to, and without, another.
func (s *series) between(from, to int64) []point {
	first, _ := slices.BinarySearchFunc(s.points, from, func(p point, at int64) int { return int(p.at - at) })
	last, _ := slices.BinarySearchFunc(s.points, to, func(p point, at int64) int { return int(p.at - at) })
	return s.points[first:max(first, last)]
}

// value is a statistic of the points of one period; ok is false when they do not have it.
func (st statistic) value(points []point) (value float64, ok bool) {
	if len(points) == 0 {
		return 0, false
	}
	sum := point{min: math.Inf(1), max: math.Inf(-1)}
	for _, p := range points {
		sum.count += p.count
		sum.sum += p.sum
		sum.min = min(sum.min, p.min)
		sum.max = max(sum.max, p.max)
	}
	switch st.name {
	case "SampleCount":
		return sum.count, true
	case "Sum":
		return sum.sum, true
	case "Average":
		return sum.sum / sum.count, sum.count > 0
	case "Minimum":
		return sum.min, true
	case "Maximum":
		return sum.max, true
	}
	return percentile(points, st.percent)
}

// percentile is the nearest-rank percentile (CW-2). A statistic set does not have its single values; as documented, it
// counts only when all its values are equal.
func percentile(points []point, percent float64) (float64, bool) {
	raw := slices.DeleteFunc(slices.Clone(points), func(p point) bool { return p.min != p.max })
	slices.SortFunc(raw, func(a, b point) int {
		switch {
		case a.min < b.min:
			return -1
		case a.min > b.min:
			return 1
		}
		return 0
	})
	total := 0.0
	for _, p := range raw {
		total += p.count
	}
	rank := max(1, math.Ceil(total*percent/100))
	for _, p := range raw {
		if rank -= p.count; rank <= 0 {
			return p.min, true
		}
	}
	return 0, false
}
