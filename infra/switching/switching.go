// Package switching makes the levers of a plan's switches: in the stack of each Region the health checks on the record sets
// of the other one, driven from here. A Region that is lost can neither keep its users nor drop those of the other Region.
package switching

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/internal/failover"
)

// Props is what the levers of a Region are made of.
type Props struct {
	Region names.Region
	// Lever is the function that health checkers ask, nil in a plan that needs none.
	Lever awslambda.Function
}

// Check is a health check that was made here.
type Check struct {
	Switch string
	// ID is the health check's.
	ID *string
}

// The settings of the health checks. Ten seconds is the shorter of Route 53's two intervals, and with a threshold of one a
// check follows its lever within one interval ("Values that you specify when you create or update health checks", Amazon
// Route 53 Developer Guide). The metric has standard resolution, for Route 53 reads no other.
const (
	intervalSeconds = 10
	threshold       = 1
	metricPeriod    = 60
)

// New makes the health checks of all switches of the plan that are driven from this Region. A routing control has a health
// check of its own already.
func New(scope constructs.Construct, id string, props Props) []Check {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	var host *string
	if props.Lever != nil {
		host = openURL(props.Lever)
	}
	var checks []Check
	for _, s := range props.Region.Plan.Switches {
		switch s.Lever {
		case failover.EndpointLever:
			checks = append(checks, Check{s.Name, newCheck(scope, s, props, endpoint(s, props, host))})
		case failover.MetricLever:
			alarm := newAlarm(scope, s, props)
			check := newCheck(scope, s, props, metric(alarm, props))
			checks = append(checks, Check{s.Name, check})
		}
	}
	return checks
}

// openURL gives the function a URL that needs no signature, and returns its host: health checkers sign nothing. A route of the
// HTTP API would do the same for four times the price, because it is asked every second.
func openURL(lever awslambda.Function) *string {
	url := lever.AddFunctionUrl(&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE})
	return awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), url.Url(), nil)) // https: / / host /
}

// endpoint is an inverted check: it is unhealthy while the route answers 200, and healthy when it answers anything else, or
// does not answer.
func endpoint(s failover.Switch, props Props, host *string) *awsroute53.CfnHealthCheck_HealthCheckConfigProperty {
	leaves := props.Region.Plan.Other(props.Region.Code)
	return &awsroute53.CfnHealthCheck_HealthCheckConfigProperty{
		Type:                     jsii.String("HTTPS"),
		FullyQualifiedDomainName: host,
		Port:                     jsii.Number(443),
		ResourcePath:             jsii.String("/switches/" + s.Name + "/" + string(leaves)),
		EnableSni:                jsii.Bool(true),
		RequestInterval:          jsii.Number(intervalSeconds),
		FailureThreshold:         jsii.Number(threshold),
		Inverted:                 jsii.Bool(true),
		Regions:                  checkers(props.Region.Plan),
	}
}

// metric is a check that reads the data of the alarm's metric. Missing data leaves it as it was.
func metric(alarm awscloudwatch.CfnAlarm, props Props) *awsroute53.CfnHealthCheck_HealthCheckConfigProperty {
	return &awsroute53.CfnHealthCheck_HealthCheckConfigProperty{
		Type:                         jsii.String("CLOUDWATCH_METRIC"),
		AlarmIdentifier:              &awsroute53.CfnHealthCheck_AlarmIdentifierProperty{Name: alarm.AlarmName(), Region: jsii.String(string(props.Region.Code))},
		InsufficientDataHealthStatus: jsii.String("LastKnownStatus"),
	}
}

func newAlarm(scope constructs.Construct, s failover.Switch, props Props) awscloudwatch.CfnAlarm {
	leaves := props.Region.Plan.Other(props.Region.Code)
	return awscloudwatch.NewCfnAlarm(scope, jsii.String("Alarm-"+s.Name), &awscloudwatch.CfnAlarmProps{
		AlarmName:          jsii.String(failover.SwitchAlarm(props.Region.Plan, s)),
		AlarmDescription:   jsii.String("The switch " + s.Name + " makes users leave " + string(leaves) + ". A Route 53 health check reads the metric of this alarm; no operator has to act on it."),
		Namespace:          jsii.String(permission.Metrics),
		MetricName:         jsii.String(failover.EvacuatedMetric),
		Dimensions:         dimensions(failover.EvacuatedDimensions(props.Region.Plan, s, leaves)),
		Statistic:          jsii.String("Maximum"),
		Period:             jsii.Number(metricPeriod),
		EvaluationPeriods:  jsii.Number(1),
		DatapointsToAlarm:  jsii.Number(1),
		Threshold:          jsii.Number(1),
		ComparisonOperator: jsii.String("GreaterThanOrEqualToThreshold"),
		TreatMissingData:   jsii.String("ignore"),
	})
}

func dimensions(of []failover.Dimension) *[]any {
	list := []any{}
	for _, d := range of {
		list = append(list, &awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(d.Name), Value: jsii.String(d.Value)})
	}
	return &list
}

func newCheck(scope constructs.Construct, s failover.Switch, props Props, config *awsroute53.CfnHealthCheck_HealthCheckConfigProperty) *string {
	leaves := props.Region.Plan.Other(props.Region.Code)
	check := awsroute53.NewCfnHealthCheck(scope, jsii.String("Check-"+s.Name), &awsroute53.CfnHealthCheckProps{
		HealthCheckConfig: config,
		HealthCheckTags: &[]*awsroute53.CfnHealthCheck_HealthCheckTagProperty{
			{Key: jsii.String("Name"), Value: jsii.String(props.Region.Plan.Name + " " + s.Name + " " + string(leaves))},
		},
	})
	// Record sets carry it: to delete it would leave them with the id of a health check that is gone.
	check.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
	return check.AttrHealthCheckId()
}

// minCheckers is the fewest Regions of health checkers that Route 53 accepts. Each request costs, and no more are needed: a
// check is healthy when more than 18 % of them say so.
const minCheckers = 3

// checkers are three Regions of health checkers that are none of the plan's, so that the check does not depend on a Region
// that may be lost. In another partition than aws Route 53 has its own.
func checkers(plan failover.Plan) *[]*string {
	if plan.Primary.Partition().ID != "aws" {
		return nil
	}
	var regions []*string
	for _, r := range []failover.Region{"us-west-1", "eu-west-1", "ap-southeast-1", "us-west-2", "ap-northeast-1", "sa-east-1"} {
		if !plan.Has(r) && len(regions) < minCheckers {
			regions = append(regions, jsii.String(string(r)))
		}
	}
	return &regions
}
