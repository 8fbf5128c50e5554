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
	return questionOf(r.Rule, r.Target).command(r.Region, now)
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
		Expression string `json:",omitempty"`
		MetricStat *stat  `json:",omitempty"`
	}
	var shown []query
	for _, asked := range q.queries("q") {
		one := query{ID: aws.ToString(asked.Id), Expression: aws.ToString(asked.Expression)}
		if m := asked.MetricStat; m != nil {
			dimensions := []dimension{}
			for _, d := range m.Metric.Dimensions {
				dimensions = append(dimensions, dimension{aws.ToString(d.Name), aws.ToString(d.Value)})
			}
			one.MetricStat = &stat{metric{aws.ToString(m.Metric.Namespace), aws.ToString(m.Metric.MetricName), dimensions}, int(aws.ToInt32(m.Period)), aws.ToString(m.Stat)}
		}
		shown = append(shown, one)
	}
	queries := compact(shown)
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
