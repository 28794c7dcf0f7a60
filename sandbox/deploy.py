"""The stack in the emulated AWS: package, translate, create, and find out what everything is called."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from sandbox import package, translate
from sandbox.emulator import Emulator
from sandbox.settings import REGION, Settings

STACK = "ponte"
ASSETS = "ponte-sandbox-assets"
CREATE_SECONDS = 180.0
INLINE_TEMPLATE_BYTES = 50_000


class DeployError(Exception):
    """The stack could not be created; the text names the resources and their reasons."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Physical names. resources: logical id -> (type, physical id). functions: name -> alias of its triggers."""

    api_id: str
    paths: frozenset[str]
    resources: Mapping[str, tuple[str, str]]
    functions: Mapping[str, str | None]

    def physical(self, logical_id: str) -> str:
        """The physical id of a resource. Raises KeyError where the template has no such resource."""
        return self.resources[logical_id][1]

    def has(self, logical_id: str) -> bool:
        return logical_id in self.resources

    def of_type(self, kind: str) -> dict[str, str]:
        return {name: physical for name, (type_, physical) in self.resources.items() if type_ == kind}

    def queues(self) -> dict[str, str]:
        """Logical id -> URL of every queue that work waits in: all but the dead-letter ones."""
        return {name: url for name, url in self.of_type("AWS::SQS::Queue").items() if "DeadLetter" not in name}


def deploy(settings: Settings, emulator: Emulator) -> Deployment:
    """Returns when the stack is complete. Raises DeployError, package.PackagingError, translate.TemplateError."""
    sam = translate.read(settings.template)
    code = _upload(settings, emulator, translate.code_folders(sam))
    parameters = _parameters(sam)
    environment = {
        "AWS_ENDPOINT_URL": emulator.url,
        "ENVIRONMENT": "sandbox",
        "PONTE_EGRESS_URL": settings.url("egress"),
        "PUBLIC_BASE_URL": settings.url("gateway"),
    }
    plain = translate.to_cloudformation(sam, parameters, code, environment)
    _create(emulator, plain, parameters)
    return _look_up(emulator, translate.function_names(sam), translate.route_paths(plain))


def _parameters(sam: translate.Template) -> dict[str, str]:
    """Secrets have no default in the template: they get a value that opens nothing until a scenario is loaded."""
    specs = sam.get("Parameters", {})
    values = {name: "not-set-yet" for name, spec in specs.items() if "Default" not in spec}
    if "Stage" in specs:
        values["Stage"] = "dev"
    return values


def _upload(settings: Settings, emulator: Emulator, folders: Mapping[str, str]) -> dict[str, str]:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=ASSETS, CreateBucketConfiguration={"LocationConstraint": REGION})
    base, cache = settings.template.parent, settings.folder / "packages"
    code = {}
    for logical_id, folder in folders.items():
        content = package.build((base / folder).resolve(), emulator.python, cache)
        s3.put_object(Bucket=ASSETS, Key=f"{logical_id}.zip", Body=content)
        code[logical_id] = f"s3://{ASSETS}/{logical_id}.zip"
    return code


def _create(emulator: Emulator, template: translate.Template, parameters: Mapping[str, str]) -> None:
    cloudformation = emulator.client("cloudformation")
    body = json.dumps(template)
    where = {"TemplateBody": body}
    if len(body) > INLINE_TEMPLATE_BYTES:
        emulator.client("s3").put_object(Bucket=ASSETS, Key="template.json", Body=body.encode())
        where = {"TemplateURL": f"{emulator.url}/{ASSETS}/template.json"}
    declared = template.get("Parameters", {})
    cloudformation.create_stack(
        StackName=STACK,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items() if k in declared],
        OnFailure="DO_NOTHING",
        **where,
    )
    deadline = time.monotonic() + CREATE_SECONDS
    status = ""
    while time.monotonic() < deadline:
        status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        if status == "CREATE_COMPLETE":
            return
        if not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(0.05)
    raise DeployError(f"{status}\n" + "\n".join(_failures(cloudformation)))


def _failures(cloudformation: Any) -> list[str]:
    try:
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    except ClientError:
        return []
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]


def _look_up(emulator: Emulator, names: Mapping[str, str], paths: frozenset[str]) -> Deployment:
    cloudformation = emulator.client("cloudformation")
    resources: dict[str, tuple[str, str]] = {}
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK):
        for row in page["StackResourceSummaries"]:
            resources[row["LogicalResourceId"]] = (row["ResourceType"], row.get("PhysicalResourceId", ""))
    api_id = next((physical for kind, physical in resources.values() if kind == "AWS::ApiGatewayV2::Api"), "")
    functions = {name: _alias(resources, logical_id) for logical_id, name in names.items() if logical_id in resources}
    return Deployment(api_id, paths, resources, functions)


def _alias(resources: Mapping[str, tuple[str, str]], function: str) -> str | None:
    """SAM calls the alias resource of AutoPublishAlias `<function>Alias<name>`."""
    for logical_id, (kind, physical) in resources.items():
        if kind == "AWS::Lambda::Alias" and logical_id.startswith(f"{function}Alias"):
            return physical.rsplit(":", 1)[-1]
    return None


def wait_for_functions(emulator: Emulator, deployment: Deployment, seconds: float = 30.0) -> None:
    """A new function is Pending for a moment; invoking it then is refused. Raises DeployError."""
    client = emulator.client("lambda")
    deadline = time.monotonic() + seconds
    for name in deployment.functions:
        while client.get_function_configuration(FunctionName=name).get("State", "Active") == "Pending":
            if time.monotonic() > deadline:
                raise DeployError(f"{name}: Pending")
            time.sleep(0.05)
