"""Every function of the template is a folder, every folder is a function, each as big and as slow as it may be."""

import ast
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.template.conftest import Template

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
TIMES = {  # seconds, MB
    "meta_webhook": (10, 512),
    "bitrix24_webhook": (10, 512),
    "bitrix24_install": (20, 512),
    "zattar_webhook": (10, 512),
    "chatwoot_webhook": (10, 512),
    "api": (29, 512),
    "people_api": (29, 512),
    "health": (10, 256),
    "on_whatsapp_event": (45, 512),
    "on_whatsapp_status": (45, 512),
    "on_bitrix24_event": (45, 512),
    "on_zattar_event": (45, 512),
    "on_chatwoot_event": (45, 512),
    "refresh_bitrix24_tokens": (60, 256),
    "sweep_spill": (60, 256),
    "heal_gaps": (300, 512),
}
ROUTES = {
    ("GET", "/webhooks/meta"): "meta_webhook",
    ("POST", "/webhooks/meta"): "meta_webhook",
    ("POST", "/webhooks/bitrix24/outbound"): "bitrix24_webhook",
    ("GET", "/bitrix24/install"): "bitrix24_install",
    ("POST", "/bitrix24/install"): "bitrix24_install",
    ("GET", "/bitrix24/settings"): "bitrix24_install",
    ("POST", "/bitrix24/settings"): "bitrix24_install",
    ("POST", "/webhooks/zattar/{tenant}"): "zattar_webhook",
    ("POST", "/webhooks/chatwoot/{tenant}"): "chatwoot_webhook",
    ("POST", "/webhooks/chatwoot/{tenant}/{secret}"): "chatwoot_webhook",
    ("GET", "/openapi.json"): "api",
    ("ANY", "/sync/{proxy+}"): "api",
    ("ANY", "/partes/{proxy+}"): "api",
    ("ANY", "/vinculos"): "api",
    ("ANY", "/vinculos/{proxy+}"): "api",
    ("ANY", "/integracoes"): "api",
    ("ANY", "/integracoes/{proxy+}"): "api",
    ("ANY", "/conflitos"): "api",
    ("ANY", "/conflitos/{proxy+}"): "api",
    ("ANY", "/sugestoes"): "api",
    ("ANY", "/sugestoes/{proxy+}"): "api",
    ("ANY", "/conversas"): "api",
    ("ANY", "/conversas/{proxy+}"): "api",
    ("ANY", "/pessoas/{proxy+}"): "people_api",
    ("GET", "/health"): "health",
}
SCHEDULES = {
    "refresh_bitrix24_tokens": "rate(1 hour)",
    "sweep_spill": "rate(5 minutes)",
    "heal_gaps": "rate(15 minutes)",
}
OFFICE = {"zattar_webhook", "chatwoot_webhook", "on_zattar_event", "on_chatwoot_event", "api"}
BOTH = {"health", "sweep_spill", "heal_gaps"}  # what either bridge needs


def functions(sam: "Template") -> dict[str, dict[str, Any]]:
    """Folder name -> properties."""
    found = sam.of_type("AWS::Serverless::Function").values()
    return {properties["CodeUri"].removeprefix("functions/"): properties for properties in found}


def test_every_folder_is_deployed_and_every_function_has_its_folder(sam: "Template", root: Path) -> None:
    folders = sorted(path.name for path in root.glob("functions/*") if any(path.glob("*.py")))
    assert sorted(functions(sam)) == folders


@pytest.mark.parametrize("folder", FOLDERS)
def test_handler_resolves(folder: str, sam: "Template", monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing it needs no environment: Lambda's snapshot is taken after the import."""
    for name in ("CORE_TABLE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    own = functions(sam)[folder].get("Handler", sam.body["Globals"]["Function"]["Handler"])
    module_name, _, attribute = own.rpartition(".")
    path = ROOT / "functions" / folder / f"{module_name}.py"
    spec = importlib.util.spec_from_file_location(f"template_{folder}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(getattr(module, attribute))


@pytest.mark.parametrize("folder", FOLDERS)
def test_app_imports_only_ponte_and_the_standard_library(folder: str) -> None:
    tree = ast.parse((ROOT / "functions" / folder / "app.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in names if name.split(".")[0] not in {"ponte", *sys.stdlib_module_names}}
    assert foreign == set()


def test_time_and_memory_are_the_agreed_ones(sam: "Template") -> None:
    assert {name: (p["Timeout"], p["MemorySize"]) for name, p in functions(sam).items()} == TIMES


def test_all_run_on_python_313_and_arm64(sam: "Template") -> None:
    shared = sam.body["Globals"]["Function"]
    assert (shared["Runtime"], shared["Architectures"]) == ("python3.13", ["arm64"])
    assert not [name for name, p in functions(sam).items() if {"Runtime", "Architectures", "Layers"} & set(p)]


def test_routes_are_these_and_no_others(sam: "Template") -> None:
    routes = {
        (event["Properties"]["Method"], event["Properties"]["Path"]): folder
        for folder, properties in functions(sam).items()
        for event in properties["Events"].values()
        if event["Type"] == "HttpApi"
    }
    assert routes == ROUTES


def test_only_what_shows_customers_has_an_authorizer_of_api_gateways(translated: Callable[[str], "Template"]) -> None:
    """Everybody else is judged by the function: by what signs or opens the raw bytes, or by the office's own word."""
    (api,) = translated("prod").of_type("AWS::ApiGatewayV2::Api").values()
    guarded = {
        path: operation["security"]
        for path, item in api["Body"]["paths"].items()
        for methods in (item["Fn::If"][1] if "Fn::If" in item else item,)
        for wrapped in methods.values()
        for operation in (wrapped["Fn::If"][1] if "Fn::If" in wrapped else wrapped,)
        if operation.get("security")
    }
    assert guarded == {"/pessoas/{proxy+}": [{"AWS_IAM": []}]}


def test_payloads_are_version_2(sam: "Template") -> None:
    events = [event for p in functions(sam).values() for event in p["Events"].values() if event["Type"] == "HttpApi"]
    assert {event["Properties"]["PayloadFormatVersion"] for event in events} == {"2.0"}


def test_schedules_run_as_often_as_agreed_and_have_no_name_to_clash(sam: "Template") -> None:
    schedules = {
        folder: event["Properties"]
        for folder, properties in functions(sam).items()
        for event in properties["Events"].values()
        if event["Type"] == "ScheduleV2"
    }
    assert {folder: event["ScheduleExpression"] for folder, event in schedules.items()} == SCHEDULES
    assert all(event["OmitName"] for event in schedules.values())


def test_every_function_has_a_role_and_a_log_group_of_its_own(sam: "Template") -> None:
    own = functions(sam).values()
    roles = {str(properties["Role"]) for properties in own}
    logs = {properties["LoggingConfig"]["LogGroup"]["Ref"] for properties in own}
    assert len(roles) == len(logs) == len(own)
    groups = sam.of_type("AWS::Logs::LogGroup")
    assert all(groups[name]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for name in logs)


def test_a_function_is_there_with_its_bridge_alone(sam: "Template") -> None:
    conditions = {
        resource["Properties"]["CodeUri"].removeprefix("functions/"): resource.get("Condition")
        for resource in sam.resources.values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    assert conditions == {
        **dict.fromkeys(TIMES, "DeployCustomerBridge"),
        **dict.fromkeys(OFFICE, "DeployOfficeBridge"),
        **dict.fromkeys(BOTH),
    }


def test_every_function_has_an_event_to_try_it_with(sam: "Template", root: Path) -> None:
    assert {name for name in functions(sam) if not any((root / "events" / name).glob("*.json"))} == set()


def test_every_event_is_for_a_route_or_queue_of_its_function(sam: "Template", root: Path) -> None:
    for path in root.glob("events/*/*.json"):
        event, kinds = json.loads(path.read_text(encoding="utf-8")), set[str]()
        routes = {route for route, folder in ROUTES.items() if folder == path.parent.name}
        for told in functions(sam)[path.parent.name]["Events"].values():
            kinds.add(told["Type"])
        if "HttpApi" in kinds:
            assert tuple(event["routeKey"].split(" ")) in routes, path
        if "SQS" in kinds:
            assert {record["eventSource"] for record in event["Records"]} == {"aws:sqs"}, path
