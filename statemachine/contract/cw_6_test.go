package contract_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

var _ = ask("CW-6", "describes the alarms and counts those of the first page", func(a *account) verdict {
	for i := range 60 {
		if a.world == nil {
			break
		}
		if err := a.world.AddAlarm(fakeaws.Alarm{Region: a.standby, Name: fmt.Sprintf("contract-%02d", i), State: fakeaws.AlarmOK}); err != nil {
			return cannotKnow("add an alarm: %v", err)
		}
	}
	out, err := a.cloudwatch().DescribeAlarms(a.ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		return cannotKnow("DescribeAlarms: %v", err)
	}
	n := len(out.MetricAlarms) + len(out.CompositeAlarms)
	if out.NextToken == nil {
		return cannotKnow("the Region has %d alarms; more than one page is needed", n)
	}
	return expect(n == 50, "a page has %d alarms; assumed 50", n)
})
