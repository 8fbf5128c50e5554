package validate

import (
	"context"
	"errors"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readSources reads the clusters of the source Region, for their engine versions. A failover never calls that Region.
func (l *lookup) readSources(ctx context.Context) error {
	if l.outage() {
		return nil
	}
	var arns []string
	for _, db := range l.databases() {
		if arn, ok := db.Clusters[l.run.From]; ok {
			arns = append(arns, arn)
		}
	}
	if len(arns) == 0 {
		return nil
	}
	sources, err := live.Clusters(ctx, l.clients.RDS(l.run.From), arns)
	l.sources = sources
	return err
}

// readDatabases reads the global clusters, and the clusters of the target Region. IAM may deny some of the global clusters.
func (l *lookup) readDatabases(ctx context.Context) error {
	clusters, err := live.Databases(ctx, l.clients.RDS(l.run.To), l.apps)
	if l.denied = deniedOf(err); err != nil && l.denied == nil {
		return err
	}
	l.clustersListed = true
	var arns []string
	for _, db := range l.databases() {
		if arn, ok := db.Clusters[l.run.To]; ok && l.mayNotUse(db.GlobalCluster) == "" {
			arns = append(arns, arn)
		}
	}
	members, err := live.Clusters(ctx, l.clients.RDS(l.run.To), arns)
	if err != nil {
		return err
	}
	l.clusters, l.members, l.clustersRead = clusters, members, true
	return nil
}

// deniedOf are the global clusters that the plan may not read, if err has no other kind of error.
func deniedOf(err error) map[string]error {
	unread := (*live.UnreadClusters)(nil)
	if !errors.As(err, &unread) {
		return nil
	}
	for _, err := range unread.Errors {
		if entry.ConditionOf(err) != failover.Denied {
			return nil
		}
	}
	return unread.Errors
}
