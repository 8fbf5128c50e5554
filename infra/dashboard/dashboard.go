// Package dashboard makes the dashboard of a Region: its alarms, its readiness, its runs and their duration, and where the
// traffic of the applications goes.
//
// No run reads it, so it may show the other Region beside its own.
package dashboard

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/policy"
	"github.com/drover-dr/drover/infra/step"
)

// Props is what the page shows.
type Props struct {
	Region names.Region
	// Steps are the functions, each of which is one state of the definition.
	Steps []step.Step
	// Alarms are the names of the Region's alarms, without the plan's.
	Alarms  []string
	Traffic []config.TrafficMetric
}

// New makes the dashboard.
func New(scope constructs.Construct, id string, props Props) awscloudwatch.CfnDashboard {
	return awscloudwatch.NewCfnDashboard(scope, jsii.String(id), &awscloudwatch.CfnDashboardProps{
		DashboardName: jsii.String(props.Region.Dashboard()),
		DashboardBody: policy.Sub(Body(props)),
	})
}

// Body is the dashboard in CloudWatch's format, with placeholders for the account: rows of three widgets, in the order in
// which an operator on call needs them.
func Body(props Props) string {
	widgets := []widget{
		alarms(props), readiness(props), runs(props),
		objective(props, "RTO", "Recovery time", props.Region.Plan.TargetRTOSeconds),
		objective(props, "RPO", "Data lost", props.Region.Plan.TargetRPOSeconds),
		durations(props),
	}
	for _, m := range props.Traffic {
		widgets = append(widgets, traffic(props, m))
	}
	for i := range widgets {
		widgets[i].X, widgets[i].Y = i%3*width, i/3*height
		widgets[i].Width, widgets[i].Height = width, height
	}
	text, err := json.Marshal(map[string]any{"start": "-P1D", "widgets": widgets})
	if err != nil {
		panic(err) // Texts and numbers are always JSON.
	}
	return string(text)
}

// The page is 24 units wide.
const width, height = 8, 6
