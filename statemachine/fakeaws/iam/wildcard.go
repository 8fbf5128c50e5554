package iam

import "github.com/drover-dr/drover/statemachine/fakeaws/wire"

// unscoped are the actions of the simulator that a policy allows with the resource "*" and no other, each with the
// document that says so. A statement that names an ARN, even one that ends in *, does not allow them.
//
// "SAR" is the Service Authorization Reference, "Actions, resources, and condition keys for" the service: its table
// lists no resource type for the action.
var unscoped = map[string]string{
	"cloudwatch:DescribeAlarms": `API Reference, "DescribeAlarms": composite alarms are returned only to a permission that is scoped to *; ` +
		`with a narrower one the call is denied (aws-cdk issue 29171)`,
	"cloudwatch:GetMetricData":      "SAR, Amazon CloudWatch",
	"cloudwatch:ListMetrics":        "SAR, Amazon CloudWatch",
	"cloudwatch:PutMetricData":      "SAR, Amazon CloudWatch; the condition key cloudwatch:namespace narrows it",
	"states:ListStateMachines":      "SAR, AWS Step Functions",
	"states:SendTaskSuccess":        "SAR, AWS Step Functions",
	"states:SendTaskFailure":        "SAR, AWS Step Functions",
	"states:SendTaskHeartbeat":      "SAR, AWS Step Functions",
	"sns:ListTopics":                "SAR, Amazon SNS",
	"sqs:ListQueues":                "SAR, Amazon SQS",
	"s3:ListAllMyBuckets":           "SAR, Amazon S3",
	"lambda:GetAccountSettings":     "SAR, AWS Lambda",
	"route53:ListHostedZonesByName": "SAR, Amazon Route 53",
	"route53:ListHealthChecks":      "SAR, Amazon Route 53",
}

// asked is the permission that AWS checks.
func asked(p wire.Permission) wire.Permission {
	if unscoped[p.Action] != "" {
		p.Resource = "*"
	}
	return p
}
