package cloudwatch_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// form makes a signed request of CloudWatch as older clients do, and returns the answer's body.
func form(t testing.TB, s served, parameters url.Values) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(parameters.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/us-west-2/monitoring/aws4_request, Signature=x")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return readAll(t, resp)
}

func TestCloudWatchUnderstandsForms(t *testing.T) {
	s := servePromptly(t)
	for _, c := range []struct {
		name       string
		parameters url.Values
		want       string
	}{
		{"put", url.Values{"Action": {"PutMetricData"}, "Namespace": {"Shop"}, "MetricData.member.1.MetricName": {"Served & sold"},
			"MetricData.member.1.Value": {"99.5"}, "MetricData.member.1.Dimensions.member.1.Name": {"Region"},
			"MetricData.member.1.Dimensions.member.1.Value": {"west"}}, "<PutMetricDataResult></PutMetricDataResult>"},
		{"list", url.Values{"Action": {"ListMetrics"}, "Namespace": {"Shop"}},
			"<Metrics><member><Dimensions><member><Name>Region</Name><Value>west</Value></member></Dimensions><MetricName>Served &amp; sold</MetricName>"},
		{"get", url.Values{"Action": {"GetMetricData"}, "StartTime": {"2026-03-02T08:00:00Z"}, "EndTime": {"2026-03-02T10:00:00Z"},
			"MetricDataQueries.member.1.Id": {"a"}, "MetricDataQueries.member.1.MetricStat.Stat": {"Sum"},
			"MetricDataQueries.member.1.MetricStat.Period":                           {"60"},
			"MetricDataQueries.member.1.MetricStat.Metric.Namespace":                 {"Shop"},
			"MetricDataQueries.member.1.MetricStat.Metric.MetricName":                {"Served & sold"},
			"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name":  {"Region"},
			"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value": {"west"}},
			"<Timestamps><member>2026-03-02T09:00:00.000Z</member></Timestamps><Values><member>99.5</member></Values>"},
		{"an error", url.Values{"Action": {"GetMetricData"}, "StartTime": {"x"}}, "<Code>ValidationError</Code>"},
		{"an unknown operation", url.Values{"Action": {"PutDashboard"}}, "PutDashboard"},
	} {
		if got := form(t, s, c.parameters); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestCloudWatchUnderstandsJSON(t *testing.T) {
	s := serve(t)
	s.PutMetric(west, "Shop", "Served", nil, 7)
	for _, c := range []struct{ operation, body, want string }{
		{"GetMetricData", `{"StartTime": 1772438400, "EndTime": 1772445600, "MetricDataQueries": [{"Id": "a", "MetricStat":
			{"Metric": {"Namespace": "Shop", "MetricName": "Served"}, "Period": 60, "Stat": "Sum"}}]}`, `"Timestamps":[1772442000],"Values":[7]`},
		{"GetMetricData", `{}`, `#ValidationError"`},
		{"DescribeAlarms", `{`, `#SerializationException"`},
	} {
		if _, got := s.Send(t, west, fakeaws.Administrator, "monitoring", "GraniteServiceVersion20100801."+c.operation, "POST", "/", c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s, want %s", c.operation, c.body, got, c.want)
		}
	}
}
