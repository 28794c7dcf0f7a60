"""Parameters, environment variables and outputs: each is used, and each is explained where an operator looks."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.template.conftest import Template

READMES = ("README.md", "README.pt-BR.md")
NOT_OURS = {"AWS_LAMBDA_FUNCTION_NAME", "PONTE_EGRESS_URL"}  # Lambda sets the first, the sandbox alone the second
URLS = {
    "BaseUrl": "",
    "HealthUrl": "/health",
    "MetaWebhookUrl": "/webhooks/meta",
    "Bitrix24InstallUrl": "/bitrix24/install",
    "Bitrix24SettingsUrl": "/bitrix24/settings",
    "Bitrix24EventsUrl": "/webhooks/bitrix24/outbound",
    "ZattarWebhookUrl": "/webhooks/zattar/TENANT",
    "ChatwootWebhookUrl": "/webhooks/chatwoot/TENANT",
}


def all_variables(sam: "Template") -> set[str]:
    return {name for function in sam.of_type("AWS::Serverless::Function") for name in sam.variables(function)}


def test_functions_are_given_the_variables_that_our_code_reads(sam: "Template", root: Path) -> None:
    code = (root / "layers/ponte/python/ponte/runtime/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"([A-Z][A-Z0-9]*_[A-Z0-9_]+|STAGE|LANGUAGE)"', code)) - NOT_OURS
    assert all_variables(sam) == read


def test_every_variable_is_explained(sam: "Template", root: Path) -> None:
    words = (root / "docs/operations.md").read_text(encoding="utf-8")
    assert not [name for name in sorted(all_variables(sam)) if f"`{name}`" not in words]


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_every_parameter_and_output_is_in_the_readme(readme: str, section: str, sam: "Template", root: Path) -> None:
    words = (root / readme).read_text(encoding="utf-8")
    assert not [name for name in sam.body[section] if f"`{name}`" not in words]


@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_descriptions_are_in_english_then_portuguese(section: str, sam: "Template") -> None:
    one_language = [name for name, spec in sam.body[section].items() if " / " not in spec["Description"]]
    assert one_language == []


def test_every_parameter_is_asked_for_in_a_group(sam: "Template") -> None:
    groups = sam.body["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(sam.body["Parameters"])


def test_only_secrets_must_be_given(sam: "Template") -> None:
    required = {name for name, spec in sam.body["Parameters"].items() if "Default" not in spec}
    assert required == {name for name, spec in sam.body["Parameters"].items() if spec.get("NoEcho")}


@pytest.mark.parametrize(("output", "path"), URLS.items())
def test_an_address_to_paste_is_an_output_under_the_own_domain_too(output: str, path: str, sam: "Template") -> None:
    condition, own, aws = sam.body["Outputs"][output]["Value"]["Fn::If"]
    assert condition == "HasPublicBaseUrl"
    assert own == {"Fn::Sub": "${PublicBaseUrl}" + path}
    assert aws == {"Fn::Sub": "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}" + path}


def test_a_changed_setting_makes_a_new_version_of_each_function(sam: "Template") -> None:
    """The alias would go on with the old environment otherwise: SAM looks at references, not at their values."""

    def parameters(value: Any) -> set[str]:
        names = set(re.findall(r"'Ref': '(\w+)'|\$\{(\w+)\}", str(value)))
        return {name for pair in names for name in pair if name in sam.body["Parameters"]}

    for function_id, function in sam.of_type("AWS::Serverless::Function").items():
        used = {name for value in sam.variables(function_id).values() for name in parameters(value)}
        assert used <= parameters(function["VersionDescription"]), function_id


def test_a_changed_layer_makes_a_new_version_of_each_function(translate: Callable[..., "Template"]) -> None:
    before, after = (set(translate({}, code).of_type("AWS::Lambda::Version")) for code in ("s3://b/old", "s3://b/new"))
    assert len(before) == len(after)
    assert before.isdisjoint(after)


def test_production_alone_deploys_gradually(translated: Callable[[str], "Template"]) -> None:
    groups = {s: len(translated(s).of_type("AWS::CodeDeploy::DeploymentGroup")) for s in ("dev", "staging", "prod")}
    assert groups == {"dev": 0, "staging": 0, "prod": 11}


def test_production_alone_keeps_snapshots_of_what_people_wait_for(sam: "Template") -> None:
    snapped = {
        name: function["SnapStart"]["ApplyOn"]
        for name, function in sam.of_type("AWS::Serverless::Function").items()
        if "SnapStart" in function
    }
    only_prod = {"Fn::If": ["IsProd", "PublishedVersions", "None"]}
    names = (
        "MetaWebhookFunction",
        "Bitrix24WebhookFunction",
        "Bitrix24InstallFunction",
        "ZattarWebhookFunction",
        "ChatwootWebhookFunction",
    )
    assert snapped == dict.fromkeys(names, only_prod)
