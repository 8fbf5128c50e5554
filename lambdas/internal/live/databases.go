package live

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// clusterDescriber is the part of the RDS client that this package uses.
type clusterDescriber interface {
	DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error)
	DescribeDBClusters(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error)
}

var _ clusterDescriber = (*rds.Client)(nil)

// Up to fewClusters clusters are read one by one; of more, all clusters of the account in the Region are listed, a hundred at a
// time.
const fewClusters = failover.FewClusters

// GlobalCluster is an Aurora global cluster as one Region sees it.
type GlobalCluster struct {
	// ID is the global cluster's identifier.
	ID string
	// Status is free text; "available" is the good one.
	Status string
	// Engine and EngineVersion are those of the cluster that writes.
	Engine, EngineVersion string
	// Members are the clusters, one per Region.
	Members []Member
	// Operation is the switchover or failover in progress, or nil.
	Operation *Operation
}

// Member is a cluster that belongs to a global cluster.
type Member struct {
	ClusterARN string
	// Writer says whether this member is the writer.
	Writer bool
	// Synchronization is "connected" or "pending-resync", or empty when RDS does not say.
	Synchronization string
}

// Operation is a switchover or failover in progress: the FailoverState of the global cluster.
type Operation struct {
	// Status is free text, such as "failing-over".
	Status string
	// From and To are cluster ARNs.
	From, To string
	// DataLoss says whether it may lose data.
	DataLoss bool
}

// Writer is the ARN of the writer, or empty if there is none.
func (g GlobalCluster) Writer() string {
	for _, m := range g.Members {
		if m.Writer {
			return m.ClusterARN
		}
	}
	return ""
}

// Member returns the member with this ARN.
func (g GlobalCluster) Member(arn string) (Member, bool) {
	i := slices.IndexFunc(g.Members, func(m Member) bool { return strings.EqualFold(m.ClusterARN, arn) })
	if i < 0 {
		return Member{}, false
	}
	return g.Members[i], true
}

// Cluster is a member cluster as its own Region sees it.
type Cluster struct {
	ARN string
	// Status is free text; "available" is the good one.
	Status string
	// Instances counts the instances; a cluster without instances cannot be promoted.
	Instances int
	// Engine is for example aurora-postgresql, EngineVersion 16.6; see [VersionsFit].
	Engine, EngineVersion string
}

// UnreadClusters is the error about global clusters that could not be read. All others were read.
type UnreadClusters struct {
	// Errors has the error of each, by identifier.
	Errors map[string]error
	first  error
}

// Error is the text of the first.
func (u *UnreadClusters) Error() string { return u.first.Error() }

// Unwrap returns the first.
func (u *UnreadClusters) Unwrap() error { return u.first }

// Databases reads the global clusters of all applications, by identifier, in the Region of the client. A global cluster that
// does not exist is absent from the result. If some cannot be read, the error is [UnreadClusters], and the others are valid. If
// listing all of them is denied, each is read alone: the plan may read those that it names.
func Databases(ctx context.Context, client clusterDescriber, apps []failover.Application) (map[string]GlobalCluster, error) {
	ids := clusterIDs(apps)
	if len(ids) > fewClusters {
		all, err := listGlobalClusters(ctx, client, ids)
		if err == nil || entry.ConditionOf(err) != failover.Denied {
			return all, err
		}
	}
	return readGlobalClusters(ctx, client, ids)
}

// readGlobalClusters reads them one by one.
func readGlobalClusters(ctx context.Context, client clusterDescriber, ids []string) (map[string]GlobalCluster, error) {
	found, errs := make([]*GlobalCluster, len(ids)), make([]error, len(ids))
	first := each(ctx, len(ids), func(ctx context.Context, i int) (err error) {
		defer func() { errs[i] = err }()
		out, err := client.DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: &ids[i]})
		if notThere := (*types.GlobalClusterNotFoundFault)(nil); errors.As(err, &notThere) {
			return nil
		}
		if err != nil {
			return failover.Doing("describe", "global cluster "+ids[i], err)
		}
		for _, g := range out.GlobalClusters {
			if cluster := globalClusterOf(g); strings.EqualFold(cluster.ID, ids[i]) {
				found[i] = &cluster
			}
		}
		return nil
	})
	all, unread := map[string]GlobalCluster{}, map[string]error{}
	for i, g := range found {
		if g != nil {
			all[ids[i]] = *g
		}
		if errs[i] != nil {
			unread[ids[i]] = errs[i]
		}
	}
	if first != nil {
		return all, &UnreadClusters{unread, first}
	}
	return all, nil
}

func clusterIDs(apps []failover.Application) []string {
	var ids []string
	seen := map[string]bool{}
	for _, app := range apps {
		for _, db := range app.Databases {
			if !seen[db.GlobalCluster] {
				seen[db.GlobalCluster] = true
				ids = append(ids, db.GlobalCluster)
			}
		}
	}
	return ids
}

func listGlobalClusters(ctx context.Context, client clusterDescriber, ids []string) (map[string]GlobalCluster, error) {
	all := map[string]GlobalCluster{}
	in := &rds.DescribeGlobalClustersInput{MaxRecords: aws.Int32(100)}
	for {
		out, err := client.DescribeGlobalClusters(ctx, in)
		if err != nil {
			return nil, failover.Doing("describe", "all global clusters", err)
		}
		for _, g := range out.GlobalClusters {
			all[strings.ToLower(aws.ToString(g.GlobalClusterIdentifier))] = globalClusterOf(g)
		}
		if in.Marker = out.Marker; aws.ToString(in.Marker) == "" {
			break
		}
	}
	wanted := map[string]GlobalCluster{}
	for _, id := range ids {
		if g, ok := all[strings.ToLower(id)]; ok {
			wanted[id] = g
		}
	}
	return wanted, nil
}

func globalClusterOf(g types.GlobalCluster) GlobalCluster {
	cluster := GlobalCluster{
		ID: aws.ToString(g.GlobalClusterIdentifier), Status: aws.ToString(g.Status),
		Engine: aws.ToString(g.Engine), EngineVersion: aws.ToString(g.EngineVersion),
	}
	for _, m := range g.GlobalClusterMembers {
		cluster.Members = append(cluster.Members, Member{
			ClusterARN: aws.ToString(m.DBClusterArn), Writer: aws.ToBool(m.IsWriter),
			Synchronization: string(m.SynchronizationStatus),
		})
	}
	// The state exists but is empty when no operation is in progress.
	if s := g.FailoverState; s != nil && s.Status != "" {
		cluster.Operation = &Operation{
			Status: string(s.Status), From: aws.ToString(s.FromDbClusterArn), To: aws.ToString(s.ToDbClusterArn),
			DataLoss: aws.ToBool(s.IsDataLossAllowed),
		}
	}
	return cluster
}

// Clusters reads clusters of the client's Region, by ARN. A cluster that does not exist is absent from the result.
func Clusters(ctx context.Context, client clusterDescriber, arns []string) (map[string]Cluster, error) {
	if len(arns) > fewClusters {
		return listClusters(ctx, client, arns)
	}
	found := make([]*Cluster, len(arns))
	err := each(ctx, len(arns), func(ctx context.Context, i int) error {
		out, err := client.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &arns[i]})
		if notThere := (*types.DBClusterNotFoundFault)(nil); errors.As(err, &notThere) {
			return nil
		}
		if err != nil {
			return failover.Doing("describe", "cluster "+arns[i], err)
		}
		for _, c := range out.DBClusters {
			if strings.EqualFold(aws.ToString(c.DBClusterArn), arns[i]) {
				found[i] = clusterOf(c)
			}
		}
		return nil
	})
	all := map[string]Cluster{}
	for i, c := range found {
		if c != nil {
			all[arns[i]] = *c
		}
	}
	return all, err
}

func listClusters(ctx context.Context, client clusterDescriber, arns []string) (map[string]Cluster, error) {
	all := map[string]Cluster{}
	in := &rds.DescribeDBClustersInput{MaxRecords: aws.Int32(100)}
	for {
		out, err := client.DescribeDBClusters(ctx, in)
		if err != nil {
			return nil, failover.Doing("describe", "all clusters", err)
		}
		for _, c := range out.DBClusters {
			all[strings.ToLower(aws.ToString(c.DBClusterArn))] = *clusterOf(c)
		}
		if in.Marker = out.Marker; aws.ToString(in.Marker) == "" {
			break
		}
	}
	wanted := map[string]Cluster{}
	for _, arn := range arns {
		if c, ok := all[strings.ToLower(arn)]; ok {
			wanted[arn] = c
		}
	}
	return wanted, nil
}

func clusterOf(c types.DBCluster) *Cluster {
	return &Cluster{
		ARN: aws.ToString(c.DBClusterArn), Status: aws.ToString(c.Status), Instances: len(c.DBClusterMembers),
		Engine: aws.ToString(c.Engine), EngineVersion: aws.ToString(c.EngineVersion),
	}
}
