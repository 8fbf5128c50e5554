"""Reduce the service models of botocore to the operations that the AWS simulator has, and write them beside this file.

Type: python3 statemachine/fakeaws/awsmodel/models/reduce.py
It needs botocore. A new operation of the simulator is one name in OPERATIONS; the tests name what is missing.
"""
import gzip
import json
import pathlib

import botocore

# By the folder of the service in botocore/data: its name in a signature, and its operations.
OPERATIONS = {
    "route53": ("route53", """ChangeResourceRecordSets ListResourceRecordSets GetChange GetHostedZone ListHostedZonesByName
        ListHostedZones CreateHostedZone ListHealthChecks GetHealthCheck GetHealthCheckStatus ListTagsForResource ListTagsForResources"""),
    "rds": ("rds", "DescribeGlobalClusters DescribeDBClusters SwitchoverGlobalCluster FailoverGlobalCluster"),
    "dynamodb": ("dynamodb", "GetItem PutItem UpdateItem DeleteItem Query Scan DescribeTable ListTables"),
    "cloudwatch": ("monitoring", "GetMetricData PutMetricData ListMetrics DescribeAlarms SetAlarmState PutMetricAlarm"),
    "sns": ("sns", "Publish ListTopics"),
    "s3": ("s3", "PutObject GetObject HeadObject HeadBucket GetBucketLocation ListObjectsV2 ListBuckets"),
    "stepfunctions": ("states", """ListStateMachines ListStateMachineVersions DescribeStateMachine StartExecution
        DescribeExecution GetExecutionHistory ListExecutions StopExecution SendTaskSuccess SendTaskFailure SendTaskHeartbeat
        RedriveExecution"""),
    "lambda": ("lambda", "Invoke GetAccountSettings"),
    "events": ("events", "PutEvents"),
    "sqs": ("sqs", "ListQueues GetQueueUrl GetQueueAttributes ReceiveMessage"),
    "sts": ("sts", "GetCallerIdentity"),
    "route53-recovery-cluster": ("route53-recovery-cluster", """UpdateRoutingControlStates UpdateRoutingControlState
        GetRoutingControlState ListRoutingControls"""),
}

# What the tests read of a shape; documentation and hints for clients are left out.
KEPT = """type members required member key value min max pattern enum location locationName queryName flattened payload streaming
    xmlNamespace xmlAttribute timestampFormat error exception shape resultWrapper box union jsonvalue""".split()


def trim(node):
    """A shape, or a reference to one, with what is kept of it."""
    out = {}
    for key in KEPT:
        if key not in node:
            continue
        value = node[key]
        if key == "members":
            value = {name: trim(member) for name, member in value.items()}
        elif key in ("member", "key", "value"):
            value = trim(value)
        out[key] = value
    return out


def references(shape):
    members = list(shape.get("members", {}).values())
    members += [shape[key] for key in ("member", "key", "value") if key in shape]
    return [m["shape"] for m in members]


def reduce(folder, service, names):
    directory = sorted((pathlib.Path(botocore.__file__).parent / "data" / folder).iterdir())[-1]
    model = json.loads(gzip.open(directory / "service-2.json.gz").read())
    metadata, shapes, operations = model["metadata"], {}, {}

    def keep(name):
        if name not in shapes:
            shapes[name] = trim(model["shapes"][name])
            for other in references(model["shapes"][name]):
                keep(other)

    for name in sorted(names):
        op = model["operations"][name]
        operations[name] = {"method": op["http"]["method"], "uri": op["http"]["requestUri"]}
        for side in ("input", "output"):
            if side in op:
                operations[name][side] = {k: v for k, v in op[side].items() if k in KEPT}
                keep(op[side]["shape"])
        operations[name]["errors"] = sorted(e["shape"] for e in op.get("errors", []))
        for error in operations[name]["errors"]:
            shapes[error] = {k: v for k, v in trim(model["shapes"][error]).items() if k in ("error", "exception", "type")}
    others = {name: [op["http"]["method"], op["http"]["requestUri"]]
              for name, op in sorted(model["operations"].items()) if name not in names}
    return {
        "service": service, "folder": folder, "version": directory.name, "protocol": metadata["protocol"],
        "target": metadata.get("targetPrefix", ""), "jsonVersion": metadata.get("jsonVersion", ""),
        "namespace": metadata.get("xmlNamespace", ""), "apiVersion": metadata["apiVersion"],
        "operations": operations, "others": others, "shapes": dict(sorted(shapes.items())),
    }


def main():
    here = pathlib.Path(__file__).parent
    for folder, (service, names) in OPERATIONS.items():
        reduced = reduce(folder, service, names.split())
        (here / (service + ".json")).write_text(json.dumps(reduced, separators=(",", ":")).replace('},"', '},\n"') + "\n")
    (here / "SOURCE").write_text(f"botocore {botocore.__version__}, Apache-2.0 (LICENSE.txt, NOTICE): botocore/data, reduced by reduce.py\n")


main()
