"""The template once as written and once for each stage as CloudFormation gets it; made by SAM's own translator, offline."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

type Template = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]


class _NoManagedPolicies:
    """SAM would ask AWS for the list; our roles name their permissions themselves."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sam() -> Template:
    """template.yaml with its short tags expanded ({"Ref": ..}, {"Fn::Sub": ..})."""
    template: Template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return template


@pytest.fixture(scope="session")
def translated(sam: Template) -> Callable[[str], Template]:
    """stage -> plain CloudFormation. Shared: read it, do not change it."""

    @cache
    def for_stage(stage: str) -> Template:
        return translate(sam, {"Stage": stage})

    return for_stage


def translate(sam: Template, parameters: dict[str, str], layer_code: str = "s3://bucket/layer") -> Template:
    """What CloudFormation makes of the template; defaults stand for parameters that are not given."""
    template = deepcopy(sam)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/function"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = layer_code
    defaults = {name: str(spec["Default"]) for name, spec in sam["Parameters"].items() if "Default" in spec}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "sa-east-1")
        plain: Template = transform(template, defaults | parameters, _NoManagedPolicies())
    return plain


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Logical id -> properties of each resource of a type."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }
