package live

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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

// question asks for the latest datapoint of one metric, or of an expression.
type question struct {
	// The metric; there is none beside an expression.
	namespace, metric, statistic string
	dimensions                   []types.Dimension
	// expression is metric math about the parts.
	expression string
	// parts are the metrics of the expression, and the one that counts requests; counted is its id, and atLeast how many a datapoint
	// needs.
	parts   []part
	counted string
	atLeast float64
	period  time.Duration
	// window is how old the datapoint may be.
	window time.Duration
	// whole skips the period that has not ended.
	whole bool
}

// part is a metric beside that of a question, with an id that is unique in it.
type part struct {
	id                           string
	namespace, metric, statistic string
	dimensions                   []types.Dimension
}

// datapoint is the answer to a question. If there is none, why has the reason, and missing says that CloudWatch has answered and
// has none.
type datapoint struct {
	known, missing bool
	value          float64
	at             time.Time
	why            string
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
// window share a call; otherwise a rule with a long period would make all others return too many datapoints. The queries of a
// question share a call too: an expression sees no others.
func batchQuestions(questions []question) [][]int {
	var batches [][]int
	open, queries := map[time.Duration]int{}, map[int]int{}
	for i, q := range questions {
		b, ok := open[q.window]
		if !ok || queries[b]+1+len(q.parts) > maxQueries {
			b = len(batches)
			open[q.window] = b
			batches = append(batches, nil)
		}
		batches[b], queries[b] = append(batches[b], i), queries[b]+1+len(q.parts)
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
	found := map[string]*series{}
	for _, i := range batch {
		for _, query := range questions[i].queries("q" + strconv.Itoa(i)) {
			in.MetricDataQueries = append(in.MetricDataQueries, query)
			found[aws.ToString(query.Id)] = &series{status: types.StatusCodeComplete}
		}
	}
	for {
		out, err := client.GetMetricData(ctx, in)
		if err != nil {
			return failover.Doing("read", "metrics", err)
		}
		for _, r := range out.MetricDataResults {
			s, asked := found[aws.ToString(r.Id)]
			if !asked {
				return fmt.Errorf("read metrics: CloudWatch answered %q, which was not asked", aws.ToString(r.Id))
			}
			s.add(r)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	for _, i := range batch {
		answers[i] = questions[i].latest("q"+strconv.Itoa(i), found, now)
	}
	return nil
}

// queries are those of a question; id begins the id of each.
func (q question) queries(id string) []types.MetricDataQuery {
	first := types.MetricDataQuery{Id: &id}
	if q.expression == "" {
		first.MetricStat = q.stat(part{"", q.namespace, q.metric, q.statistic, q.dimensions})
	} else {
		first.Expression = aws.String(withPrefix(q.expression, id+"_"))
	}
	queries := []types.MetricDataQuery{first}
	for _, p := range q.parts {
		queries = append(queries, types.MetricDataQuery{Id: aws.String(id + "_" + p.id), MetricStat: q.stat(p)})
	}
	return queries
}

func (q question) stat(p part) *types.MetricStat {
	return &types.MetricStat{
		Metric: &types.Metric{Namespace: &p.namespace, MetricName: &p.metric, Dimensions: p.dimensions},
		Period: aws.Int32(int32(q.period.Seconds())), Stat: &p.statistic,
	}
}

// names are the names of an expression: ids begin with a lower-case letter, functions and operators with an upper-case one.
var names = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// withPrefix gives the ids of an expression a prefix, so that those of several questions differ.
func withPrefix(expression, prefix string) string {
	return names.ReplaceAllStringFunc(expression, func(name string) string {
		if name[0] < 'a' || name[0] > 'z' {
			return name
		}
		return prefix + name
	})
}

// series is the result of one query, of all pages.
type series struct {
	at     []time.Time
	values []float64
	status types.StatusCode
}

// add takes a page. A status other than complete makes all of it unknown, even if the page has values. A partial page has such a
// status too; the next page corrects it.
func (s *series) add(r types.MetricDataResult) {
	n := min(len(r.Timestamps), len(r.Values))
	s.at, s.values, s.status = append(s.at, r.Timestamps[:n]...), append(s.values, r.Values[:n]...), r.StatusCode
}

// value is that of the period that begins at a time.
func (s *series) value(at time.Time) (float64, bool) {
	i := slices.IndexFunc(s.at, at.Equal)
	if i < 0 {
		return 0, false
	}
	return s.values[i], true
}

// latest is the newest datapoint that counts. One of several metrics counts only once CloudWatch must have delivered all of them:
// metric math takes what is missing for 0, such as errors that come later than requests. It counts only if one of the metrics has
// data for its period, whatever the expression makes of none.
func (q question) latest(id string, found map[string]*series, now time.Time) datapoint {
	parts := map[string]*series{}
	for _, p := range q.parts {
		parts[p.id] = found[id+"_"+p.id]
	}
	for _, s := range append([]*series{found[id]}, valuesOf(q.parts, parts)...) {
		if s.status != types.StatusCodeComplete {
			return datapoint{why: "CloudWatch answered " + string(s.status)}
		}
	}
	best, few := datapoint{}, ""
	for i, at := range found[id].at {
		late := len(q.parts) > 0 && at.After(delivered(q.period, now))
		if late || (q.whole && at.Add(q.period).After(now)) || at.Before(now.Add(-q.window)) || at.Before(best.at) {
			continue
		}
		if !slices.ContainsFunc(q.parts, func(p part) bool { _, has := parts[p.id].value(at); return has }) && len(q.parts) > 0 {
			continue
		}
		if q.counted != "" {
			if n, _ := parts[q.counted].value(at); n < q.atLeast {
				few = fmt.Sprintf("%s requests in the %s from %s on, fewer than %s", number(n), q.period, at.UTC().Format(time.TimeOnly), number(q.atLeast))
				continue
			}
		}
		best = datapoint{known: true, at: at, value: found[id].values[i]}
	}
	switch {
	case best.known:
	case few != "":
		best.missing, best.why = true, few
	default:
		best.missing, best.why = true, "no data in the last "+q.window.String()
	}
	return best
}

func valuesOf(parts []part, of map[string]*series) []*series {
	var all []*series
	for _, p := range parts {
		all = append(all, of[p.id])
	}
	return all
}

// delivered is the start of the newest period whose datapoint CloudWatch must have delivered.
func delivered(period time.Duration, now time.Time) time.Time {
	seconds := int64(period / time.Second)
	last := now.Unix() - int64(failover.Delivery(int(seconds))) - seconds
	return time.Unix(last-last%seconds, 0).UTC()
}
