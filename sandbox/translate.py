"""`template.yaml` as plain CloudFormation that the emulator can create. Pure: a template in, a template out.

Only what `docs/sandbox.md` lists is changed; whatever else the template says is what runs.
"""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template
from samtranslator.yaml_helper import yaml_parse

from sandbox.settings import REGION

type Template = dict[str, Any]

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"})
_CODE_PROPERTY = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


class TemplateError(Exception):
    """The template uses something this translation has no answer for; the text names the resource."""


def read(path: Path) -> Template:
    """A SAM template with its short tags (!Ref, !Sub, ...) expanded."""
    template = yaml_parse(path.read_text(encoding="utf-8"))
    if not isinstance(template, dict) or "Resources" not in template:
        raise TemplateError("no Resources")
    return template


def code_folders(template: Template) -> dict[str, str]:
    """Logical id of every function and layer -> its folder as the template writes it."""
    folders = {}
    for logical_id, resource in template["Resources"].items():
        prop = _CODE_PROPERTY.get(resource["Type"])
        if prop:
            folder = resource["Properties"].get(prop)
            if not isinstance(folder, str):
                raise TemplateError(f"{logical_id}.{prop} must be a folder")
            folders[logical_id] = folder
    return folders


_BATCHED = frozenset({"sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"})


def function_names(template: Template) -> dict[str, str]:
    """Logical id of every function -> the name of its folder: what logs, crashes and schedules call it."""
    return {
        logical_id: PurePosixPath(folder.rstrip("/")).name
        for logical_id, folder in code_folders(template).items()
        if template["Resources"][logical_id]["Type"] == "AWS::Serverless::Function"
    }


def route_paths(plain: Template) -> frozenset[str]:
    """The paths that the translated API has routes for."""
    routes = (r["Properties"] for r in plain["Resources"].values() if r["Type"] == "AWS::ApiGatewayV2::Route")
    return frozenset(str(route["RouteKey"]).split(" ", 1)[-1] for route in routes)


def to_cloudformation(
    sam: Template, parameters: Mapping[str, str], code: Mapping[str, str], environment: Mapping[str, str]
) -> Template:
    """code: logical id -> s3:// address of the zip. environment: variables that every function gets, ours win.

    Raises TemplateError; samtranslator's own errors pass through, they name the resource.
    """
    template = deepcopy(sam)
    names = function_names(template)
    for logical_id in code_folders(template):
        resource = template["Resources"][logical_id]
        resource["Properties"][_CODE_PROPERTY[resource["Type"]]] = code[logical_id]
        resource.pop("Metadata", None)
        if logical_id in names:
            resource["Properties"]["FunctionName"] = names[logical_id]
    plain = _transform(template, dict(parameters))
    resources = plain["Resources"]
    for logical_id in list(resources):
        match resources[logical_id]["Type"]:
            case "AWS::Lambda::Function":
                _set_environment(resources[logical_id]["Properties"], environment)
            case "AWS::ApiGatewayV2::Api":
                resources |= _routes_of(logical_id, resources[logical_id])
            case "AWS::IAM::Role":
                _allow_batches(resources[logical_id]["Properties"])
            case "AWS::SQS::QueuePolicy" | "AWS::S3::BucketPolicy":
                del resources[logical_id]  # they deny whatever does not come by TLS, and on loopback nothing does
            case "AWS::CloudWatch::Alarm" if "Metrics" in resources[logical_id]["Properties"]:
                del resources[logical_id]  # the emulator refuses alarms on metric math
    return plain


def _transform(template: Template, parameters: dict[str, str]) -> Template:
    """samtranslator without its wish to ask AWS for managed policies and to find a region in the environment."""
    to_py27_compatible_template(template, parameters)
    translator = Translator({}, Parser(), boto_session=boto3.session.Session(region_name=REGION))
    plain = translator.translate(template, parameter_values=parameters, get_managed_policy_map=dict)
    result: Template = undo_mark_unicode_str_in_template(plain)
    return result


def _set_environment(properties: dict[str, Any], environment: Mapping[str, str]) -> None:
    variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
    variables.update(environment)


def _allow_batches(role: dict[str, Any]) -> None:
    """AWS judges a batch call by the single action; the emulator asks for actions that AWS does not have."""
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            # Where a condition decides about the whole statement: {"Fn::If": [condition, this one, or that one]}.
            for each in statement.get("Fn::If", [None, statement])[1:]:
                actions = each.get("Action")
                if isinstance(actions, list):
                    each["Action"] = [*actions, *(f"{name}Batch" for name in actions if name in _BATCHED)]


def _routes_of(api_id: str, api: dict[str, Any]) -> Template:
    """Integration and Route resources for the OpenAPI document that SAM writes; takes the document out of the API.

    The emulator ignores `Body`, so that without this every path answers 404.
    """
    properties = api["Properties"]
    body = properties.pop("Body", None)
    if not isinstance(body, dict):
        return {}
    properties.pop("FailOnWarnings", None)
    properties.setdefault("Name", {"Ref": "AWS::StackName"})
    properties["ProtocolType"] = "HTTP"
    made: Template = {}
    for path, item in body.get("paths", {}).items():
        _, operations = _unwrapped(item)
        for method, wrapped in operations.items():
            if method not in _METHODS:
                continue
            outer, operation = _unwrapped(wrapped)
            middle, integration = _unwrapped(operation["x-amazon-apigateway-integration"])
            inner, uri = _unwrapped(integration["uri"])
            verb = "ANY" if method.startswith("x-") else method.upper()
            base = f"{api_id}{_pascal(path)}{verb.capitalize()}"
            made[f"{base}Integration"] = {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {
                    "ApiId": {"Ref": api_id},
                    "IntegrationType": "AWS_PROXY",
                    "IntegrationUri": uri,
                    "PayloadFormatVersion": integration.get("payloadFormatVersion", "2.0"),
                },
            }
            made[f"{base}Route"] = {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {
                    "ApiId": {"Ref": api_id},
                    "RouteKey": f"{verb} {path}",
                    **({"AuthorizationType": "AWS_IAM"} if _is_signed(operation) else {}),
                    "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"{base}Integration"}]]},
                },
            }
            condition = inner or middle or outer or api.get("Condition")
            if condition:
                made[f"{base}Integration"]["Condition"] = condition
                made[f"{base}Route"]["Condition"] = condition
    return made


def _is_signed(operation: dict[str, Any]) -> bool:
    """Whether SAM says of a route that only signed requests of the account come in."""
    return any("AWS_IAM" in each for each in operation.get("security") or [])


def _unwrapped(value: Any) -> tuple[str | None, Any]:
    """SAM wraps what belongs to a conditional function in {"Fn::If": [condition, value, nothing]}."""
    if isinstance(value, dict) and "Fn::If" in value:
        condition, inner, _ = value["Fn::If"]
        return condition, inner
    return None, value


def _pascal(path: str) -> str:
    """/webhooks/{tenant} -> WebhooksTenant: part of a logical id, letters and digits only."""
    words = "".join(c if c.isalnum() else " " for c in path).split()
    return "".join(word[:1].upper() + word[1:] for word in words)
