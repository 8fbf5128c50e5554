package live

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// The commands of this file show a person, with the aws command line, what this package has read.

// Command shows the values of the rule's metric around the time of the check.
func (r Reading) Command(now time.Time) string {
	return questionOf(r.Rule, r.Region).command(r.Region, now)
}

// Command shows the measured lag around the time of the check.
func (l ReplicationLag) Command(region failover.Region, now time.Time) string {
	return lagQuestion(l.Cluster).command(region, now)
}

// shownWindow is how long before and after a check its metric is shown, so that an operator also sees how it went on.
const shownWindow = 15 * time.Minute

func (q question) command(region failover.Region, now time.Time) string {
	type dimension struct{ Name, Value string }
	type metric struct {
		Namespace, MetricName string
		Dimensions            []dimension
	}
	type stat struct {
		Metric metric
		Period int
		Stat   string
	}
	type query struct {
		ID         string `json:"Id"`
		MetricStat stat
	}
	dimensions := []dimension{}
	for _, d := range q.dimensions {
		dimensions = append(dimensions, dimension{aws.ToString(d.Name), aws.ToString(d.Value)})
	}
	queries := compact([]query{{"q", stat{metric{q.namespace, q.metric, dimensions}, int(q.period / time.Second), q.statistic}}})
	const layout = "2006-01-02T15:04:05Z"
	return failover.CommandLine("aws", "cloudwatch", "get-metric-data", "--region", string(region), "--start-time", now.Add(-shownWindow).UTC().Format(layout),
		"--end-time", now.Add(shownWindow).UTC().Format(layout), "--metric-data-queries", queries)
}

// RecordCommand lists the record sets of a record.
func RecordCommand(r failover.Record) string {
	return listCommand(r.Zone, CanonicalName(r.Name), r.Type)
}

func listCommand(zone, name, kind string) string {
	return failover.CommandLine("aws", "route53", "list-resource-record-sets", "--hosted-zone-id", zone, "--start-record-name", name,
		"--start-record-type", kind, "--max-items", "3")
}

// deleteCommand deletes a record set as it was read.
func deleteCommand(zone string, set types.ResourceRecordSet) string {
	type value struct{ Value string }
	type recordSet struct {
		Name, Type      string
		TTL             int64
		ResourceRecords []value
	}
	type change struct {
		Action            string
		ResourceRecordSet recordSet
	}
	deleted := recordSet{Name: aws.ToString(set.Name), Type: string(set.Type), TTL: aws.ToInt64(set.TTL)}
	for _, r := range set.ResourceRecords {
		deleted.ResourceRecords = append(deleted.ResourceRecords, value{aws.ToString(r.Value)})
	}
	batch := compact(map[string][]change{"Changes": {{"DELETE", deleted}}})
	return changeCommand(zone, batch)
}

// changeCommand changes record sets; the batch is JSON.
func changeCommand(zone, batch string) string {
	return failover.CommandLine("aws", "route53", "change-resource-record-sets", "--hosted-zone-id", zone, "--change-batch", batch)
}

func compact(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // structs of texts and numbers
		return ""
	}
	return string(text)
}
