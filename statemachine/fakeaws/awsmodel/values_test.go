package awsmodel_test

import (
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// members are shorthand for the members of a structure.
type members = map[string]any

var (
	attribute = members{"S": "a"}
	itemKey   = members{"pk": attribute, "sk": attribute}
	metric    = members{"Namespace": "Shop", "MetricName": "Latency"}
)

// values name what the furnished simulator has, by service; see awsmodel.Generator.
var values = map[string]members{
	"route53": {
		"ResourceId": fakeawstest.Zone, "HealthCheckId": fakeawstest.FurnishedCheck, "DNSName": "www.example.com.",
		"TagResourceId": fakeawstest.Zone, "TagResourceType": "hostedzone", "RData": "192.0.2.1", "TTL": int64(60), "ChangeResourceRecordSets.ChangeBatch.Changes[].ResourceRecordSet.Name": "new.example.com.",
	},
	"rds": {
		"GlobalClusterIdentifier": "checkout", "DBClusterIdentifier": fakeawstest.WestCluster,
		"DescribeGlobalClusters.MaxRecords": int64(20), "DescribeDBClusters.MaxRecords": int64(20),
	},
	"dynamodb": {
		"TableName": "registry", "TableArn": "registry", "AttributeValue": attribute, "Key": itemKey, "PutItemInputAttributeMap": itemKey,
		"ConditionExpression": "#p <> :v", "UpdateExpression": "SET seen = :v", "ProjectionExpression": "#p", "KeyExpression": "#p = :v",
		"ExpressionAttributeNameMap": members{"#p": "pk"}, "ExpressionAttributeValueMap": members{":v": attribute},
		"Query.FilterExpression": "seen = :v", "Scan.FilterExpression": "#p = :v",
	},
	"monitoring": {
		"AlarmName": "shop-5xx", "GetMetricData.StartTime": time.Date(2026, 3, 2, 8, 50, 0, 0, time.UTC), "Period": int64(60), "Stat": "Sum",
		"StorageResolution": int64(1), "MetricName": "Latency", "Namespace": "Shop",
		"PutMetricAlarm.TreatMissingData": "missing", "PutMetricAlarm.ExtendedStatistic": "p90", "PutMetricAlarm.EvaluationPeriods": int64(1),
		"PutMetricAlarm.DatapointsToAlarm": int64(1),
	},
	"sns": {"topicARN": fakeawstest.FurnishedTopic, "Publish.MessageAttributes.value.DataType": "String"},
	"s3": { // with the digests of {}
		"BucketName": "drover-reports", "ObjectKey": "report.json", "AccountId": "111122223333", "PutObject.ContentMD5": "mZFLkyvTelC5g8XnyQrpOw==",
		"PutObject.ChecksumCRC32": "o6a/Qw==", "PutObject.ChecksumCRC32C": "KXvQqg==", "PutObject.ChecksumCRC64NVME": "Sv1wpwepjTw=",
		"PutObject.ChecksumSHA1": "vyGp6PvFo4RvsFtPoIWeCReyIC8=", "PutObject.ChecksumSHA256": "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
	},
	"sqs": {
		"GetQueueUrl.QueueName": "dead-letters", "GetQueueUrl.QueueOwnerAWSAccountId": "111122223333",
		"GetQueueAttributes.QueueUrl": "http://simulator.example/111122223333/dead-letters",
		"ReceiveMessage.QueueUrl":     "http://simulator.example/111122223333/dead-letters",
	},
	"events": {"PutEvents.Entries[].EventBusName": "default", "PutEvents.Entries[].Detail": "{}"},
	"states": {
		"StartExecution.stateMachineArn": fakeawstest.FurnishedMachine, "StartExecution.input": "{}",
		"DescribeStateMachine.stateMachineArn":     fakeawstest.FurnishedMachine,
		"ListStateMachineVersions.stateMachineArn": fakeawstest.FurnishedMachine,
		"ListExecutions.stateMachineArn":           fakeawstest.FurnishedMachine,
		"DescribeExecution.executionArn":           fakeawstest.FurnishedExecution,
		"GetExecutionHistory.executionArn":         fakeawstest.FurnishedExecution,
		"StopExecution.executionArn":               fakeawstest.FurnishedExecution,
		"RedriveExecution.executionArn":            fakeawstest.FurnishedExecution,
		"SendTaskSuccess.output":                   "{}",
	},
	"lambda":                   {"NamespacedFunctionName": "drover-ask"},
	"route53-recovery-cluster": {"Arn": fakeawstest.FurnishedControl, "ListRoutingControls.ControlPanelArn": fakeawstest.FurnishedPanel},
}

// wanted are the members that AWS's documents want and its models do not, by service; see awsmodel.Generator.
var wanted = map[string]map[string]map[string]any{
	"dynamodb": {
		"GetItem.":    {"ProjectionExpression": "#p", "ExpressionAttributeNames": members{"#p": "pk"}},
		"PutItem.":    {"ConditionExpression": "#p <> :v", "ExpressionAttributeNames": members{"#p": "pk"}, "ExpressionAttributeValues": members{":v": attribute}},
		"DeleteItem.": {"ConditionExpression": "#p <> :v", "ExpressionAttributeNames": members{"#p": "sk"}, "ExpressionAttributeValues": members{":v": members{"S": "b"}}},
		"UpdateItem.": {
			"UpdateExpression": "SET seen = :v", "ConditionExpression": "#p <> :v",
			"ExpressionAttributeNames": members{"#p": "pk"}, "ExpressionAttributeValues": members{":v": attribute},
		},
		"Scan.": {
			"ProjectionExpression": "#p", "FilterExpression": "#p = :v",
			"ExpressionAttributeNames": members{"#p": "pk"}, "ExpressionAttributeValues": members{":v": attribute},
		},
		"Query.": {"KeyConditionExpression": "#p = :v", "ExpressionAttributeNames": members{"#p": "pk"}, "ExpressionAttributeValues": members{":v": attribute}},
	},
	"events": {"PutEventsRequestEntry": {"Source": "shop", "DetailType": "Sold", "Detail": "{}"}},
	"monitoring": {
		"MetricDataQuery": {"MetricStat": members{"Metric": metric, "Period": int64(60), "Stat": "Sum"}},
		"Metric":          metric,
		"PutMetricData.":  {"MetricData": []any{members{"MetricName": "Latency", "Value": 1.5}}},
		"MetricDatum":     {"Value": 1.5},
		"PutMetricAlarm.": {
			"Namespace": "Shop", "MetricName": "Latency", "Statistic": "Sum", "Period": int64(60), "EvaluationPeriods": int64(1), "Threshold": 1.5,
			"ComparisonOperator": "GreaterThanThreshold",
		},
	},
	"route53": {
		"ResourceRecordSet": {"TTL": int64(60), "ResourceRecords": []any{members{"Value": "192.0.2.1"}}}, "GeoLocation": {"CountryCode": "US"},
	},
	"s3":  {"PutObject.": {"Body": []byte("{}")}},
	"sns": {"Publish.": {"TopicArn": fakeawstest.FurnishedTopic}, "MessageAttributeValue": {"StringValue": "a"}},
}

var inGroup = map[string]any{"SetIdentifier": "west"}

// beside are the members that go with others, by service; see awsmodel.Generator.
var beside = map[string]map[string]map[string]any{
	"monitoring": {
		"MetricDatum.Values": {"Value": nil}, "MetricDatum.Counts": {"Value": nil, "Values": []any{1.5}}, "MetricDatum.StatisticValues": {"Value": nil},
		"MetricDataQuery.Expression": {"MetricStat": nil}, "PutMetricAlarmInput.ExtendedStatistic": {"Statistic": nil},
	},
	"route53": {
		"ResourceRecordSet.Region": inGroup, "ResourceRecordSet.Failover": inGroup, "ResourceRecordSet.MultiValueAnswer": inGroup,
		"ResourceRecordSet.Weight": inGroup, "ResourceRecordSet.GeoLocation": inGroup, "ResourceRecordSet.GeoProximityLocation": inGroup,
		"ResourceRecordSet.CidrRoutingConfig": inGroup, "ResourceRecordSet.SetIdentifier": {"Weight": int64(1)},
		"GeoLocation.ContinentCode": {"CountryCode": nil}, "ResourceRecordSet.AliasTarget": {"TTL": nil, "ResourceRecords": nil},
	},
}
