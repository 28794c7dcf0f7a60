"""Alarms and the dashboard watch what is there, under the names our code really writes."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.template.conftest import Template

LOGGERS = ("log", "note", "emit")
QUEUES = (
    "WhatsappEventsQueue",
    "WhatsappStatusesQueue",
    "Bitrix24EventsQueue",
    "ZattarEventsQueue",
    "ChatwootEventsQueue",
)
DEAD_LETTERS = tuple(name.replace("Queue", "DeadLetters") for name in QUEUES)
BOARDS = {"CustomerDashboard": "DeployCustomerBridge", "OfficeDashboard": "DeployOfficeBridge"}
IN_AN_ALARM = 10  # metrics at most: CloudWatch API, MetricDataQuery (read 2026-11-25)


def metrics(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each metric an alarm looks at, alone or inside an expression."""
    if "MetricName" in alarm:
        yield alarm
    for listed in alarm.get("Metrics", []):
        entry = listed["Fn::If"][1] if "Fn::If" in listed else listed
        if "MetricStat" in entry:
            yield entry["MetricStat"]["Metric"]


@pytest.fixture
def alarms(sam: "Template") -> dict[str, dict[str, Any]]:
    return sam.of_type("AWS::CloudWatch::Alarm")


def dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    return {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])}


def test_every_alarm_goes_to_the_one_topic_and_only_production_calls(alarms: dict[str, Any]) -> None:
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["ActionsEnabled"] == {"Fn::If": ["IsProd", True, False]}


def test_silence_is_no_alarm(alarms: dict[str, Any]) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"notBreaching"}


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_one_dead_letter_is_an_alarm(name: str, alarms: dict[str, Any]) -> None:
    alarm = alarms[f"{name}Alarm"]
    assert dimensions(alarm) == {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 0)


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_that_waits_five_minutes_is_an_alarm(name: str, alarms: dict[str, Any]) -> None:
    alarm = alarms[name.replace("Queue", "AgeAlarm")]
    assert dimensions(alarm) == {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateAgeOfOldestMessage", 300)


def test_every_table_and_every_function_but_health_is_watched(sam: "Template", alarms: dict[str, Any]) -> None:
    watched = {
        value["Ref"] for a in alarms.values() for m in metrics(a) for value in dimensions(m).values() if "Ref" in value
    }
    functions = set(sam.of_type("AWS::Serverless::Function")) - {"HealthFunction"}
    assert watched == functions | set(sam.of_type("AWS::DynamoDB::Table")) | {"HttpApi"}


def logged_words(code: str) -> set[str]:
    """Every string that a call of a log, note or emit function is given, and every module's or worker's flow."""
    words: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name.strip("_") in LOGGERS:
                given = [inner for argument in node.args for inner in ast.walk(argument)]
            case ast.Assign(targets=[ast.Name(id="flow" | "FLOW" | "NAMESPACE")]):
                given = [node.value]
            case _:
                continue
        words |= {part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return words


def test_our_own_metrics_are_watched_under_the_words_our_code_writes(alarms: dict[str, Any], root: Path) -> None:
    files = [*(root / "layers/ponte/python/ponte/runtime").glob("*.py"), *root.glob("functions/*/app.py")]
    written = set[str]().union(*(logged_words(path.read_text(encoding="utf-8")) for path in files))
    ours = [metric for alarm in alarms.values() for metric in metrics(alarm) if metric["Namespace"] == "Ponte"]
    assert {metric["MetricName"] for metric in ours} == {"events"}
    watched = {"Ponte"} | {word for metric in ours for word in dimensions(metric).values()}
    assert watched - written == set()


def test_an_alarm_says_what_happened(alarms: dict[str, Any]) -> None:
    assert not [name for name, alarm in alarms.items() if len(alarm["AlarmDescription"]) < 20]


def test_no_alarm_looks_at_more_metrics_than_one_may(alarms: dict[str, Any]) -> None:
    assert not [name for name, alarm in alarms.items() if len(list(metrics(alarm))) > IN_AN_ALARM]


def test_an_alarm_of_both_bridges_looks_at_a_functions_metric_only_where_the_function_is(
    sam: "Template", alarms: dict[str, Any]
) -> None:
    for name, alarm in alarms.items():
        own = sam.resources[name].get("Condition")
        for listed in alarm.get("Metrics", []):
            condition, entry = (listed["Fn::If"][0], listed["Fn::If"][1]) if "Fn::If" in listed else (own, listed)
            values = dimensions(entry.get("MetricStat", {}).get("Metric", {})).values()
            named = [v["Ref"] if "Ref" in v else v["Fn::GetAtt"][0] for v in values if isinstance(v, dict)]
            assert {sam.resources[one].get("Condition") for one in named} <= {None, condition}, (name, named)


def test_a_share_of_failed_invocations_is_of_the_same_functions(alarms: dict[str, Any]) -> None:
    watched: dict[str, set[str]] = {"Errors": set(), "Invocations": set()}
    for metric in metrics(alarms["WorkerErrorsAlarm"]):
        watched[metric["MetricName"]].add(dimensions(metric)["FunctionName"]["Ref"])
    assert watched["Errors"] == watched["Invocations"]
    ids = [(e["Fn::If"][1] if "Fn::If" in e else e)["Id"] for e in alarms["WorkerErrorsAlarm"]["Metrics"]]
    assert {re.sub(r"\d", "", one) for one in ids} == {"watched", "errors", "started"}


def dashboard(sam: "Template", name: str) -> tuple[str, Any]:
    pattern = sam.resources[name]["Properties"]["DashboardBody"]["Fn::Sub"]
    return pattern, json.loads(pattern)


@pytest.mark.parametrize(("board", "bridge"), BOARDS.items())
def test_a_dashboard_names_only_what_is_there_with_its_bridge_alone(board: str, bridge: str, sam: "Template") -> None:
    pattern, _ = dashboard(sam, board)
    named = {name.split(".")[0] for name in re.findall(r"\$\{([^}]+)\}", pattern)} - {"AWS::Region", "Stage"}
    assert {sam.resources[name].get("Condition") for name in named} <= {None, bridge}
    assert sam.resources[board]["Condition"] == bridge


@pytest.mark.parametrize(("board", "bridge"), BOARDS.items())
def test_a_dashboard_shows_every_alarm_of_its_bridge_and_no_two_widgets_overlap(
    board: str, bridge: str, sam: "Template", alarms: dict[str, Any]
) -> None:
    _, body = dashboard(sam, board)
    (shown,) = [w["properties"]["alarms"] for w in body["widgets"] if w["type"] == "alarm"]
    own = {name for name in alarms if sam.resources[name].get("Condition") in (None, bridge)}
    assert {name.removeprefix("${").removesuffix(".Arn}") for name in shown} == own
    cells = [
        (x, y)
        for widget in body["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23


def test_a_webhooks_deployment_watches_no_alarm_that_hangs_on_the_api(sam: "Template", alarms: dict[str, Any]) -> None:
    """The API needs the alias, the alias its deployment, that its alarms: a circle CloudFormation refuses."""
    for function in sam.of_type("AWS::Serverless::Function").values():
        for alarm in function.get("DeploymentPreference", {}).get("Alarms", []):
            watched = [v for m in metrics(alarms[alarm["Ref"]]) for v in dimensions(m).values()]
            assert {"Ref": "HttpApi"} not in watched
