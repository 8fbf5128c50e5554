"""The calls, and the resources that they need on both sides."""
import datetime
import json
import re
from dataclasses import dataclass
from typing import Any, Callable, Optional

NOW = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc)
MINUTE = datetime.timedelta(minutes=1)
NO_DOCKER = "moto needs Docker for it"
NOT_THERE = "moto does not have it"


@dataclass
class Case:
    name: str
    service: str
    operation: str
    params: Any
    # What is compared of two answers beside their being answers.
    keep: Optional[Callable] = None
    # Why moto is not asked.
    moto: Optional[str] = None
    region: str = "us-west-2"

    @property
    def method(self):
        name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", self.operation)
        return re.sub("([a-z0-9])([A-Z])", r"\1_\2", name).lower().replace("object_s_v2", "objects_v2")


# The names of the resources of the furnished simulator, see fakeawstest.Furnished.
SIMULATOR = {
    "zone": "Z0EXAMPLE", "check": "11111111-2222-3333-4444-555555555555", "global": "checkout",
    "cluster": "checkout-us-west-2", "clusterARN": "arn:aws:rds:us-west-2:111122223333:cluster:checkout-us-west-2",
    "table": "registry", "topic": "arn:aws:sns:us-west-2:111122223333:drover", "bucket": "drover-reports",
    "machine": "arn:aws:states:us-west-2:111122223333:stateMachine:drover", "queueName": "dead-letters",
    "execution": "arn:aws:states:us-west-2:111122223333:execution:drover:run-1",
    "control": "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456789abcdef/routingcontrol/0123456789abcdef",
}

WEIGHTED = {"Type": "A", "TTL": 60, "Name": "www.example.com."}
ROLE = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def furnish(side):
    """Make the same resources in moto, and return their names."""
    names = dict(SIMULATOR)
    zones = side.client("route53")
    names["zone"] = zones.create_hosted_zone(Name="example.com.", CallerReference="1")["HostedZone"]["Id"].split("/")[-1]
    zones.change_resource_record_sets(HostedZoneId=names["zone"], ChangeBatch={"Changes": [
        {"Action": "CREATE", "ResourceRecordSet": dict(WEIGHTED, SetIdentifier=region, Weight=weight, ResourceRecords=[{"Value": address}])}
        for region, weight, address in (("us-east-1", 100, "192.0.2.1"), ("us-west-2", 0, "192.0.2.2"))]})
    names["check"] = zones.create_health_check(CallerReference="1", HealthCheckConfig={
        "Type": "HTTPS", "FullyQualifiedDomainName": "www.example.com"})["HealthCheck"]["Id"]
    side.client("dynamodb").create_table(
        TableName="registry", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")])
    names["topic"] = side.client("sns").create_topic(Name="drover")["TopicArn"]
    side.client("s3").create_bucket(Bucket=names["bucket"], CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    side.client("sqs").create_queue(QueueName=names["queueName"])
    side.client("cloudwatch").put_metric_alarm(
        AlarmName="shop-5xx", Namespace="Shop", MetricName="Errors", ComparisonOperator="GreaterThanThreshold", Threshold=1, Period=60,
        EvaluationPeriods=1, Statistic="Sum")
    role = side.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument=ROLE)["Role"]["Arn"]
    states = side.client("stepfunctions")
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    names["machine"] = states.create_state_machine(name="drover", definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
    names["execution"] = states.start_execution(stateMachineArn=names["machine"], name="run-1")["executionArn"]
    return names


def of(**params):
    """Parameters with the names of a side: values in braces are names."""
    def fill(value, names):
        if isinstance(value, str):
            return names[value[1:-1]] if re.fullmatch(r"\{\w+\}", value) else value
        if isinstance(value, dict):
            return {k: fill(v, names) for k, v in value.items()}
        if isinstance(value, list):
            return [fill(v, names) for v in value]
        return value
    return lambda names: fill(params, names)


def batch(*changes):
    return of(HostedZoneId="{zone}", ChangeBatch={"Changes": [{"Action": a, "ResourceRecordSet": s} for a, s in changes]})


def record(name, kind="A", *values, **more):
    return dict({"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": v} for v in values]}, **more)


def item(pk="a", sk="b", **more):
    return dict({"pk": {"S": pk}, "sk": {"S": sk}}, **more)


def data(**more):
    query = {"Id": "a", "MetricStat": {"Metric": {"Namespace": "Orders", "MetricName": "Count"}, "Period": 60, "Stat": "Sum"}}
    query.update(more)
    return {"StartTime": NOW - 10 * MINUTE, "EndTime": NOW + 10 * MINUTE, "MetricDataQueries": [query]}


LONG = "a" * 300

ROUTE53 = [
    Case("zone by id", "route53", "GetHostedZone", of(Id="{zone}"), lambda a: a["HostedZone"]["Name"]),
    Case("zone that is not there", "route53", "GetHostedZone", {"Id": "Z9"}),
    Case("zones by name", "route53", "ListHostedZonesByName", {}, lambda a: [z["Name"] for z in a["HostedZones"]]),
    Case("zones from a name on", "route53", "ListHostedZonesByName", {"DNSName": "zzz.test."}, lambda a: len(a["HostedZones"])),
    Case("record sets", "route53", "ListResourceRecordSets", of(HostedZoneId="{zone}", StartRecordName="www.example.com.", StartRecordType="A"),
         lambda a: [[s["Name"], s.get("SetIdentifier"), s.get("Weight")] for s in a["ResourceRecordSets"]]),
    Case("record sets of a zone that is not there", "route53", "ListResourceRecordSets", {"HostedZoneId": "Z9"}),
    Case("weights", "route53", "ChangeResourceRecordSets", batch(
        ("UPSERT", dict(WEIGHTED, SetIdentifier="us-west-2", Weight=100, ResourceRecords=[{"Value": "192.0.2.2"}])))),
    Case("weights as changed", "route53", "ListResourceRecordSets", of(HostedZoneId="{zone}", StartRecordName="www.example.com.", StartRecordType="A"),
         lambda a: [[s.get("SetIdentifier"), s.get("Weight")] for s in a["ResourceRecordSets"]]),
    Case("create what exists", "route53", "ChangeResourceRecordSets", batch(
        ("CREATE", dict(WEIGHTED, SetIdentifier="us-west-2", Weight=1, ResourceRecords=[{"Value": "192.0.2.2"}])))),
    Case("delete what is not there", "route53", "ChangeResourceRecordSets", batch(("DELETE", record("none.example.com", "A", "192.0.2.9")))),
    Case("a name outside of the zone", "route53", "ChangeResourceRecordSets", batch(("CREATE", record("www.example.org", "A", "192.0.2.9")))),
    Case("an address that is none", "route53", "ChangeResourceRecordSets", batch(("CREATE", record("bad.example.com", "A", "192.0.2")))),
    Case("a type that is none", "route53", "ChangeResourceRecordSets", batch(("CREATE", record("bad.example.com", "ZZZ", "x")))),
    Case("a negative TTL", "route53", "ChangeResourceRecordSets", batch(("CREATE", record("ttl.example.com", "A", "192.0.2.9", TTL=-1)))),
    Case("a weight of 256", "route53", "ChangeResourceRecordSets", batch(
        ("CREATE", record("weight.example.com", "A", "192.0.2.9", SetIdentifier="a", Weight=256)))),
    Case("TXT without quotes", "route53", "ChangeResourceRecordSets", batch(("CREATE", record("txt.example.com", "TXT", "plain")))),
    Case("a CNAME with two values", "route53", "ChangeResourceRecordSets", batch(("CREATE", record("cname.example.com", "CNAME", "a.test", "b.test")))),
    Case("a CNAME beside an address", "route53", "ChangeResourceRecordSets", batch(
        ("CREATE", record("www.example.com", "CNAME", "a.test", SetIdentifier="a", Weight=1)))),
    Case("no changes", "route53", "ChangeResourceRecordSets", of(HostedZoneId="{zone}", ChangeBatch={"Changes": []})),
    Case("a change that is not there", "route53", "GetChange", {"Id": "C9"}),
    Case("health checks", "route53", "ListHealthChecks", {}, lambda a: len(a["HealthChecks"])),
    Case("a health check", "route53", "GetHealthCheck", of(HealthCheckId="{check}"), lambda a: a["HealthCheck"]["HealthCheckConfig"]["Type"]),
    Case("a health check that is not there", "route53", "GetHealthCheck", {"HealthCheckId": "99999999-2222-3333-4444-555555555555"}),
    Case("the status of a health check", "route53", "GetHealthCheckStatus", of(HealthCheckId="{check}")),
    Case("the tags of a zone", "route53", "ListTagsForResource", of(ResourceType="hostedzone", ResourceId="{zone}"), lambda a: a["ResourceTagSet"]["ResourceType"]),
    Case("the tags of a zone that is not there", "route53", "ListTagsForResource", {"ResourceType": "hostedzone", "ResourceId": "Z9"}),
    Case("the tags of zones", "route53", "ListTagsForResources", of(ResourceType="hostedzone", ResourceIds=["{zone}"]),
         lambda a: [s["ResourceType"] for s in a["ResourceTagSets"]]),
    Case("the tags of zones of a type that is none", "route53", "ListTagsForResources", {"ResourceType": "zone", "ResourceIds": ["Z9"]}),
    Case("create a zone", "route53", "CreateHostedZone", {"Name": "new.test", "CallerReference": "ref-1", "HostedZoneConfig": {"Comment": "c", "PrivateZone": False}},
         lambda a: [a["HostedZone"]["Name"], a["HostedZone"]["Config"], a["HostedZone"]["ResourceRecordSetCount"], len(a["DelegationSet"]["NameServers"])]),
    Case("create a zone again", "route53", "CreateHostedZone", {"Name": "new.test", "CallerReference": "ref-1"}),
    Case("create a zone without a reference", "route53", "CreateHostedZone", {"Name": "other.test"}),
    Case("create a zone with a space in its name", "route53", "CreateHostedZone", {"Name": "a b.test", "CallerReference": "ref-2"}),
    Case("create a zone of a top-level domain", "route53", "CreateHostedZone", {"Name": "test", "CallerReference": "ref-3"}),
    Case("create a private zone without a VPC", "route53", "CreateHostedZone", {"Name": "private.test", "CallerReference": "ref-4", "HostedZoneConfig": {"PrivateZone": True}}),
    Case("zones", "route53", "ListHostedZones", {}, lambda a: sorted(z["Name"] for z in a["HostedZones"])),
    Case("private zones", "route53", "ListHostedZones", {"HostedZoneType": "PrivateHostedZone"}, lambda a: len(a["HostedZones"])),
    Case("zones of a type that is none", "route53", "ListHostedZones", {"HostedZoneType": "PublicHostedZone"}),
]

DYNAMODB = [
    Case("put", "dynamodb", "PutItem", {"TableName": "registry", "Item": item(n={"N": "1"})}),
    Case("put again, old values", "dynamodb", "PutItem", {"TableName": "registry", "Item": item(n={"N": "2"}), "ReturnValues": "ALL_OLD"}, lambda a: a["Attributes"]),
    Case("put under a condition that fails", "dynamodb", "PutItem", {"TableName": "registry", "Item": item(), "ConditionExpression": "attribute_not_exists(pk)"}),
    Case("put without sort key", "dynamodb", "PutItem", {"TableName": "registry", "Item": {"pk": {"S": "a"}}}),
    Case("put an empty condition", "dynamodb", "PutItem", {"TableName": "registry", "Item": item("y"), "ConditionExpression": ""}),
    Case("put a number that is none", "dynamodb", "PutItem", {"TableName": "registry", "Item": item(n={"N": "x"})}),
    Case("put an unused value", "dynamodb", "PutItem", {"TableName": "registry", "Item": item("y"), "ExpressionAttributeValues": {":v": {"S": "a"}}}),
    Case("put into a table that is not there", "dynamodb", "PutItem", {"TableName": "none", "Item": item()}),
    Case("get", "dynamodb", "GetItem", {"TableName": "registry", "Key": item(), "ConsistentRead": True}, lambda a: a["Item"]),
    Case("get consistently, projected", "dynamodb", "GetItem", {"TableName": "registry", "Key": item(), "ConsistentRead": True, "ProjectionExpression": "n"}, lambda a: a["Item"]),
    Case("get what is not there", "dynamodb", "GetItem", {"TableName": "registry", "Key": item("x")}, lambda a: sorted(a)),
    Case("get by half a key", "dynamodb", "GetItem", {"TableName": "registry", "Key": {"pk": {"S": "a"}}}),
    Case("update", "dynamodb", "UpdateItem", {
        "TableName": "registry", "Key": item(), "UpdateExpression": "SET n = n + :one, l = list_append(if_not_exists(l, :none), :none) REMOVE gone ADD c :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":none": {"L": []}}, "ReturnValues": "ALL_NEW"}, lambda a: a["Attributes"]),
    Case("update, new values", "dynamodb", "UpdateItem", {
        "TableName": "registry", "Key": item(), "UpdateExpression": "SET m = :m", "ExpressionAttributeValues": {":m": {"M": {"a": {"BOOL": True}}}},
        "ReturnValues": "UPDATED_NEW"}, lambda a: a["Attributes"]),
    Case("update under a condition that fails", "dynamodb", "UpdateItem", {
        "TableName": "registry", "Key": item(), "UpdateExpression": "SET n = :v", "ConditionExpression": "n > :v", "ExpressionAttributeValues": {":v": {"N": "99"}}}),
    Case("update the key", "dynamodb", "UpdateItem", {
        "TableName": "registry", "Key": item(), "UpdateExpression": "SET pk = :v", "ExpressionAttributeValues": {":v": {"S": "c"}}}),
    Case("update with an empty expression", "dynamodb", "UpdateItem", {"TableName": "registry", "Key": item(), "UpdateExpression": ""}),
    Case("query", "dynamodb", "Query", {
        "TableName": "registry", "ConsistentRead": True, "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)", "ExpressionAttributeValues": {":p": {"S": "a"}, ":s": {"S": "b"}}},
        lambda a: [a["Count"], a["ScannedCount"], a["Items"]]),
    Case("query, counted and filtered", "dynamodb", "Query", {
        "TableName": "registry", "ConsistentRead": True, "KeyConditionExpression": "pk = :p", "FilterExpression": "n > :n", "Select": "COUNT",
        "ExpressionAttributeValues": {":p": {"S": "a"}, ":n": {"N": "9"}}}, lambda a: [a["Count"], a["ScannedCount"]]),
    Case("query with a limit of 0", "dynamodb", "Query", {
        "TableName": "registry", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}, "Limit": 0}),
    Case("query without condition", "dynamodb", "Query", {"TableName": "registry"}),
    Case("query filtered by a key", "dynamodb", "Query", {
        "TableName": "registry", "KeyConditionExpression": "pk = :p", "FilterExpression": "sk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}),
    Case("scan", "dynamodb", "Scan", {"TableName": "registry", "ConsistentRead": True, "FilterExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}},
         lambda a: [a["Count"], [i["sk"] for i in a["Items"]]]),
    Case("scan a table that is not there", "dynamodb", "Scan", {"TableName": "none"}),
    Case("tables", "dynamodb", "ListTables", {}, lambda a: a["TableNames"]),
    Case("101 tables", "dynamodb", "ListTables", {"Limit": 101}),
    Case("delete", "dynamodb", "DeleteItem", {"TableName": "registry", "Key": item(), "ReturnValues": "ALL_OLD"}, lambda a: a["Attributes"]["pk"]),
    Case("delete what is not there", "dynamodb", "DeleteItem", {"TableName": "registry", "Key": item("x")}, lambda a: sorted(a)),
    Case("return values that delete does not have", "dynamodb", "DeleteItem", {"TableName": "registry", "Key": item("x"), "ReturnValues": "ALL_NEW"}),
]

ALARM = {"AlarmName": "slow", "Namespace": "Shop", "MetricName": "Latency", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 2,
         "Threshold": 100.0, "ComparisonOperator": "GreaterThanThreshold"}

CLOUDWATCH = [
    Case("publish", "cloudwatch", "PutMetricData", {"Namespace": "Orders", "MetricData": [
        {"MetricName": "Count", "Timestamp": NOW, "Value": 3.0}, {"MetricName": "Count", "Timestamp": NOW, "Value": 4.0}]}),
    Case("publish nothing", "cloudwatch", "PutMetricData", {"Namespace": "Orders", "MetricData": []}),
    Case("publish without namespace", "cloudwatch", "PutMetricData", {"MetricData": [{"MetricName": "Other", "Value": 1.0}]}),
    Case("publish a value twice over", "cloudwatch", "PutMetricData", {"Namespace": "Other", "MetricData": [{"MetricName": "Count", "Value": 1.0, "Values": [1.0]}]}),
    Case("publish 31 dimensions", "cloudwatch", "PutMetricData", {"Namespace": "Other", "MetricData": [
        {"MetricName": "Count", "Value": 1.0, "Dimensions": [{"Name": f"d{i}", "Value": "x"} for i in range(31)]}]}),
    Case("publish a unit that is none", "cloudwatch", "PutMetricData", {"Namespace": "Other", "MetricData": [{"MetricName": "Count", "Value": 1.0, "Unit": "Apples"}]}),
    Case("metrics", "cloudwatch", "ListMetrics", {"Namespace": "Orders"}, lambda a: [m["MetricName"] for m in a["Metrics"]]),
    Case("data", "cloudwatch", "GetMetricData", data(), lambda a: [float(v) for v in a["MetricDataResults"][0]["Values"]]),
    Case("data of a metric that is not there", "cloudwatch", "GetMetricData", data(
        MetricStat={"Metric": {"Namespace": "None", "MetricName": "None"}, "Period": 60, "Stat": "Sum"}), lambda a: a["MetricDataResults"][0]["Values"]),
    Case("data without queries", "cloudwatch", "GetMetricData", {"StartTime": NOW - MINUTE, "EndTime": NOW, "MetricDataQueries": []}),
    Case("data of a period of 7", "cloudwatch", "GetMetricData", data(
        MetricStat={"Metric": {"Namespace": "Orders", "MetricName": "Count"}, "Period": 7, "Stat": "Sum"})),
    Case("data whose start is its end", "cloudwatch", "GetMetricData", dict(data(), EndTime=NOW - 10 * MINUTE)),
    Case("alarms", "cloudwatch", "DescribeAlarms", {}, lambda a: [m["AlarmName"] for m in a["MetricAlarms"]]),
    Case("composite alarms", "cloudwatch", "DescribeAlarms", {"AlarmTypes": ["CompositeAlarm"]}, lambda a: len(a["MetricAlarms"])),
    Case("alarms that are not there", "cloudwatch", "DescribeAlarms", {"AlarmNames": ["none"]}, lambda a: len(a["MetricAlarms"])),
    Case("alarms in a state that is none", "cloudwatch", "DescribeAlarms", {"StateValue": "FINE"}),
    Case("make an alarm", "cloudwatch", "PutMetricAlarm", ALARM),
    Case("the alarm that was made", "cloudwatch", "DescribeAlarms", {"AlarmNames": ["slow"]},
         lambda a: [[m["Period"], m["EvaluationPeriods"], float(m["Threshold"]), m["Statistic"]] for m in a["MetricAlarms"]]),
    Case("make an alarm without metric", "cloudwatch", "PutMetricAlarm", {k: v for k, v in ALARM.items() if k != "MetricName"}),
    Case("make an alarm of 3 periods, 4 of them breaching", "cloudwatch", "PutMetricAlarm", dict(ALARM, EvaluationPeriods=3, DatapointsToAlarm=4)),
    Case("set an alarm", "cloudwatch", "SetAlarmState", {"AlarmName": "shop-5xx", "StateValue": "ALARM", "StateReason": "test"}),
    Case("the alarm that was set", "cloudwatch", "DescribeAlarms", {"AlarmNames": ["shop-5xx"]}, lambda a: a["MetricAlarms"][0]["StateValue"]),
    Case("set an alarm that is not there", "cloudwatch", "SetAlarmState", {"AlarmName": "none", "StateValue": "ALARM", "StateReason": "test"}),
    Case("set an alarm without reason", "cloudwatch", "SetAlarmState", {"AlarmName": "shop-5xx", "StateValue": "OK"}),
]

OTHERS = [
    Case("global clusters", "rds", "DescribeGlobalClusters", {}, moto=NOT_THERE),
    Case("a global cluster", "rds", "DescribeGlobalClusters", of(GlobalClusterIdentifier="{global}"), moto=NOT_THERE),
    Case("a global cluster that is not there", "rds", "DescribeGlobalClusters", {"GlobalClusterIdentifier": "none"}),
    Case("clusters", "rds", "DescribeDBClusters", {}, moto=NOT_THERE),
    Case("a cluster that is not there", "rds", "DescribeDBClusters", {"DBClusterIdentifier": "none"}),
    Case("switch over what is not there", "rds", "SwitchoverGlobalCluster", {
        "GlobalClusterIdentifier": "none", "TargetDbClusterIdentifier": SIMULATOR["clusterARN"]}, moto=NOT_THERE),
    Case("fail over to a cluster that is not there", "rds", "FailoverGlobalCluster", {
        "GlobalClusterIdentifier": "checkout", "TargetDbClusterIdentifier": SIMULATOR["clusterARN"] + "x"}, moto=NOT_THERE),
    Case("switch over", "rds", "SwitchoverGlobalCluster", {
        "GlobalClusterIdentifier": "checkout", "TargetDbClusterIdentifier": SIMULATOR["clusterARN"]}, moto=NOT_THERE, region="us-east-1"),
    Case("a global cluster in a switchover", "rds", "DescribeGlobalClusters", of(GlobalClusterIdentifier="{global}"), moto=NOT_THERE),

    Case("topics", "sns", "ListTopics", {}, lambda a: [t["TopicArn"].split(":")[-1] for t in a["Topics"]]),
    Case("publish a message", "sns", "Publish", of(TopicArn="{topic}", Message="m", Subject="s"), lambda a: sorted(a)),
    Case("publish attributes", "sns", "Publish", of(TopicArn="{topic}", Message="m", MessageAttributes={
        "kind": {"DataType": "String", "StringValue": "failover"}, "n": {"DataType": "Number", "StringValue": "1"}}), lambda a: sorted(a)),
    Case("publish nothing to a topic", "sns", "Publish", of(TopicArn="{topic}", Message="")),
    Case("publish to a topic that is not there", "sns", "Publish", {"TopicArn": "arn:aws:sns:us-west-2:111122223333:none", "Message": "m"}),
    Case("a subject of 100 characters", "sns", "Publish", of(TopicArn="{topic}", Message="m", Subject="a" * 100)),
    Case("an attribute of a type that is none", "sns", "Publish", of(TopicArn="{topic}", Message="m", MessageAttributes={
        "kind": {"DataType": "Apple", "StringValue": "a"}})),

    Case("put an object", "s3", "PutObject", of(Bucket="{bucket}", Key="a/b.json", Body=b"{}"), lambda a: a["ETag"]),
    Case("put an object with a type", "s3", "PutObject", of(Bucket="{bucket}", Key="c.txt", Body=b"c", ContentType="text/plain")),
    Case("put what exists", "s3", "PutObject", of(Bucket="{bucket}", Key="c.txt", Body=b"d", IfNoneMatch="*")),
    Case("put into a bucket that is not there", "s3", "PutObject", {"Bucket": "none-of-mine", "Key": "a", "Body": b""}),
    Case("get an object", "s3", "GetObject", of(Bucket="{bucket}", Key="a/b.json"), lambda a: [a["ETag"], a["ContentLength"], a["ContentType"]]),
    Case("get an object that is not there", "s3", "GetObject", of(Bucket="{bucket}", Key="none")),
    Case("head an object", "s3", "HeadObject", of(Bucket="{bucket}", Key="c.txt"), lambda a: [a["ContentLength"], a["ContentType"]]),
    Case("head an object that is not there", "s3", "HeadObject", of(Bucket="{bucket}", Key="none")),
    Case("list objects", "s3", "ListObjectsV2", of(Bucket="{bucket}"), lambda a: [[o["Key"], o["Size"]] for o in a["Contents"]]),
    Case("list folders", "s3", "ListObjectsV2", of(Bucket="{bucket}", Delimiter="/", Prefix=""), lambda a: [a["KeyCount"], a["CommonPrefixes"]]),
    Case("list one object", "s3", "ListObjectsV2", of(Bucket="{bucket}", MaxKeys=1), lambda a: [a["KeyCount"], a["IsTruncated"]]),
    Case("list a bucket that is not there", "s3", "ListObjectsV2", {"Bucket": "none-of-mine"}),
    Case("head a bucket", "s3", "HeadBucket", of(Bucket="{bucket}"), lambda a: a["BucketRegion"]),
    Case("head a bucket that is not there", "s3", "HeadBucket", {"Bucket": "none-of-mine"}),
    Case("where a bucket is", "s3", "GetBucketLocation", of(Bucket="{bucket}"), lambda a: a["LocationConstraint"]),
    Case("put an object with a wrong digest", "s3", "PutObject", of(Bucket="{bucket}", Key="d", Body=b"d", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")),
    Case("buckets", "s3", "ListBuckets", {}, lambda a: [b["Name"] for b in a["Buckets"]]),

    Case("queues", "sqs", "ListQueues", {}, lambda a: len(a["QueueUrls"])),
    Case("a queue", "sqs", "GetQueueUrl", {"QueueName": "dead-letters"}, lambda a: a["QueueUrl"].split("/")[-1]),
    Case("a queue that is not there", "sqs", "GetQueueUrl", {"QueueName": "none"}),
    Case("attributes of a queue", "sqs", "GetQueueAttributes", {"QueueUrl": "https://sqs.us-west-2.amazonaws.com/111122223333/dead-letters",
         "AttributeNames": ["ApproximateNumberOfMessages"]}, lambda a: a["Attributes"]),
    Case("attributes of a queue that is not there", "sqs", "GetQueueAttributes", {
        "QueueUrl": "https://sqs.us-west-2.amazonaws.com/111122223333/none", "AttributeNames": ["All"]}),
    Case("messages", "sqs", "ReceiveMessage", {"QueueUrl": "https://sqs.us-west-2.amazonaws.com/111122223333/dead-letters"}, lambda a: len(a.get("Messages", []))),
    Case("11 messages", "sqs", "ReceiveMessage", {"QueueUrl": "https://sqs.us-west-2.amazonaws.com/111122223333/dead-letters", "MaxNumberOfMessages": 11}),

    Case("state machines", "stepfunctions", "ListStateMachines", {}, lambda a: [m["name"] for m in a["stateMachines"]]),
    Case("a state machine", "stepfunctions", "DescribeStateMachine", of(stateMachineArn="{machine}"), lambda a: [a["name"], a["status"], a["type"]]),
    Case("a state machine that is not there", "stepfunctions", "DescribeStateMachine", {
        "stateMachineArn": "arn:aws:states:us-west-2:111122223333:stateMachine:none"}),
    Case("versions", "stepfunctions", "ListStateMachineVersions", of(stateMachineArn="{machine}"), moto=NOT_THERE),
    Case("start", "stepfunctions", "StartExecution", of(stateMachineArn="{machine}", name="run-2", input="{}"), lambda a: a["executionArn"].split(":")[-1]),
    Case("start again", "stepfunctions", "StartExecution", of(stateMachineArn="{machine}", name="run-2", input='{"a": 1}')),
    Case("start with text", "stepfunctions", "StartExecution", of(stateMachineArn="{machine}", name="run-3", input="text")),
    Case("start with a bad name", "stepfunctions", "StartExecution", of(stateMachineArn="{machine}", name="run 4")),
    Case("an execution", "stepfunctions", "DescribeExecution", of(executionArn="{execution}"), lambda a: [a["name"], a["status"], a["input"]]),
    Case("an execution that is not there", "stepfunctions", "DescribeExecution", {
        "executionArn": "arn:aws:states:us-west-2:111122223333:execution:drover:none"}),
    Case("the history of an execution", "stepfunctions", "GetExecutionHistory", of(executionArn="{execution}"), lambda a: a["events"][0]["type"]),
    Case("executions", "stepfunctions", "ListExecutions", of(stateMachineArn="{machine}"), lambda a: sorted(e["name"] for e in a["executions"])),
    Case("start with a long name", "stepfunctions", "StartExecution", of(stateMachineArn="{machine}", name="n" * 81)),
    Case("start with an input over 256 KiB", "stepfunctions", "StartExecution", of(stateMachineArn="{machine}", name="run-5", input='"' + "x" * 262143 + '"')),
    Case("redrive an execution that runs", "stepfunctions", "RedriveExecution", of(executionArn="{execution}"), moto=NOT_THERE),
    Case("a definition that is not asked for", "stepfunctions", "DescribeStateMachine", of(stateMachineArn="{machine}", includedData="METADATA_ONLY"), lambda a: a["definition"]),
    Case("the history without data", "stepfunctions", "GetExecutionHistory", of(executionArn="{execution}", includeExecutionData=False),
         lambda a: "input" in a["events"][0]["executionStartedEventDetails"]),
    Case("stop with a long error", "stepfunctions", "StopExecution", of(executionArn="{execution}", error="e" * 257)),
    Case("stop", "stepfunctions", "StopExecution", of(executionArn="{execution}", error="E", cause="C"), lambda a: sorted(a)),
    Case("the execution that was stopped", "stepfunctions", "DescribeExecution", of(executionArn="{execution}"), lambda a: [a["status"], a["error"], a["cause"]]),
    Case("succeed with a token that is none", "stepfunctions", "SendTaskSuccess", {"taskToken": "x", "output": "{}"}),
    Case("fail with a token that is none", "stepfunctions", "SendTaskFailure", {"taskToken": "x"}),
    Case("a heartbeat with a token that is none", "stepfunctions", "SendTaskHeartbeat", {"taskToken": "x"}),

    Case("invoke", "lambda", "Invoke", {"FunctionName": "drover-ask", "Payload": b"{}"}, moto=NO_DOCKER),
    Case("invoke what is not there", "lambda", "Invoke", {"FunctionName": "none"}),
    Case("settings", "lambda", "GetAccountSettings", {}, moto=NOT_THERE),

    Case("put an event", "events", "PutEvents", {"Entries": [{"Source": "shop", "DetailType": "Sold", "Detail": "{}"}]}, lambda a: a["FailedEntryCount"]),
    Case("put an event without source", "events", "PutEvents", {"Entries": [{"DetailType": "Sold", "Detail": "{}"}]}, lambda a: [e.get("ErrorCode") for e in a["Entries"]]),
    Case("put an event whose detail is text", "events", "PutEvents", {"Entries": [{"Source": "shop", "DetailType": "Sold", "Detail": "text"}]},
         lambda a: [e.get("ErrorCode") for e in a["Entries"]]),
    Case("put 11 events", "events", "PutEvents", {"Entries": [{"Source": "shop", "DetailType": "Sold", "Detail": "{}"}] * 11}),
    Case("put no events", "events", "PutEvents", {"Entries": []}),

    Case("identity", "sts", "GetCallerIdentity", {}, lambda a: sorted(a)),

    Case("routing controls", "route53-recovery-cluster", "ListRoutingControls", {}, moto=NOT_THERE),
    Case("a routing control", "route53-recovery-cluster", "GetRoutingControlState", of(RoutingControlArn="{control}"), moto=NOT_THERE),
    Case("switch a routing control", "route53-recovery-cluster", "UpdateRoutingControlState",
         of(RoutingControlArn="{control}", RoutingControlState="Off"), moto=NOT_THERE),
    Case("switch routing controls", "route53-recovery-cluster", "UpdateRoutingControlStates", of(
        UpdateRoutingControlStateEntries=[{"RoutingControlArn": "{control}", "RoutingControlState": "On"}]), moto=NOT_THERE),
]

CASES = ROUTE53 + DYNAMODB + CLOUDWATCH + OTHERS
