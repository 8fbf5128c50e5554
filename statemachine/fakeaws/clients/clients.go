package clients

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// DNS is how clients resolve names.
type DNS interface {
	// Resolve calls each with every record set that the name servers answer with now: its SetIdentifier, the share of the
	// queries that get it, and how many seconds it is kept, 0 for an alias to a name of an AWS service.
	Resolve(zone, name, recordType string, each func(setIdentifier string, share float64, ttl int64))
	// Generation changes whenever an answer may have changed.
	Generation() int
}

// Databases has the writers that writes need.
type Databases interface {
	// Writer returns the Region of a global cluster's writer, and whether applications can write to it.
	Writer(globalCluster string) (region string, available bool)
}

// Metrics is where applications and load balancers publish metrics.
type Metrics interface {
	// Series returns the function that publishes one value of a metric.
	Series(region, namespace, name string, dims map[string]string, highResolution bool) (publish func(at time.Time, value float64))
	// Samples publishes a statistic set of a metric.
	Samples(region, namespace, name string, dims map[string]string, highResolution bool, at time.Time, count, sum, least, most float64)
	// PutPast publishes a value for the minutes before now.
	PutPast(region, namespace, name string, dims map[string]string, value float64)
}

// Traffic is the clients of all applications.
type Traffic struct {
	k           *kernel.Kernel
	dns         DNS
	databases   Databases
	metrics     Metrics
	populations []*population
	loads       []*load // in the order in which they publish
	meters      []*meter
	byPlace     map[place]*load
	running     bool
	ticking     bool // a tick is scheduled, which may find that traffic has been stopped
	ticks       int
	resolved    int // the generation of Route 53 that the populations have seen
	samples     []Sample
	// failing says whether requests of users failed in the last second, failingSince when that began.
	failing      bool
	failingSince time.Time
	// writers caches, for one tick, which global clusters accept writes.
	writers map[string]bool
}

// Clients is the population of one application.
type Clients struct {
	// Application is the application's name.
	Application string
	// Name, Type and Zone are the record that the clients resolve.
	Name, Type, Zone string
	// Regions are where the weighted record sets lead to, by SetIdentifier. One that is not among them leads to the Region of
	// that name (TRF-1).
	Regions map[string]string
	// TTL is how many seconds an answer is kept; 0 means the TTL of the record set, or 60 for an alias.
	TTL int
	// RequestsPerSecond is the number of requests of all clients together.
	RequestsPerSecond float64
	// Writes is the share of requests that need a writer: 0 to 1.
	Writes float64
	// GlobalClusters are the Aurora global clusters to which a write goes, all of them.
	GlobalClusters []string
	// LoadBalancer, when set, replaces the application's own metrics by those of a load balancer in each Region. It is
	// the value of their dimension LoadBalancer, with {region} for the Region (TRF-6).
	LoadBalancer string
	// Metrics are further metrics that follow the requests.
	Metrics []Metric
}

// regionOf is where a record set leads to.
func (c Clients) regionOf(setIdentifier string) string {
	if region, ok := c.Regions[setIdentifier]; ok {
		return region
	}
	return setIdentifier
}

// New returns a simulation without clients.
func New(k *kernel.Kernel, dns DNS, databases Databases, metrics Metrics) *Traffic {
	return &Traffic{k: k, dns: dns, databases: databases, metrics: metrics, byPlace: map[place]*load{}, writers: map[string]bool{}}
}

// Control is what drills and tests do to the clients and see of them. Its methods take the kernel's mutex.
type Control struct{ s *Traffic }

// Control returns the control surface.
func (t *Traffic) Control() Control { return Control{t} }

// AddClients adds the population of an application. A name that cannot be resolved is an error.
func (ctl Control) AddClients(c Clients) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.checkClients(c); err != nil {
		return fmt.Errorf("clients of %s: %w", c.Application, err)
	}
	ctl.s.add(c)
	return nil
}

func (t *Traffic) checkClients(c Clients) error {
	if c.Application == "" || c.RequestsPerSecond <= 0 {
		return fmt.Errorf("%v requests a second; expected an application and more than 0 requests", c.RequestsPerSecond)
	}
	if c.Writes < 0 || c.Writes > 1 {
		return fmt.Errorf("share of writes %v; expected 0 to 1", c.Writes)
	}
	if c.TTL < 0 {
		return fmt.Errorf("TTL %d; expected 0 or more seconds", c.TTL)
	}
	if err := c.checkMetrics(); err != nil {
		return err
	}
	var regions []string
	t.dns.Resolve(c.Zone, c.Name, c.Type, func(id string, _ float64, _ int64) { regions = append(regions, c.regionOf(id)) })
	if len(regions) == 0 {
		return fmt.Errorf("hosted zone %s has no record %s %s", c.Zone, c.Name, c.Type)
	}
	for _, region := range regions {
		if !t.k.HasRegion(region) {
			return fmt.Errorf("record %s %s: SetIdentifier %q; expected one of the Regions %v", c.Name, c.Type, region, t.k.RegionNames())
		}
	}
	return nil
}

// StartTraffic starts the requests of all clients, with the next second.
func (ctl Control) StartTraffic() {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.running = true
	if !ctl.s.ticking {
		ctl.s.ticking = true
		ctl.s.k.After(time.Second, ctl.s.tick)
	}
}

// StopTraffic stops the requests of all clients.
func (ctl Control) StopTraffic() {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.running = false
}

// SetErrorShare makes a share of an application's requests in a Region fail: 0 to 1.
func (ctl Control) SetErrorShare(region, application string, share float64) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if share < 0 || share > 1 {
		return fmt.Errorf("set error share: %v; expected 0 to 1", share)
	}
	l, err := ctl.s.place(region, application)
	if err != nil {
		return fmt.Errorf("set error share: %w", err)
	}
	l.errorShare, l.errorsFrom = share, 0
	ctl.s.k.Record("traffic", application, "%.0f %% of the requests in %s fail", 100*share, region)
	return nil
}

// StopMetric stops an application's metrics in a Region until resume is called.
func (ctl Control) StopMetric(region, application string) (resume func(), err error) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	l, err := ctl.s.place(region, application)
	if err != nil {
		return nil, fmt.Errorf("stop metric: %w", err)
	}
	l.silent = true
	ctl.s.k.Record("traffic", application, "publishes no metrics in %s", region)
	return func() {
		ctl.s.k.Lock()
		defer ctl.s.k.Unlock()
		l.silent = false
	}, nil
}

// place returns the load of an application in a Region, or an error that names the Regions.
func (t *Traffic) place(region, application string) (*load, error) {
	l := t.find(region, application)
	if l == nil {
		return nil, fmt.Errorf("no clients of application %q in Region %q; expected one with clients, and one of the "+
			"Regions %v", application, region, t.k.RegionNames())
	}
	return l, nil
}

// Sample is one second of traffic.
type Sample struct {
	// At is the end of the second.
	At time.Time
	// Requests and Served count all requests, also those whose name leads to no Region.
	Requests, Served float64
	// Regions has the requests by Region, in alphabetical order.
	Regions []RegionSample
}

// RegionSample is the requests to one Region in one second.
type RegionSample struct {
	Region           string
	Requests, Served float64
	// Erring are the applications that answer some of these requests with errors, although the Region can be reached.
	Erring []string
}

// Failed says whether requests failed. It tolerates the rounding of fractions.
func (s Sample) Failed() bool { return s.Requests-s.Served > 1e-6*s.Requests }

// Traffic returns every second of traffic so far. It is no copy: a second that has passed does not change.
func (ctl Control) Traffic() []Sample {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	return slices.Clip(ctl.s.samples)
}

// Impact is the client impact in a period of time.
type Impact struct {
	// Requests and Served count requests.
	Requests, Served float64
	// FirstFailed and LastFailed are the ends of the first and the last second in which requests failed; zero when none
	// did.
	FirstFailed, LastFailed time.Time
	// FailedSeconds counts the seconds in which requests failed.
	FailedSeconds int
}

// ImpactOf is the sum of samples.
func ImpactOf(samples []Sample) Impact {
	var f Impact
	for _, s := range samples {
		f.Requests += s.Requests
		f.Served += s.Served
		if !s.Failed() {
			continue
		}
		f.FailedSeconds++
		f.LastFailed = s.At
		if f.FirstFailed.IsZero() {
			f.FirstFailed = s.At
		}
	}
	return f
}
