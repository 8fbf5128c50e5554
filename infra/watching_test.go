package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// watched are the alarms of a Region beside those on runs: metric, dimension, and how missing data is treated.
func watched(t *testing.T) []string {
	t.Helper()
	list := []string{
		"AWS/SQS ApproximateNumberOfMessagesVisible of drover-dead-letters, Maximum GreaterThanOrEqualToThreshold 1, notBreaching",
		"AWS/SNS NumberOfNotificationsFailed of drover-events, Sum GreaterThanOrEqualToThreshold 1, notBreaching",
		"Drover NotificationsMissing of drover, Sum GreaterThanOrEqualToThreshold 1, notBreaching",
	}
	for _, name := range step.Deployed(fresh(t).config.Plan) {
		list = append(list, "AWS/Lambda Errors of drover-"+name+", Sum GreaterThanOrEqualToThreshold 3, notBreaching")
	}
	return append(list,
		"Drover Ready of drover, Minimum LessThanThreshold 1, ignore",
		"Drover Ready of drover, SampleCount LessThanThreshold 1, breaching")
}

func TestEverythingThatCanGoWrongInSilenceHasAnAlarmThatTellsTheRegionsTopic(t *testing.T) {
	for code := range regionStacks(t) {
		topic := inRegion(t, fresh(t).assembly.Topics, func(t assembly.Topic) string { return t.Region }, code, 1)[0]
		var got []string
		for _, a := range fresh(t).assembly.Alarms {
			if a.Region != string(code) {
				continue
			}
			if !slices.Equal(a.Actions, []string{topic.ARN}) {
				t.Errorf("%s: %s notifies %v; want the topic", code, a.Name, a.Actions)
			}
			if a.Namespace != "AWS/States" {
				dimensions := compact(t, a.Dimensions)
				_, of, _ := strings.Cut(strings.TrimSuffix(dimensions, `"}`), `:"`)
				got = append(got, a.Namespace+" "+a.Metric+" of "+of+", "+a.Statistic+" "+a.Comparison+" "+compact(t, a.Threshold)+", "+a.MissingData)
			}
		}
		if diff := cmp.Diff(watched(t), got); diff != "" {
			t.Errorf("%s: alarms (-want +got)\n%s", code, diff)
		}
	}
}

func TestAnHourWithoutACheckIsAnAlarm(t *testing.T) {
	for _, a := range fresh(t).assembly.Alarms {
		if a.Name != "drover-not-checked" {
			continue
		}
		if silence := a.Period.Minutes() * float64(a.Periods); silence != 60 || a.Datapoints != a.Periods {
			t.Errorf("%s: %d of %d periods of %s; want all of an hour", a.Region, a.Datapoints, a.Periods, a.Period)
		}
	}
}

func TestTheDashboardShowsWhatIsAskedFirst(t *testing.T) {
	for code, stack := range regionStacks(t) {
		text, _ := ofType(stack, "AWS::CloudWatch::Dashboard")[0].Properties["DashboardBody"].(string)
		var body struct {
			Widgets []struct {
				X, Y, Width, Height int
				Properties          struct {
					Title   string
					Alarms  []string
					Metrics [][]any
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatalf("%s: %v in %s", code, err, text)
		}
		var titles []string
		for _, w := range body.Widgets {
			titles = append(titles, w.Properties.Title)
			if w.X+w.Width > 24 {
				t.Errorf("%s: %q is off the page", code, w.Properties.Title)
			}
		}
		want := []string{
			string(code) + ": alarms", "Ready to be moved to (1 yes, 0 no)", "Runs", "Recovery time (RTO)", "Data lost (RPO)",
			"Duration of each state", "Traffic: Application Requests checkout",
		}
		if diff := cmp.Diff(want, titles); diff != "" {
			t.Errorf("%s: what the dashboard shows (-want +got)\n%s", code, diff)
		}
		for _, a := range ofType(stack, "AWS::CloudWatch::Alarm") {
			if !slices.Contains(body.Widgets[0].Properties.Alarms, a.ARN) {
				t.Errorf("%s: the dashboard does not show the alarm %s", code, a.Name)
			}
		}
		if traffic := compact(t, body.Widgets[6].Properties.Metrics); !strings.Contains(traffic, "us-east-1") || !strings.Contains(traffic, "us-west-2") {
			t.Errorf("%s: traffic of %s; want that of both Regions", code, traffic)
		}
	}
}
