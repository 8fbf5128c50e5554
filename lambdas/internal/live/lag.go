package live

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

const (
	// lagWindow is how far back a measurement is looked for: after an outage has been noticed, the last one from before
	// it still says how much may be lost.
	lagWindow = time.Hour
	// FreshLag is up to what age a measurement says how things are now.
	FreshLag = 5 * time.Minute
)

// ReplicationLag is the lag of a global cluster's member behind the writer.
type ReplicationLag struct {
	GlobalCluster string
	// Cluster is the ARN of the secondary, in whose Region alone the lag is measured.
	Cluster string
	// Known says whether there is a measurement of the last hour.
	Known bool
	// Millis is the latest measurement, At its time.
	Millis int64
	At     time.Time
}

// Fresh says whether the measurement tells how things are now.
func (l ReplicationLag) Fresh(now time.Time) bool { return l.Known && now.Sub(l.At) <= FreshLag }

// Lag reads the replication lag of the applications' clusters in region, whose client is given, in the order of the
// applications; a global cluster of several applications is there once. The metric exists only where the cluster is a
// secondary, so a writer has none.
func Lag(ctx context.Context, client metricReader, apps []failover.Application, region failover.Region, now time.Time) ([]ReplicationLag, error) {
	var lags []ReplicationLag
	var questions []question
	seen := map[string]bool{}
	for _, app := range apps {
		for _, db := range app.Databases {
			if seen[db.GlobalCluster] {
				continue
			}
			seen[db.GlobalCluster] = true
			arn := db.Clusters[region]
			lags = append(lags, ReplicationLag{GlobalCluster: db.GlobalCluster, Cluster: arn})
			questions = append(questions, lagQuestion(arn))
		}
	}
	answers, err := ask(ctx, client, questions, now)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		lags[i].Known, lags[i].Millis, lags[i].At = a.known, int64(a.value), a.at
	}
	return lags, nil
}

func lagQuestion(cluster string) question {
	return question{
		namespace: "AWS/RDS", metric: "AuroraGlobalDBReplicationLag", statistic: "Maximum",
		dimensions: []types.Dimension{{Name: aws.String("DBClusterIdentifier"), Value: aws.String(ClusterID(cluster))}},
		period:     time.Minute, window: lagWindow,
	}
}

// MaxLag returns the largest known lag, and one of -1 milliseconds that is not known when there is none.
func MaxLag(lags []ReplicationLag) ReplicationLag {
	largest := ReplicationLag{Millis: -1}
	for _, l := range lags {
		if l.Known && l.Millis > largest.Millis {
			largest = l
		}
	}
	return largest
}

// ClusterID is the identifier at the end of a cluster's ARN.
func ClusterID(clusterARN string) string {
	parsed, err := arn.Parse(clusterARN)
	if err != nil {
		return clusterARN
	}
	_, id, _ := strings.Cut(parsed.Resource, ":")
	return id
}

// RegionOf is the Region in an ARN, and empty for what is none.
func RegionOf(text string) failover.Region {
	parsed, err := arn.Parse(text)
	if err != nil {
		return ""
	}
	return failover.Region(parsed.Region)
}
