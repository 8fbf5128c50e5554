package cloudwatch_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestPutMetricDataRefusesValuesThatCloudWatchRefuses(t *testing.T) {
	s := serve(t)
	n := aws.Float64
	dims := func(count int) (all []types.Dimension) {
		for i := range count {
			all = append(all, types.Dimension{Name: aws.String(fmt.Sprintf("d%d", i)), Value: aws.String("v")})
		}
		return all
	}
	for name, c := range map[string]struct {
		datum types.MetricDatum
		code  string
	}{
		"a value":                   {types.MetricDatum{Value: n(1), Unit: types.StandardUnitCount, StorageResolution: aws.Int32(60), Dimensions: dims(30)}, ""},
		"zero":                      {types.MetricDatum{Value: n(0)}, ""},
		"a value and values":        {types.MetricDatum{Value: n(1), Values: []float64{1}}, "InvalidParameterCombination"},
		"a value and statistics":    {types.MetricDatum{Value: n(1), StatisticValues: &types.StatisticSet{SampleCount: n(1), Sum: n(1), Minimum: n(1), Maximum: n(1)}}, "InvalidParameterCombination"},
		"counts of another length":  {types.MetricDatum{Values: []float64{1, 2}, Counts: []float64{1}}, "InvalidParameterValue"},
		"no counts of a value":      {types.MetricDatum{Values: []float64{1}, Counts: []float64{0}}, "InvalidParameterValue"},
		"151 values":                {types.MetricDatum{Values: make([]float64, 151)}, "InvalidParameterValue"},
		"not a number":              {types.MetricDatum{Value: n(math.NaN())}, "InvalidParameterValue"},
		"infinity":                  {types.MetricDatum{Values: []float64{math.Inf(1)}}, "InvalidParameterValue"},
		"statistics above the most": {types.MetricDatum{StatisticValues: &types.StatisticSet{SampleCount: n(1), Sum: n(1e200), Minimum: n(1), Maximum: n(1)}}, "InvalidParameterValue"},
		"31 dimensions":             {types.MetricDatum{Value: n(1), Dimensions: dims(31)}, "ValidationError"},
		"an empty dimension":        {types.MetricDatum{Value: n(1), Dimensions: []types.Dimension{{Name: aws.String("a"), Value: aws.String("")}}}, "InvalidParameterValue"},
		"a dimension twice":         {types.MetricDatum{Value: n(1), Dimensions: append(dims(1), dims(1)...)}, "InvalidParameterValue"},
		"an unknown unit":           {types.MetricDatum{Value: n(1), Unit: "Furlongs"}, "ValidationError"},
		"a resolution of 5":         {types.MetricDatum{Value: n(1), StorageResolution: aws.Int32(5)}, "InvalidParameterValue"},
		"a name of 256":             {types.MetricDatum{MetricName: aws.String(strings.Repeat("m", 256)), Value: n(1)}, "InvalidParameterValue"},
		"three weeks ago":           {types.MetricDatum{Value: n(1), Timestamp: aws.Time(testStart.Add(-21 * 24 * time.Hour))}, "InvalidParameterValue"},
		"three hours ahead":         {types.MetricDatum{Value: n(1), Timestamp: aws.Time(testStart.Add(3 * time.Hour))}, "InvalidParameterValue"},
	} {
		if c.datum.MetricName == nil {
			c.datum.MetricName = aws.String("m")
		}
		_, err := s.CloudWatch(west).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{c.datum}})
		if codeOf(err) != c.code {
			t.Errorf("%s: %v; want code %q", name, err, c.code)
		}
	}
	for body, want := range map[string]string{
		`{"MetricData": [{"MetricName": "m", "Value": 1}]}`:                                                                   `MissingRequiredParameter`,
		`{"Namespace": "Shop", "MetricData": [{"MetricName": "m", "StatisticValues": {"SampleCount": 1, "Sum": 1}}]}`:         `MissingRequiredParameter`,
		`{"Namespace": "Shop", "EntityMetricData": []}`:                                                                       `parameter EntityMetricData`,
		`{"Namespace": "Shop", "MetricData": [{"MetricName": "m", "Value": "1"}]}`:                                            `MetricData.1.member.Value`,
		`{"Namespace": "Shop", "MetricData": [{"MetricName": "m", "Value": 1, "StorageResolution": 1.5}]}`:                    `a whole number`,
		`{"Namespace": "Shop", "MetricData": [{"MetricName": "m", "Value": 1, "Dimensions": [{"Name": "a", "Worth": "b"}]}]}`: `Dimensions.1.member.Worth`,
	} {
		if _, got := s.Send(t, west, fakeaws.Administrator, "monitoring", "GraniteServiceVersion20100801.PutMetricData", "POST", "/", body); !strings.Contains(got, want) {
			t.Errorf("%s: %s; want %s", body, got, want)
		}
	}
}

func TestGetMetricDataHonoursOrRefusesEveryParameter(t *testing.T) {
	s := servePromptly(t)
	_, err := s.CloudWatch(west).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("m"), Value: aws.Float64(3), Unit: types.StandardUnitSeconds}, {MetricName: aws.String("m"), Value: aws.Float64(4)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Second)
	const metric = `"Metric": {"Namespace": "Shop", "MetricName": "m"}, "Period": 60, "Stat": "Sum"`
	for _, c := range []struct{ query, more, want string }{
		{`{"Id": "a", "MetricStat": {` + metric + `}}`, ``, `"Values":[7]`},
		{`{"Id": "a", "MetricStat": {` + metric + `, "Unit": "Seconds"}}`, ``, `"Values":[3]`},
		{`{"Id": "a", "MetricStat": {` + metric + `, "Unit": "Bytes"}}`, ``, `"Values":[]`},
		{`{"Id": "a", "MetricStat": {` + metric + `, "Unit": "Furlongs"}}`, ``, `ValidationError`},
		{`{"Id": "a", "ReturnData": false, "MetricStat": {` + metric + `}}, {"Id": "b", "MetricStat": {` + metric + `}}`, ``, `"MetricDataResults":[{"Id":"b"`},
		{`{"Id": "a", "ReturnData": false, "MetricStat": {` + metric + `}}`, ``, `ValidationError`},
		{`{"Id": "a", "MetricStat": {` + metric + `}}`, `, "NextToken": "1"`, `InvalidNextToken`},
		{`{"Id": "a", "MetricStat": {` + metric + `}}`, `, "ScanBy": "Backwards"`, `ValidationError`},
		{`{"Id": "a", "MetricStat": {` + metric + `}}`, `, "MaxDatapoints": 0`, `ValidationError`},
		{`{"Id": "a", "MetricStat": {` + metric + `}}, {"Id": "b", "MetricStat": {` + metric + `}}`, `, "MaxDatapoints": 1`, `NotImplemented`},
		{`{"Id": "a", "MetricStat": {` + metric + `}}`, `, "LabelOptions": {"Timezone": "+0100"}`, `LabelOptions`},
		{`{"Id": "a", "AccountId": "111122223333", "MetricStat": {` + metric + `}}`, ``, `AccountId`},
		{``, ``, `MetricDataQueries is required`},
		{`{"Id": "a", "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "m", "Dimensions": [` +
			strings.TrimSuffix(strings.Repeat(`{"Name": "a", "Value": "b"},`, 31), ",") + `]}, "Period": 60, "Stat": "Sum"}}`, ``, `ValidationError`},
	} {
		body := `{"StartTime": 1772438400, "EndTime": 1772445600, "MetricDataQueries": [` + c.query + `]` + c.more + `}`
		if _, got := s.Send(t, west, fakeaws.Administrator, "monitoring", "GraniteServiceVersion20100801.GetMetricData", "POST", "/", body); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s", body, got, c.want)
		}
	}
}

func TestAlarmRequestsAreHonouredOrRefused(t *testing.T) {
	s := serve(t)
	topic := s.AddTopic(west, "alarms")
	for _, a := range []fakeaws.Alarm{
		{Region: west, Name: "calls", State: fakeaws.AlarmOK, Actions: []string{topic}}, {Region: west, Name: "quiet", State: fakeaws.AlarmOK},
	} {
		if err := s.AddAlarm(a); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ operation, body, want string }{
		{"DescribeAlarms", `{"AlarmTypes": ["CompositeAlarm"]}`, `"MetricAlarms":[]`},
		{"DescribeAlarms", `{"AlarmTypes": ["MetricAlarm"]}`, `"quiet"`},
		{"DescribeAlarms", `{"AlarmTypes": ["LogAlarm"]}`, `ValidationError`},
		{"DescribeAlarms", `{"ActionPrefix": "arn:aws:sns:us-west-2", "AlarmNamePrefix": "c"}`, `"calls"`},
		{"DescribeAlarms", `{"ActionPrefix": "arn:aws:sns", "AlarmNamePrefix": "q"}`, `"MetricAlarms":[]`},
		{"DescribeAlarms", `{"ChildrenOfAlarmName": "calls"}`, `ChildrenOfAlarmName`},
		{"DescribeAlarms", `{"StateValue": "BROKEN"}`, `ValidationError`},
		{"DescribeAlarms", `{"MaxRecords": 0}`, `ValidationError`},
		{"SetAlarmState", `{"AlarmName": "calls", "StateValue": "ALARM"}`, `ValidationError`},
		{"SetAlarmState", `{"AlarmName": "calls", "StateValue": "ALARM", "StateReason": "` + strings.Repeat("r", 1024) + `"}`, `ValidationError`},
		{"SetAlarmState", `{"AlarmName": "calls", "StateValue": "ALARM", "StateReason": "test", "StateReasonData": "{"}`, `InvalidFormat`},
		{"SetAlarmState", `{"AlarmName": "calls", "StateValue": "ALARM", "StateReason": "` + strings.Repeat("r", 1023) + `"}`, `{}`},
		{"ListMetrics", `{"RecentlyActive": "PT3H"}`, `RecentlyActive`},
	} {
		if _, got := s.Send(t, west, fakeaws.Administrator, "monitoring", "GraniteServiceVersion20100801."+c.operation, "POST", "/", c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s %.80s: %s; want %s", c.operation, c.body, got, c.want)
		}
	}
}

// ask serves one request in this goroutine, where a panic is seen.
func ask(t *testing.T, w *fakeaws.World, path, contentType, target string, body []byte) string {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body)))
	req.Header.Set("Content-Type", contentType)
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/us-west-2/monitoring/aws4_request, Signature=x")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	return rec.Body.String()
}

func TestNoFormMakesCloudWatchPanic(t *testing.T) {
	w := serve(t).World
	for _, c := range []struct{ form, want string }{
		{"Action=DescribeAlarms&AlarmNames.member.2=a", "AlarmNames.member.1 is missing"},
		{"Action=DescribeAlarms&member.1=a", "member"},
		{"Action=DescribeAlarms&member.1=", "member"},
		{"Action=DescribeAlarms&AlarmNames=a", "a list"},
		{"Action=DescribeAlarms&AlarmNames.member.x=a", "AlarmNames.member.1 is missing"},
		{"Action=DescribeAlarms&AlarmNames.member.1.member.1=a", "a string"},
		{"Action=PutMetricData&Namespace=Shop&MetricData.member.1.MetricName=m&MetricData.member.1.Value=NaN", "InvalidParameterValue"},
		{"Action=PutMetricData&Namespace=Shop&MetricData.member.1.MetricName=m&MetricData.member.1.Value=Inf", "InvalidParameterValue"},
		{"Action=GetMetricData&StartTime=2026-03-02T08:00:00Z&EndTime=2026-03-03T08:00:00Z&MetricDataQueries.member.1=", "a structure"},
		{".=&..=&Action=ListMetrics&.member.1=x", "NotImplemented"},
		{"", "NotImplemented"},
	} {
		got := ask(t, w, "/", "application/x-www-form-urlencoded", "", []byte(c.form))
		if unescaped, _ := url.QueryUnescape(got); !strings.Contains(unescaped, c.want) && !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s", c.form, got, c.want)
		}
	}
}

// TestNoRequestMakesCloudWatchPanic replaces every member of valid requests by values of all other kinds.
func TestNoRequestMakesCloudWatchPanic(t *testing.T) {
	w := serve(t).World
	w.PutMetric(west, "Shop", "m", nil, math.NaN())
	w.PutMetric(west, "Shop", "m", nil, math.Inf(-1))
	number := cbor.Float64(1)
	at := func(seconds float64) cbor.Value { return &cbor.Tag{ID: 1, Value: cbor.Float64(seconds)} }
	metric := cbor.Map{"Namespace": cbor.String("Shop"), "MetricName": cbor.String("m"), "Dimensions": cbor.List{}}
	strange := []cbor.Value{
		&cbor.Nil{}, &cbor.Undefined{}, cbor.String(""), cbor.String("x"), cbor.Uint(0), cbor.Uint(math.MaxUint64), cbor.NegInt(1), cbor.NegInt(math.MaxInt64),
		cbor.Float64(math.NaN()), cbor.Float64(math.Inf(1)), cbor.Float64(1e300), cbor.Bool(true), cbor.List{}, cbor.List{&cbor.Nil{}}, cbor.Map{},
		cbor.Slice("x"), at(math.NaN()), at(math.Inf(1)), at(-1e300), &cbor.Tag{ID: 9, Value: number},
	}
	for operation, body := range map[string]cbor.Map{
		"GetMetricData": {"StartTime": at(1772438400), "EndTime": at(1772445600), "ScanBy": cbor.String("TimestampAscending"), "MaxDatapoints": cbor.Uint(9),
			"MetricDataQueries": cbor.List{cbor.Map{"Id": cbor.String("a"), "Label": cbor.String("l"), "ReturnData": cbor.Bool(true),
				"MetricStat": cbor.Map{"Metric": metric, "Period": cbor.Uint(60), "Stat": cbor.String("p50")}}}},
		"PutMetricData": {"Namespace": cbor.String("Shop"), "MetricData": cbor.List{cbor.Map{"MetricName": cbor.String("m"), "Timestamp": at(1772442000),
			"Values": cbor.List{number}, "Counts": cbor.List{number}, "Dimensions": cbor.List{cbor.Map{"Name": cbor.String("a"), "Value": cbor.String("b")}}}}},
		"DescribeAlarms": {"AlarmNames": cbor.List{cbor.String("a")}, "MaxRecords": cbor.Uint(1), "NextToken": cbor.String("0")},
		"SetAlarmState":  {"AlarmName": cbor.String("a"), "StateValue": cbor.String("OK"), "StateReason": cbor.String("r")},
		"ListMetrics":    {"Namespace": cbor.String("Shop"), "NextToken": cbor.String("0")},
	} {
		send := func() {
			ask(t, w, "/service/GraniteServiceVersion20100801/operation/"+operation, "application/cbor", "", cbor.Encode(body))
		}
		send()
		eachMember(body, func(replace func(cbor.Value)) {
			for _, v := range strange {
				replace(v)
				send()
			}
		})
	}
	const read = `{"StartTime": 1772438400, "EndTime": 1772445600, "MetricDataQueries": [{"Id": "a", "MetricStat":
		{"Metric": {"Namespace": "Shop", "MetricName": "m"}, "Period": 60, "Stat": "Minimum"}}]}`
	if got := ask(t, w, "/", "application/x-amz-json-1.0", "GraniteServiceVersion20100801.GetMetricData", []byte(read)); !strings.Contains(got, `"Values":["NaN"]`) {
		t.Errorf("a metric that is not a number, as JSON: %s", got)
	}
	for _, body := range []string{"", "x", "{", "null", "[]", `{"MetricDataQueries": null}`, "\xff\xff", "\xbf", "\x9f"} {
		for operation := range map[string]bool{"GetMetricData": true, "PutMetricData": true, "ListMetrics": true} {
			ask(t, w, "/service/GraniteServiceVersion20100801/operation/"+operation, "application/cbor", "", []byte(body))
			ask(t, w, "/", "application/x-amz-json-1.0", "GraniteServiceVersion20100801."+operation, []byte(body))
			ask(t, w, "/", "application/x-www-form-urlencoded", "", []byte("Action="+operation+"&"+body))
		}
	}
}

// eachMember calls visit for every member below a value and restores the member afterwards.
func eachMember(v cbor.Value, visit func(replace func(cbor.Value))) {
	switch v := v.(type) {
	case cbor.Map:
		for name, old := range v {
			visit(func(n cbor.Value) { v[name] = n })
			v[name] = old
			eachMember(old, visit)
		}
	case cbor.List:
		for i, old := range v {
			visit(func(n cbor.Value) { v[i] = n })
			v[i] = old
			eachMember(old, visit)
		}
	}
}
