// Package routingcontrol is the data plane of routing control in Amazon Application Recovery Controller (ARC): a cluster with
// an endpoint in each of five Regions, any of which reads and changes the states of routing controls. Route 53 health checks
// of the type RECOVERY_CONTROL follow the states.
//
// All endpoints are behind the one address of the simulator; a request reaches that of the Region that it is signed for.
// A dark Region loses its own endpoint and no other; the cluster works as long as one endpoint answers.
package routingcontrol

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// Cluster is a cluster with its routing controls and safety rules.
type Cluster struct {
	// Regions are those of the five endpoints.
	Regions  []string
	Controls []Control
	Rules    []Rule
}

// Control is a routing control.
type Control struct {
	ARN, Name string
	// PanelARN and PanelName are the control panel that it is in.
	PanelARN, PanelName string
	On                  bool
}

// Rule is an assertion rule of the type ATLEAST: a change that leaves fewer of its controls on is rejected.
type Rule struct {
	ARN, Name string
	// Controls are the ARNs of the asserted controls.
	Controls []string
	AtLeast  int
	// Wait is WaitPeriodMs: how long after a change the asserted controls cannot be changed again; 0 means 5 s.
	Wait time.Duration
}

const (
	// endpoints is how many endpoints a cluster has.
	endpoints = 5
	// consistency is how long a change takes to reach the other endpoints, and Route 53: 5 s on average (ARC-1).
	consistency = 5 * time.Second
	// defaultWait is the default of WaitPeriodMs.
	defaultWait = 5 * time.Second
	// mutations is how many changes an endpoint takes in a second ("Quotas for routing control").
	mutations = 3
	// maxEntries is how many states one request changes, at most (the same page).
	maxEntries = 10
)

// Service is the cluster, of which there is one.
type Service struct {
	k         *kernel.Kernel
	controls  map[string]*control
	order     []string
	rules     []*rule
	endpoints map[string]*endpoint
	// Changed, when set, is called when a state reaches Route 53.
	Changed func()
}

// control is a routing control with its state.
type control struct {
	Control
	// reached is the state that Route 53 and the endpoints outside seen have; seen are the endpoints that have the last
	// change.
	reached bool
	seen    map[string]bool
	pending int
}

type rule struct {
	Rule
	// quietUntil is when the rule's wait ends.
	quietUntil time.Time
}

type endpoint struct {
	bucket *kernel.Bucket
	// unavailable is an endpoint in maintenance.
	unavailable bool
}

// New returns a Service without a cluster.
func New(k *kernel.Kernel) *Service {
	return &Service{k: k, controls: map[string]*control{}, endpoints: map[string]*endpoint{}}
}

// Surface is what drills and tests do to routing controls and see of them. Its methods take the kernel's mutex.
type Surface struct{ s *Service }

// Control returns the control surface.
func (s *Service) Control() Surface { return Surface{s} }

// AddRoutingCluster creates the cluster.
func (ctl Surface) AddRoutingCluster(c Cluster) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if len(ctl.s.endpoints) > 0 {
		return fmt.Errorf("add a cluster of routing controls: there is one already")
	}
	if len(slices.Compact(slices.Sorted(slices.Values(c.Regions)))) != endpoints {
		return fmt.Errorf("add a cluster of routing controls: endpoints in %v; expected %d Regions", c.Regions, endpoints)
	}
	for _, r := range c.Rules {
		for _, arn := range r.Controls {
			if !slices.ContainsFunc(c.Controls, func(c Control) bool { return c.ARN == arn }) {
				return fmt.Errorf("add a cluster of routing controls: rule %s asserts %s, which is not there", r.Name, arn)
			}
		}
	}
	for _, region := range c.Regions {
		ctl.s.endpoints[region] = &endpoint{bucket: kernel.NewBucket(mutations, mutations)}
	}
	for _, one := range c.Controls {
		ctl.s.controls[one.ARN] = &control{Control: one, reached: one.On, seen: map[string]bool{}}
		ctl.s.order = append(ctl.s.order, one.ARN)
	}
	for _, r := range c.Rules {
		if r.Wait == 0 {
			r.Wait = defaultWait
		}
		ctl.s.rules = append(ctl.s.rules, &rule{Rule: r})
	}
	return nil
}

// SetClusterEndpoint takes the endpoint of a Region out of service for maintenance, or puts it back.
func (ctl Surface) SetClusterEndpoint(region string, available bool) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	e := ctl.s.endpoints[region]
	if e == nil {
		return fmt.Errorf("set cluster endpoint: the cluster has none in Region %q", region)
	}
	e.unavailable = !available
	text := map[bool]string{true: "is available", false: "is in maintenance"}[available]
	ctl.s.k.Record("routing-control", region, "the cluster's endpoint %s", text)
	return nil
}

// RoutingControl says whether a routing control is on, as Route 53 sees it.
func (ctl Surface) RoutingControl(arn string) (on, exists bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	return ctl.s.On(arn), ctl.s.Has(arn)
}

// Has says whether there is a routing control.
func (s *Service) Has(arn string) bool { return s.controls[arn] != nil }

// On is the state of a routing control, as Route 53 sees it.
func (s *Service) On(arn string) bool { return s.controls[arn] != nil && s.controls[arn].reached }

// stateAt is the state as an endpoint sees it: its own changes at once, changes by other endpoints once they have reached
// it.
func (c *control) stateAt(region string) string {
	on := c.reached
	if c.seen[region] {
		on = c.On
	}
	return stateName(on)
}

func stateName(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}
