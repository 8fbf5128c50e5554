package live

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/drover-dr/drover/internal/failover"
)

// metricReader is the part of the CloudWatch client that this package uses.
type metricReader interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

var _ metricReader = (*cloudwatch.Client)(nil)

// maxQueries is the most that one GetMetricData call takes.
const maxQueries = 500

// question asks for the latest datapoint of one metric.
type question struct {
	namespace, metric, statistic string
	dimensions                   []types.Dimension
	period                       time.Duration
	// window is how old the datapoint may be.
	window time.Duration
	// whole skips the period that has not ended.
	whole bool
}

// datapoint is the answer to a question. If there is none, why has the reason.
type datapoint struct {
	known bool
	value float64
	at    time.Time
	why   string
}

// ask reads the latest datapoints, in as few calls as possible, and answers in the order of the questions.
func ask(ctx context.Context, client metricReader, questions []question, now time.Time) ([]datapoint, error) {
	batches := batchQuestions(questions)
	answers := make([]datapoint, len(questions))
	err := each(ctx, len(batches), func(ctx context.Context, i int) error {
		return askBatch(ctx, client, questions, batches[i], now, answers)
	})
	return answers, err
}

// batchQuestions groups the indexes of the questions into calls. A call has one time span, so only questions with the same
// window share a call; otherwise a rule with a long period would make all others return too many datapoints.
func batchQuestions(questions []question) [][]int {
	var batches [][]int
	open := map[time.Duration]int{}
	for i, q := range questions {
		b, ok := open[q.window]
		if !ok || len(batches[b]) == maxQueries {
			b = len(batches)
			open[q.window] = b
			batches = append(batches, nil)
		}
		batches[b] = append(batches[b], i)
	}
	return batches
}

// askBatch asks the questions with the given indexes in one call, and its pages, and writes their answers.
func askBatch(ctx context.Context, client metricReader, questions []question, batch []int, now time.Time, answers []datapoint) error {
	window := questions[batch[0]].window
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-window)), EndTime: aws.Time(now.Add(time.Second)), // the end is exclusive
		ScanBy: types.ScanByTimestampDescending,
	}
	for _, i := range batch {
		in.MetricDataQueries = append(in.MetricDataQueries, queryOf(i, questions[i]))
		answers[i] = datapoint{why: "no data"}
	}
	for {
		out, err := client.GetMetricData(ctx, in)
		if err != nil {
			return failover.Doing("read", "metrics", err)
		}
		for _, r := range out.MetricDataResults {
			i, err := strconv.Atoi(strings.TrimPrefix(aws.ToString(r.Id), "q"))
			if err != nil || i < 0 || i >= len(questions) {
				return fmt.Errorf("read metrics: CloudWatch answered %q, which was not asked", aws.ToString(r.Id))
			}
			answers[i] = latest(questions[i], answers[i], r, now)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return nil
		}
	}
}

func queryOf(i int, q question) types.MetricDataQuery {
	return types.MetricDataQuery{
		Id: aws.String("q" + strconv.Itoa(i)),
		MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: &q.namespace, MetricName: &q.metric, Dimensions: q.dimensions},
			Period: aws.Int32(int32(q.period.Seconds())), Stat: &q.statistic,
		},
	}
}

// latest takes one page of an answer into account. A status other than complete makes the datapoint unknown, even if the page
// has values. A partial page has such a status too; the next page corrects it.
func latest(q question, so datapoint, r types.MetricDataResult, now time.Time) datapoint {
	best := so
	for i, at := range r.Timestamps {
		if i >= len(r.Values) || (q.whole && at.Add(q.period).After(now)) || at.Before(now.Add(-q.window)) || at.Before(best.at) {
			continue
		}
		best.at, best.value = at, r.Values[i]
	}
	best.known, best.why = !best.at.IsZero(), ""
	switch {
	case r.StatusCode != types.StatusCodeComplete:
		best.known, best.why = false, "CloudWatch answered "+string(r.StatusCode)
	case !best.known:
		best.why = "no data in the last " + q.window.String()
	}
	return best
}
