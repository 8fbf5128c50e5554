package dashboard

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/internal/failover"
)

// widget is one field of the page.
type widget struct {
	Type       string     `json:"type"`
	X          int        `json:"x"`
	Y          int        `json:"y"`
	Width      int        `json:"width"`
	Height     int        `json:"height"`
	Properties properties `json:"properties"`
}

type properties struct {
	Title       string       `json:"title"`
	Region      string       `json:"region,omitempty"`
	View        string       `json:"view,omitempty"`
	Stat        string       `json:"stat,omitempty"`
	Period      int          `json:"period,omitempty"`
	Metrics     [][]any      `json:"metrics,omitempty"`
	Alarms      []string     `json:"alarms,omitempty"`
	Annotations *annotations `json:"annotations,omitempty"`
	YAxis       *axes        `json:"yAxis,omitempty"`
}

type (
	annotations struct {
		Horizontal []line `json:"horizontal"`
	}
	line struct {
		Label string  `json:"label"`
		Value float64 `json:"value"`
	}
	axes struct {
		Left axis `json:"left"`
	}
	axis struct {
		Min   float64 `json:"min"`
		Label string  `json:"label,omitempty"`
	}
	// style is how one metric is drawn.
	style struct {
		Label  string `json:"label,omitempty"`
		Region string `json:"region,omitempty"`
	}
)

// graph is a widget with lines over time.
func graph(props Props, title, stat string, period int, unit string, metrics ...[]any) widget {
	return widget{Type: "metric", Properties: properties{
		Title: title, Region: string(props.Region.Code), View: "timeSeries", Stat: stat, Period: period, Metrics: metrics,
		YAxis: &axes{axis{Label: unit}},
	}}
}

func alarms(props Props) widget {
	w := widget{Type: "alarm", Properties: properties{Title: fmt.Sprintf("%s: alarms", props.Region.Code)}}
	for _, name := range props.Alarms {
		w.Properties.Alarms = append(w.Properties.Alarms, props.Region.AlarmARN(name))
	}
	return w
}

// readiness says of each check whether applications could have been moved here: 1 for yes, 0 for no, and no line where
// there was no check.
func readiness(props Props) widget {
	return graph(props, "Ready to be moved to (1 yes, 0 no)", "Minimum", 1800, "",
		[]any{permission.Metrics, "Ready", "Plan", props.Region.Plan.Name, style{Label: "ready"}})
}

func runs(props Props) widget {
	var metrics [][]any
	for _, m := range []struct{ metric, label string }{
		{"ExecutionsStarted", "started"}, {"ExecutionsSucceeded", "Completed"}, {"ExecutionsFailed", "RolledBack, Held or Refused"},
		{"ExecutionsTimedOut", "timed out"}, {"ExecutionsAborted", "stopped"},
	} {
		metrics = append(metrics, []any{"AWS/States", m.metric, "StateMachineArn", props.Region.StateMachineARN(), style{Label: m.label}})
	}
	return graph(props, "Runs", "Sum", 300, "", metrics...)
}

// objective draws what runs achieved, by action, against the plan's target.
func objective(props Props, metric, title string, target int) widget {
	var metrics [][]any
	for _, action := range failover.Actions {
		if action != failover.Check {
			metrics = append(metrics, []any{permission.Metrics, metric, "Plan", props.Region.Plan.Name, "Action", string(action), style{Label: string(action)}})
		}
	}
	w := graph(props, title+" ("+metric+")", "Maximum", 300, "seconds", metrics...)
	w.Properties.Annotations = &annotations{[]line{{Label: "target", Value: float64(target)}}}
	return w
}

// durations are those of the functions: each state that does something calls one of its own, and the others wait.
func durations(props Props) widget {
	var metrics [][]any
	for _, s := range props.Steps {
		metrics = append(metrics, []any{"AWS/Lambda", "Duration", "FunctionName", props.Region.Function(s.Name), style{Label: s.State}})
	}
	return graph(props, "Duration of each state", "p90", 300, "milliseconds", metrics...)
}

// traffic draws a metric of both Regions: in a move one line falls and the other rises.
func traffic(props Props, m config.TrafficMetric) widget {
	var metrics [][]any
	for _, code := range []failover.Region{props.Region.Code, props.Region.Plan.Other(props.Region.Code)} {
		metric := []any{m.Namespace, m.Metric}
		for _, key := range slices.Sorted(maps.Keys(m.Dimensions)) {
			metric = append(metric, key, strings.ReplaceAll(m.Dimensions[key], "{region}", string(code)))
		}
		metrics = append(metrics, append(metric, style{Label: string(code), Region: string(code)}))
	}
	return graph(props, title(m), m.Statistic, 60, "", metrics...)
}

// title names the metric by its name and those of its dimensions that are the same in both Regions.
func title(m config.TrafficMetric) string {
	parts := []string{m.Namespace, m.Metric}
	for _, key := range slices.Sorted(maps.Keys(m.Dimensions)) {
		if !strings.Contains(m.Dimensions[key], "{region}") {
			parts = append(parts, m.Dimensions[key])
		}
	}
	return "Traffic: " + strings.Join(parts, " ")
}
