"""Drive the AWS simulator with boto3, and compare its answers with those of moto.

The test of this folder serves a simulator and calls this script: make second-opinion. Each case is one call. The simulator's
answer must be what AWS's service model allows: the script looks for members that the model does not have, for required ones
that are missing, and for values of another type. Then moto gets the same call. A difference that is not in agreed.txt fails.
"""
import argparse
import json
import sys
import xml.etree.ElementTree as ElementTree

import boto3
import botocore.config
import botocore.exceptions
import botocore.validate
import moto

import cases

DOCUMENTED_WITH = {"moto": "5.2.1", "boto3": "1.43.11"}


class Side:
    """The simulator or moto: clients, and the names of the resources there."""

    def __init__(self, name, url, names):
        self.name, self.url, self.names, self.clients = name, url, names, {}

    def client(self, service, region="us-west-2"):
        if (service, region) not in self.clients:
            config = botocore.config.Config(retries={"max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"})
            self.clients[service, region] = boto3.client(
                service, region_name=region, endpoint_url=self.url, config=config,
                aws_access_key_id=self.names["key"], aws_secret_access_key="secret")
        return self.clients[service, region]

    def call(self, case):
        """Perform a case: ok with the answer, or the code of the error; and the raw body."""
        client, raw = self.client(case.service, case.region), {}

        def remember(response_dict, **_):
            raw.update(response_dict)

        client.meta.events.register("before-parse", remember)
        params = case.params(self.names) if callable(case.params) else case.params
        try:
            answer = getattr(client, case.method)(**params)
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"], None, raw
        except Exception as error:  # what the client cannot read is a finding too
            return type(error).__name__, None, raw
        finally:
            client.meta.events.unregister("before-parse", remember)
        answer.pop("ResponseMetadata", None)
        return "ok", answer, raw


def unknown_in_json(value, shape, path=""):
    """Members of a JSON answer that the model does not have."""
    if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        names = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for name, inner in value.items():
            if name not in names:
                yield path + "." + name
            else:
                yield from unknown_in_json(inner, names[name], path + "." + name)
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            yield from unknown_in_json(inner, shape.member, path + "[]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for inner in value.values():
            yield from unknown_in_json(inner, shape.value, path + "{}")


def local(tag):
    return tag.rpartition("}")[2]


def unknown_in_xml(element, shape, path=""):
    """Elements of an XML answer that the model does not have."""
    if shape.type_name == "structure":
        names = {}
        for name, member in shape.members.items():
            flat = member.serialization.get("flattened")
            wire = member.serialization.get("name", name)
            if flat and member.type_name == "list":
                wire = member.serialization.get("name", member.member.serialization.get("name", name))
            names[wire] = (member.member if flat and member.type_name == "list" else member)
        for inner in element:
            if local(inner.tag) not in names:
                yield path + "." + local(inner.tag)
            else:
                yield from unknown_in_xml(inner, names[local(inner.tag)], path + "." + local(inner.tag))
    elif shape.type_name == "list":
        for inner in element:
            if local(inner.tag) != shape.member.serialization.get("name", "member"):
                yield path + "." + local(inner.tag)
            else:
                yield from unknown_in_xml(inner, shape.member, path + "[]")


def problems(client, case, answer, raw):
    """What is not as the service's model says in an answer of the simulator."""
    operation = client.meta.service_model.operation_model(case.operation)
    shape = operation.output_shape
    if shape is None:
        return []
    found = []
    bodies = {n: v for n, v in answer.items() if not hasattr(v, "read")}
    report = botocore.validate.ParamValidator().validate(bodies, shape)
    if report.has_errors():
        found.append(report.generate_report().replace("\n", "; "))
    body = raw.get("body")
    if shape.serialization.get("payload") or not isinstance(body, bytes) or not body:
        return found
    text = body.decode("utf-8", "replace")
    if text.startswith("{"):
        found += list(unknown_in_json(json.loads(text), shape))
    elif text.startswith("<"):
        root = ElementTree.fromstring(text)
        wrapper = shape.serialization.get("resultWrapper")
        if wrapper:
            root = next(e for e in root if local(e.tag) == wrapper)
        found += list(unknown_in_xml(root, shape))
    return found


def read_agreed(name):
    """Differences that are agreed: case | simulator | moto | who is right, and by which document."""
    agreed = {}
    with open(name, encoding="utf-8") as file:
        for line in file:
            parts = [part.strip() for part in line.split(" | ")]
            if not line.startswith("#") and len(parts) == 4:
                agreed[parts[0]] = parts[1:]
    return agreed


def compare(simulator, other, agreed):
    """Perform all cases, and return what is wrong."""
    wrong, differences, used = [], 0, set()
    for case in cases.CASES:
        code, answer, raw = simulator.call(case)
        if code == "ok":
            wrong += [f"{case.name}: not as the model says: {p}" for p in problems(simulator.client(case.service, case.region), case, answer, raw)]
        elif code == "NotImplemented":
            wrong.append(f"{case.name}: the simulator does not have it")
        if case.moto is not None:
            continue
        there, opinion, _ = other.call(case)
        here = (code if code != "ok" else "ok " + shown(case, answer)).strip()
        there = (there if there != "ok" else "ok " + shown(case, opinion)).strip()
        if here == there:
            continue
        differences += 1
        used.add(case.name)
        if agreed.get(case.name, [None, None])[:2] != [here, there]:
            wrong.append(f"{case.name} | {here} | {there} | who is right?")
    stale = [f"{name} is in agreed.txt and does not differ any more" for name in agreed if name not in used]
    return wrong, stale, differences


def shown(case, answer):
    """What is compared of an answer."""
    try:
        return json.dumps(case.keep(answer), default=str, sort_keys=True) if case.keep else ""
    except Exception as error:
        return type(error).__name__


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--agreed", required=True)
    options = parser.parse_args()
    simulator = Side("simulator", options.url, dict(cases.SIMULATOR, key=options.key))
    with moto.mock_aws():
        other = Side("moto", None, {"key": "moto"})
        other.names.update(cases.furnish(other))
        wrong, stale, differences = compare(simulator, other, read_agreed(options.agreed))
    versions = {"moto": moto.__version__, "boto3": boto3.__version__}
    compared = sum(case.moto is None for case in cases.CASES)
    print(f"{len(cases.CASES)} calls with boto3 {versions['boto3']}, {compared} of them compared with moto {versions['moto']}: "
          f"{differences} differ, {len(wrong)} are not agreed")
    print("\n".join(wrong + stale))
    if versions != DOCUMENTED_WITH:
        print(f"agreed.txt was made with {DOCUMENTED_WITH}; with other versions only what is not as the model says fails")
        wrong, stale = [line for line in wrong if "not as the model says" in line], []
    return 1 if wrong or stale else 0


sys.exit(main())
