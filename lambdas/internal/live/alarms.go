package live

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

// alarmDescriber is the part of the CloudWatch client that [Alarms] uses.
type alarmDescriber interface {
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
}

// maxAlarmNames is the most that one DescribeAlarms call takes.
const maxAlarmNames = 100

// Alarms reads the states of all alarms of the applications, by name, in the client's Region: OK, ALARM or
// INSUFFICIENT_DATA. An alarm that does not exist is absent from the result.
func Alarms(ctx context.Context, client alarmDescriber, apps []failover.Application) (map[string]string, error) {
	var names []string
	for _, app := range apps {
		names = append(names, app.Alarms...)
	}
	slices.Sort(names)
	chunks := slices.Collect(slices.Chunk(slices.Compact(names), maxAlarmNames))
	found := make([]map[string]string, len(chunks))
	err := each(ctx, len(chunks), func(ctx context.Context, i int) (err error) {
		found[i], err = describeAlarms(ctx, client, chunks[i])
		return err
	})
	states := map[string]string{}
	for _, f := range found {
		for n, s := range f {
			states[n] = s
		}
	}
	return states, err
}

func describeAlarms(ctx context.Context, client alarmDescriber, names []string) (map[string]string, error) {
	states := map[string]string{}
	in := &cloudwatch.DescribeAlarmsInput{
		AlarmNames: names, MaxRecords: aws.Int32(maxAlarmNames),
		// By default AWS leaves composite alarms out.
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	}
	for {
		out, err := client.DescribeAlarms(ctx, in)
		if err != nil {
			return nil, failover.Doing("describe", "alarms", err)
		}
		for _, a := range out.MetricAlarms {
			states[aws.ToString(a.AlarmName)] = string(a.StateValue)
		}
		for _, a := range out.CompositeAlarms {
			states[aws.ToString(a.AlarmName)] = string(a.StateValue)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return states, nil
		}
	}
}
