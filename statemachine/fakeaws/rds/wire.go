package rds

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

const namespace = "http://rds.amazonaws.com/doc/2014-10-31/"

// operations are the operations with their parameters.
var operations = map[string][]string{
	"DescribeGlobalClusters":  {"GlobalClusterIdentifier", "MaxRecords", "Marker"},
	"DescribeDBClusters":      {"DBClusterIdentifier", "MaxRecords", "Marker", "IncludeShared"},
	"SwitchoverGlobalCluster": {"GlobalClusterIdentifier", "TargetDbClusterIdentifier"},
	"FailoverGlobalCluster":   {"GlobalClusterIdentifier", "TargetDbClusterIdentifier", "AllowDataLoss", "Switchover"},
}

type params struct{ url.Values }

func (p params) Object() string {
	for _, name := range []string{"GlobalClusterIdentifier", "DBClusterIdentifier"} {
		if v := p.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// Open finds the operation of a request and decodes its parameters.
func (r *Service) Open(req *wire.Request) *wire.Error {
	form, err := wire.OpenQuery(req, operations)
	req.Params = params{form}
	if err == nil {
		err = params{form}.check(req.Operation)
	}
	return err
}

// Permissions names the resources as the Service Authorization Reference does: a promotion needs both the global
// cluster and the cluster that it promotes.
func (r *Service) Permissions(req *wire.Request) []wire.Permission {
	p := req.Params.(params)
	or := func(name string) string {
		if name == "" {
			return "*"
		}
		return name
	}
	global := r.k.ARN("rds", "", "global-cluster:"+or(strings.ToLower(p.Get("GlobalClusterIdentifier"))))
	action := "rds:" + req.Operation
	switch req.Operation {
	case "DescribeDBClusters":
		cluster := p.Get("DBClusterIdentifier")
		if m := r.memberNamed(req.Region, cluster); m != nil {
			cluster = m.ClusterID
		}
		return []wire.Permission{{Action: action, Resource: r.k.ARN("rds", req.Region, "cluster:"+or(cluster))}}
	case "DescribeGlobalClusters":
		return []wire.Permission{{Action: action, Resource: global}}
	}
	return []wire.Permission{{Action: action, Resource: global}, {Action: action, Resource: strings.ToLower(p.Get("TargetDbClusterIdentifier"))}}
}

// Serve performs a request.
func (r *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(params)
	var result any
	var err *wire.Error
	switch req.Operation {
	case "DescribeGlobalClusters":
		result, err = r.describeGlobalClusters(req.Region, p)
	case "DescribeDBClusters":
		result, err = r.describeDBClusters(req.Region, p)
	default:
		result, err = r.move(req, p)
	}
	if err != nil {
		return nil, err
	}
	return wire.QueryResponse(req, namespace, result), nil
}

// Fail writes an error.
func (r *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.QueryError(req, namespace, err)
}

type xmlGlobalCluster struct {
	GlobalClusterIdentifier string
	GlobalClusterArn        string
	Status                  string
	Engine                  string
	EngineVersion           string
	Endpoint                string
	FailoverState           *xmlFailoverState
	Members                 []xmlMember `xml:"GlobalClusterMembers>GlobalClusterMember"`
}

type xmlFailoverState struct {
	Status            string `xml:",omitempty"`
	FromDbClusterArn  string `xml:",omitempty"`
	ToDbClusterArn    string `xml:",omitempty"`
	IsDataLossAllowed *bool  `xml:",omitempty"`
}

type xmlMember struct {
	DBClusterArn          string
	IsWriter              bool
	Readers               []string `xml:"Readers>member"`
	SynchronizationStatus string
}

// show is the global cluster as the API describes it. Its FailoverState is absent before the first promotion and an
// empty object after each: the API reference allows both (RDS-8).
func (r *Service) show(g *globalCluster) xmlGlobalCluster {
	out := xmlGlobalCluster{
		GlobalClusterIdentifier: g.ID, GlobalClusterArn: r.k.ARN("rds", "", "global-cluster:"+g.ID),
		Status: statusAvailable, Engine: g.Engine, EngineVersion: g.writer().EngineVersion, // RDS-11
		Endpoint: g.ID + ".global-000000000000.global.rds." + r.k.Partition.URLSuffix,
	}
	if g.moved {
		out.FailoverState = &xmlFailoverState{}
	}
	if op := g.operation; op != nil {
		lossy := !op.Planned
		out.FailoverState = &xmlFailoverState{op.status, op.from.ClusterARN, op.to.ClusterARN, &lossy}
		out.Status = op.status
	}
	for _, m := range g.members {
		shown := xmlMember{DBClusterArn: m.ClusterARN, IsWriter: m.writer, SynchronizationStatus: "connected"}
		if !m.synced {
			shown.SynchronizationStatus = "pending-resync"
		}
		if m.writer {
			for _, other := range g.members {
				if other != m {
					shown.Readers = append(shown.Readers, other.ClusterARN)
				}
			}
		}
		out.Members = append(out.Members, shown)
	}
	return out
}

// describeGlobalClusters answers in every Region that has a member, even while the primary's Region is dark (RDS-2).
func (r *Service) describeGlobalClusters(region string, p params) (any, *wire.Error) {
	var found []string
	for _, id := range slices.Sorted(maps.Keys(r.clusters)) {
		if r.clusters[id].memberIn(region) != nil && (p.Get("GlobalClusterIdentifier") == "" || strings.EqualFold(p.Get("GlobalClusterIdentifier"), id)) {
			found = append(found, id)
		}
	}
	if id := p.Get("GlobalClusterIdentifier"); id != "" && len(found) == 0 {
		return nil, errNoGlobalCluster(id)
	}
	page, marker, err := pageOf(found, p)
	if err != nil {
		return nil, err
	}
	result := struct {
		GlobalClusters []xmlGlobalCluster `xml:"GlobalClusters>GlobalClusterMember"`
		Marker         string             `xml:",omitempty"`
	}{Marker: marker}
	for _, id := range page {
		result.GlobalClusters = append(result.GlobalClusters, r.show(r.clusters[id]))
	}
	return result, nil
}

func errNoGlobalCluster(id string) *wire.Error {
	return wire.NotFound("GlobalClusterNotFoundFault", "Global cluster %s not found", id)
}

// pageOf returns the page of sorted names that Marker and MaxRecords ask for; the marker is the last name before it.
func pageOf(names []string, p params) (page []string, marker string, err *wire.Error) {
	size := 100
	if text := p.Get("MaxRecords"); text != "" {
		n, convErr := strconv.Atoi(text)
		if convErr != nil || n < 20 || n > 100 {
			return nil, "", wire.BadRequest("InvalidParameterValue", "Invalid value %s for MaxRecords. Must be between 20 and 100", text)
		}
		size = n
	}
	from, found := slices.BinarySearch(names, p.Get("Marker"))
	if found {
		from++
	}
	names = names[from:]
	if len(names) > size {
		return names[:size], names[size-1], nil
	}
	return names, "", nil
}

// memberNamed finds the cluster of a Region by its identifier or ARN.
func (r *Service) memberNamed(region, name string) *member {
	for _, id := range slices.Sorted(maps.Keys(r.clusters)) {
		if m := r.clusters[id].memberIn(region); m != nil && (strings.EqualFold(m.ClusterID, name) || strings.EqualFold(m.ClusterARN, name)) {
			return m
		}
	}
	return nil
}

// globalOf is the global cluster of a member.
func (r *Service) globalOf(m *member) *globalCluster {
	for _, g := range r.clusters {
		if slices.Contains(g.members, m) {
			return g
		}
	}
	return nil
}

type xmlDBCluster struct {
	DBClusterIdentifier string
	DBClusterArn        string
	Status              string
	Engine              string
	EngineVersion       string
	// Instances are empty for a headless cluster.
	Instances []xmlDBClusterMember `xml:"DBClusterMembers>DBClusterMember"`
}

type xmlDBClusterMember struct {
	DBInstanceIdentifier string
	IsClusterWriter      bool
}

func (r *Service) describeDBClusters(region string, p params) (any, *wire.Error) {
	members := map[string]*member{}
	if name := p.Get("DBClusterIdentifier"); name != "" {
		m := r.memberNamed(region, name)
		if m == nil {
			return nil, wire.NotFound("DBClusterNotFoundFault", "DBCluster %s not found.", name)
		}
		members[m.ClusterID] = m
	} else {
		for _, g := range r.clusters {
			if m := g.memberIn(region); m != nil {
				members[m.ClusterID] = m
			}
		}
	}
	page, marker, err := pageOf(slices.Sorted(maps.Keys(members)), p)
	if err != nil {
		return nil, err
	}
	result := struct {
		DBClusters []xmlDBCluster `xml:"DBClusters>DBCluster"`
		Marker     string         `xml:",omitempty"`
	}{Marker: marker}
	for _, id := range page {
		m := members[id]
		shown := xmlDBCluster{
			DBClusterIdentifier: m.ClusterID, DBClusterArn: m.ClusterARN, Status: m.status, Engine: r.globalOf(m).Engine, EngineVersion: m.EngineVersion,
		}
		if !m.Headless {
			shown.Instances = []xmlDBClusterMember{{m.ClusterID + "-1", m.writer}}
		}
		result.DBClusters = append(result.DBClusters, shown)
	}
	return result, nil
}

// move is SwitchoverGlobalCluster and FailoverGlobalCluster.
//
// FailoverGlobalCluster without AllowDataLoss is a switchover, as the documentation of AllowDataLoss says in one
// sentence; two of AWS's own samples overlook it.
func (r *Service) move(req *wire.Request, p params) (any, *wire.Error) {
	lossy := p.Get("AllowDataLoss") == "true"
	if lossy && p.Get("Switchover") == "true" {
		return nil, wire.BadRequest("InvalidParameterCombination", "AllowDataLoss and Switchover can't be specified together.")
	}
	id := p.Get("GlobalClusterIdentifier")
	g := r.cluster(id)
	if g == nil || g.memberIn(req.Region) == nil {
		return nil, errNoGlobalCluster(id)
	}
	from, to := g.writer(), g.memberByARN(p.Get("TargetDbClusterIdentifier"))
	if to == nil {
		return nil, wire.NotFound("DBClusterNotFoundFault", "DBCluster %s not found.", p.Get("TargetDbClusterIdentifier"))
	}
	if err := r.mayMove(g, from, to, req.Region, !lossy); err != nil {
		return nil, err
	}
	r.promote(g, Promotion{
		At: r.k.Now(), GlobalCluster: g.ID, Operation: req.Operation, From: from.Region, To: to.Region, Planned: !lossy,
		Role: r.iam.RoleOf(req.AccessKey),
	}, from, to)
	return struct{ GlobalCluster xmlGlobalCluster }{r.show(g)}, nil
}

// mayMove checks what the User Guide requires of a switchover or failover: the Region of the call and the states of the
// clusters.
func (r *Service) mayMove(g *globalCluster, from, to *member, region string, planned bool) *wire.Error {
	switch {
	case g.operation != nil:
		return wire.BadRequest("InvalidGlobalClusterStateFault", "Global cluster %s is in the status %s: a promotion is in progress.", g.ID, g.operation.status)
	case to.writer:
		return wire.BadRequest("InvalidDBClusterStateFault", "The target cluster %s is already the primary cluster of %s.", to.ClusterARN, g.ID)
	case planned && region != from.Region: // RDS-1
		return wire.NotFound("DBClusterNotFoundFault", "A switchover of %s must be requested in the Region of its primary cluster %s.", g.ID, from.ClusterARN)
	case !planned && region != to.Region: // RDS-1
		return wire.NotFound("DBClusterNotFoundFault", "A failover of %s must be requested in the Region of its target cluster %s.", g.ID, to.ClusterARN)
	case !to.synced || to.status != statusAvailable:
		return wire.BadRequest("InvalidDBClusterStateFault", "The target cluster %s is not available and in sync.", to.ClusterARN)
	case to.Headless: // RDS-10
		return wire.BadRequest("InvalidDBClusterStateFault", "The target cluster %s has no DB instance. Add one before you promote it.", to.ClusterARN)
	case !versionsFit(g.Engine, from.EngineVersion, to.EngineVersion): // RDS-9
		return wire.BadRequest("InvalidDBClusterStateFault", "The target cluster %s must use the same engine version as the primary cluster %s: %s, not %s.",
			to.ClusterARN, from.ClusterARN, from.EngineVersion, to.EngineVersion)
	case planned && (r.k.Dark(to.Region) || !r.k.Connected(from.Region, to.Region)):
		return wire.BadRequest("InvalidGlobalClusterStateFault", "A switchover of %s needs all its clusters to be healthy; use a failover.", g.ID)
	}
	return nil
}
