package rds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// GlobalCluster is an Aurora global database: a primary cluster that writes and secondary clusters that follow it.
type GlobalCluster struct {
	// ID is the global cluster identifier. Identifiers are not case-sensitive; the simulator answers in lower case.
	ID string
	// Engine is the database engine; empty means aurora-postgresql.
	Engine string
	// Primary is the Region of the primary cluster.
	Primary string
	// Members are the clusters, one in each Region, the primary among them.
	Members []Member
	// Lag is how far the secondaries are behind.
	Lag time.Duration
	// SwitchoverTime and FailoverTime are how long a promotion takes from the request until its FailoverState is empty; 0
	// means 40 and 60 seconds. AWS documents "minutes"; a scenario should have measured times.
	SwitchoverTime, FailoverTime time.Duration
	// FenceTime is how long a former primary still accepts writes after its Region is back; 0 means 20 seconds (RDS-5).
	FenceTime time.Duration
	// ResyncTime is how long it takes to rebuild a former primary as a secondary; 0 means 10 minutes (RDS-6).
	ResyncTime time.Duration
	// Stuck keeps promotions from finishing.
	Stuck bool
}

// Member is one cluster of a global cluster.
type Member struct {
	Region     string
	ClusterARN string
	ClusterID  string
	// EngineVersion is the cluster's own, as DescribeDBClusters shows it; empty means 16.6. RDS promotes only between
	// compatible versions (RDS-9).
	EngineVersion string
	// Headless says that the cluster has no DB instance. Such a cluster keeps a replica of the data, and cannot be
	// promoted (RDS-10).
	Headless bool
}

// Loss is the writes that a promotion has lost.
type Loss struct {
	GlobalCluster string
	At            time.Time
	// Seconds is the age of the oldest write that had not been replicated when replication last worked.
	Seconds float64
}

// Promotion is one accepted request to move the writer.
type Promotion struct {
	At            time.Time
	GlobalCluster string
	// Operation is SwitchoverGlobalCluster or FailoverGlobalCluster.
	Operation string
	// From and To are Regions.
	From, To string
	// Planned says that it is a switchover, which loses no data, whatever the operation's name.
	Planned bool
	// Role is the ARN of the caller's role, empty for an administrator.
	Role string
	// Finished is when it ended; zero while it is in progress.
	Finished time.Time
	// Cancelled says that it ended without moving the writer.
	Cancelled bool
}

// Metrics is where Aurora publishes the replication lag.
type Metrics interface {
	Put(region, namespace, name string, dims map[string]string, value float64)
	PutPast(region, namespace, name string, dims map[string]string, value float64)
}

// Service holds the global clusters.
type Service struct {
	k          *kernel.Kernel
	iam        *iam.Service
	metrics    Metrics
	clusters   map[string]*globalCluster
	promotions []*Promotion
	losses     []Loss
	publishing bool
}

type globalCluster struct {
	GlobalCluster
	members []*member
	// operation is the promotion in progress, or nil; moved says whether there has been one.
	operation *operation
	moved     bool
	// cancelNext cancels the next switchover after its start.
	cancelNext bool
	// lost is the lag at the moment when the primary's Region went dark.
	lost time.Duration
}

type member struct {
	Member
	// writer is the topology's; open says whether the cluster in fact accepts writes. After a failover from a Region
	// that cannot be reached, the former primary is open and is not the writer: two clusters accept writes.
	writer, open bool
	// synced is false while a former primary is being rebuilt.
	synced bool
	status string
}

// statusAvailable is the status of a healthy global cluster, and of a healthy cluster.
const statusAvailable = "available"

// New returns an RDS without clusters.
func New(k *kernel.Kernel, iam *iam.Service, metrics Metrics) *Service {
	r := &Service{k: k, iam: iam, metrics: metrics, clusters: map[string]*globalCluster{}}
	k.OnRegion(r.regionChanged)
	k.OnLink(r.linkChanged)
	return r
}

// Control is what drills and tests do to RDS and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (r *Service) Control() Control { return Control{r} }

// AddGlobalCluster adds a global cluster whose members are available and in sync.
func (ctl Control) AddGlobalCluster(c GlobalCluster) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.cluster(c.ID) != nil {
		return fmt.Errorf("add global cluster %s: it exists", c.ID)
	}
	c.ID = strings.ToLower(c.ID)
	g := &globalCluster{GlobalCluster: c}
	g.Engine = cmp.Or(g.Engine, "aurora-postgresql")
	setDefault(&g.SwitchoverTime, 40*time.Second)
	setDefault(&g.FailoverTime, 60*time.Second)
	setDefault(&g.FenceTime, 20*time.Second)
	setDefault(&g.ResyncTime, 10*time.Minute)
	for _, m := range c.Members {
		if err := ctl.s.k.CheckRegion(m.Region); err != nil {
			return fmt.Errorf("add global cluster %s: %w", c.ID, err)
		}
		primary := m.Region == c.Primary
		m.ClusterARN, m.ClusterID = strings.ToLower(m.ClusterARN), strings.ToLower(m.ClusterID)
		m.EngineVersion = cmp.Or(m.EngineVersion, "16.6")
		g.members = append(g.members, &member{Member: m, writer: primary, open: primary, synced: true, status: statusAvailable})
	}
	if g.writer() == nil {
		return fmt.Errorf("add global cluster %s: no member in its primary Region %q", c.ID, c.Primary)
	}
	ctl.s.clusters[c.ID] = g
	ctl.s.publishPastLag(g)
	ctl.s.publishLag(g)
	ctl.s.startPublishing()
	return nil
}

// cluster finds a global cluster by its identifier, which is not case-sensitive.
func (r *Service) cluster(id string) *globalCluster { return r.clusters[strings.ToLower(id)] }

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

func (g *globalCluster) writer() *member {
	for _, m := range g.members {
		if m.writer {
			return m
		}
	}
	return nil
}

func (g *globalCluster) memberByARN(arn string) *member {
	for _, m := range g.members {
		if m.ClusterARN == strings.ToLower(arn) {
			return m
		}
	}
	return nil
}

func (g *globalCluster) memberIn(region string) *member {
	for _, m := range g.members {
		if m.Region == region {
			return m
		}
	}
	return nil
}

// Writer returns the Region of the global cluster's writer, and whether applications can write to it.
func (r *Service) Writer(id string) (region string, available bool) {
	g := r.cluster(id)
	if g == nil {
		return "", false
	}
	m := g.writer()
	return m.Region, m.open && !r.k.Dark(m.Region)
}

// Writer returns the Region of a global cluster's writer, and whether applications can write to it.
func (ctl Control) Writer(id string) (region string, available bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	return ctl.s.Writer(id)
}

// Writers returns the Regions in which a cluster accepts writes, dark ones too. More than one is a split brain.
func (ctl Control) Writers(id string) []string {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	var out []string
	if g := ctl.s.cluster(id); g != nil {
		for _, m := range g.members {
			if m.open {
				out = append(out, m.Region)
			}
		}
	}
	return out
}

// Hindrance says what prevents RDS from failing a global cluster over to a Region now. It is empty when nothing does,
// and when the writer is there.
func (ctl Control) Hindrance(id, region string) string {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	g := ctl.s.cluster(id)
	if g == nil {
		return "there is no such global cluster"
	}
	to := g.memberIn(region)
	switch {
	case to == nil:
		return "it has no cluster in " + region
	case to.writer:
		return ""
	}
	if err := ctl.s.mayMove(g, g.writer(), to, region, false); err != nil {
		return err.Message
	}
	return ""
}

// SetLag sets how far a global cluster's secondaries are behind.
func (ctl Control) SetLag(id string, lag time.Duration) error {
	return ctl.s.withCluster(id, func(g *globalCluster) {
		g.Lag = lag
		ctl.s.k.Record("rds", g.ID, "secondaries are %s behind", lag)
		ctl.s.publishLag(g)
	})
}

// SetStuck keeps a global cluster's promotions from finishing, or lets them finish.
func (ctl Control) SetStuck(id string, stuck bool) error {
	return ctl.s.withCluster(id, func(g *globalCluster) { g.Stuck = stuck })
}

// SetEngineVersion changes the engine version of a global cluster's member, as an upgrade does.
func (ctl Control) SetEngineVersion(id, region, version string) error {
	return ctl.s.withMember(id, region, func(m *member) {
		m.EngineVersion = version
		ctl.s.k.Record("rds", m.ClusterID, "engine version %s", version)
	})
}

// SetHeadless removes the DB instances of a member, or adds them again.
func (ctl Control) SetHeadless(id, region string, headless bool) error {
	return ctl.s.withMember(id, region, func(m *member) {
		m.Headless = headless
		ctl.s.k.Record("rds", m.ClusterID, "%s", map[bool]string{true: "no DB instance", false: "a DB instance"}[headless])
	})
}

func (r *Service) withMember(id, region string, change func(*member)) error {
	missing := true
	err := r.withCluster(id, func(g *globalCluster) {
		if m := g.memberIn(region); m != nil {
			missing = false
			change(m)
		}
	})
	if err == nil && missing {
		err = fmt.Errorf("global cluster %q has no member in %q", id, region)
	}
	return err
}

// DeleteMember removes a secondary cluster from a global cluster and deletes it.
func (ctl Control) DeleteMember(id, region string) error {
	var err error
	if found := ctl.s.withCluster(id, func(g *globalCluster) {
		m := g.memberIn(region)
		if m == nil || m.writer || g.operation != nil {
			err = fmt.Errorf("global cluster %s: its cluster in %s cannot be deleted: it does not exist, is the writer, or is being promoted", id, region)
			return
		}
		g.members = slices.DeleteFunc(g.members, func(other *member) bool { return other == m })
		ctl.s.k.Record("rds", g.ID, "its cluster in %s is removed and deleted", region)
	}); found != nil {
		return found
	}
	return err
}

func (r *Service) withCluster(id string, change func(*globalCluster)) error {
	r.k.Lock()
	defer r.k.Unlock()
	g := r.cluster(id)
	if g == nil {
		return fmt.Errorf("no global cluster %q in the AWS simulator", id)
	}
	change(g)
	return nil
}

// DataLoss returns what promotions have lost so far.
func (ctl Control) DataLoss() []Loss {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	return append([]Loss(nil), ctl.s.losses...)
}

// Promotions returns every request to move a writer that was accepted so far, in order.
func (ctl Control) Promotions() []Promotion {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	var out []Promotion
	for _, p := range ctl.s.promotions {
		out = append(out, *p)
	}
	return out
}

// CancelNextSwitchover makes Aurora cancel the next switchover of a global cluster after its start: the writer stays
// where it was (RDS-4).
func (ctl Control) CancelNextSwitchover(id string) error {
	return ctl.s.withCluster(id, func(g *globalCluster) { g.cancelNext = true })
}
