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
	// lagWindow is the age of the oldest measurement that is read: during an outage, the last one from before still says how
	// many writes may be lost.
	lagWindow = time.Hour
	// FreshLag is the largest age at which a measurement counts as current.
	FreshLag = 5 * time.Minute
)

// ReplicationLag is the lag of a global cluster's member behind the writer.
type ReplicationLag struct {
	GlobalCluster string
	// Cluster is the ARN of the secondary; the lag is measured only in its Region.
	Cluster string
	// Known says whether there is a measurement of the last hour.
	Known bool
	// Millis is the latest measurement, At its time.
	Millis int64
	At     time.Time
}

// Fresh says whether the measurement is current.
func (l ReplicationLag) Fresh(now time.Time) bool { return l.Known && now.Sub(l.At) <= FreshLag }

// Lag reads the replication lag of the applications' clusters in region, with the client of that Region, in the order of the
// applications. A global cluster of several applications is in the result once. Only secondaries have the metric; a writer has
// none.
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

// MaxLag returns the largest known lag; if none is known, it returns an unknown lag of -1 milliseconds.
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

// RegionOf is the Region in an ARN, and empty for any other text.
func RegionOf(text string) failover.Region {
	parsed, err := arn.Parse(text)
	if err != nil {
		return ""
	}
	return failover.Region(parsed.Region)
}
