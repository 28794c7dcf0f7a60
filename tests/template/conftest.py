"""The template as written, and for each stage as CloudFormation gets it: made by SAM's own translator, offline."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]


class _NoManagedPolicies:
    """SAM would ask AWS for the list; our roles name their permissions themselves."""

    def load(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class Template:
    """body: the document, short tags expanded ({"Ref": ..}, {"Fn::Sub": ..}). Shared: read it, do not change it."""

    body: dict[str, Any]

    @property
    def resources(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["Resources"]
        return found

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id -> properties of each resource of a type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def variables(self, function_id: str) -> dict[str, Any]:
        """Environment variables of one function, the shared ones of Globals among them."""
        shared = self.body.get("Globals", {}).get("Function", {}).get("Environment", {}).get("Variables", {})
        own = self.resources[function_id]["Properties"].get("Environment", {}).get("Variables", {})
        return dict(shared | own)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sam() -> Template:
    return Template(yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def translate(sam: Template) -> Callable[..., Template]:
    """Parameters -> plain CloudFormation, defaults for those not given. layer_code: where the layers' zips lie."""

    def translate(parameters: Mapping[str, str], layer_code: str = "s3://bucket/layer") -> Template:
        body = deepcopy(sam.body)
        for resource in body["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = "s3://bucket/function"
            if resource["Type"] == "AWS::Serverless::LayerVersion":
                resource["Properties"]["ContentUri"] = layer_code
        values = {name: str(spec["Default"]) for name, spec in body["Parameters"].items() if "Default" in spec}
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_DEFAULT_REGION", "sa-east-1")
            return Template(transform(body, {**values, **parameters}, _NoManagedPolicies()))

    return translate


@pytest.fixture(scope="session")
def translated(translate: Callable[..., Template]) -> Callable[[str], Template]:
    """Stage -> plain CloudFormation, translated once."""
    return cache(lambda stage: translate({"Stage": stage}))
