// Package cloudwatch is Amazon CloudWatch: metrics, alarms and CloudWatch Logs, each Region for itself.
//
//   - A metric is a [series] of points. AWS's services and applications publish points ([Service.Put], PutMetricData, lines of
//     a function's log in the embedded metric format), and each can be read only some time later (delay.go, CW-1).
//   - An alarm has a rule, which data decide every ten seconds or every minute (evaluate.go, CW-4), or a state that a
//     scenario sets. A change of state is an event, and a message to the alarm's topics (event.go).
//   - data.go is GetMetricData, put.go PutMetricData and ListMetrics, alarm.go DescribeAlarms; check.go has what the API
//     rejects.
//   - logs.go keeps log lines. No operation of CloudWatch Logs reads them; drills do.
package cloudwatch
