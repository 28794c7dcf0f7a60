"""Queues: nothing is lost by their settings, and no message is shown twice while its consumer still works."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.template.conftest import Template

QUEUES = {  # name -> FIFO
    "WhatsappEventsQueue": True,
    "WhatsappStatusesQueue": False,
    "Bitrix24EventsQueue": True,
    "ZattarEventsQueue": True,
    "ChatwootEventsQueue": True,
}
FOURTEEN_DAYS = 14 * 24 * 3600
CONSUMERS = {
    "WhatsappEventsQueue": "OnWhatsappEventFunction",
    "WhatsappStatusesQueue": "OnWhatsappStatusFunction",
    "Bitrix24EventsQueue": "OnBitrix24EventFunction",
    "ZattarEventsQueue": "OnZattarEventFunction",
    "ChatwootEventsQueue": "OnChatwootEventFunction",
}
AT_ONCE = {"ZattarEventsQueue": 20, "ChatwootEventsQueue": 20}  # an office's two systems are small; others 50


def dead_letters(name: str) -> str:
    return name.replace("Queue", "DeadLetters")


@pytest.fixture
def queues(sam: "Template") -> dict[str, dict[str, Any]]:
    return sam.of_type("AWS::SQS::Queue")


def test_these_queues_and_their_dead_letter_queues_are_all(queues: dict[str, Any]) -> None:
    assert set(queues) == {*QUEUES, *map(dead_letters, QUEUES)}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_gives_up_to_a_dead_letter_queue_of_its_own_kind(name: str, queues: dict[str, Any]) -> None:
    redrive = queues[name]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_letters(name), "Arn"]}
    assert redrive["maxReceiveCount"] == 1000  # what SQS allows: an outage of days must not use it up
    assert queues[name].get("FifoQueue", False) is queues[dead_letters(name)].get("FifoQueue", False) is QUEUES[name]


@pytest.mark.parametrize("name", [name for name, fifo in QUEUES.items() if fifo])
def test_fifo_queues_have_high_throughput(name: str, queues: dict[str, Any]) -> None:
    queue = queues[name]
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")


def test_every_queue_keeps_messages_for_fourteen_days_encrypted(queues: dict[str, Any]) -> None:
    assert {queue["MessageRetentionPeriod"] for queue in queues.values()} == {FOURTEEN_DAYS}
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


def test_a_queue_is_there_with_its_bridge_alone(sam: "Template", queues: dict[str, Any]) -> None:
    for name in queues:
        is_office = name.startswith(("Zattar", "Chatwoot"))
        for resource in (name, f"{name}Policy"):
            assert sam.resources[resource]["Condition"] == f"Deploy{'Office' if is_office else 'Customer'}Bridge"


def test_no_queue_has_a_delay_or_a_physical_name(queues: dict[str, Any]) -> None:
    assert not [name for name, queue in queues.items() if {"DelaySeconds", "QueueName"} & set(queue)]


def test_every_queue_refuses_what_is_not_tls(sam: "Template", queues: dict[str, Any]) -> None:
    guarded = {}
    for policy in sam.of_type("AWS::SQS::QueuePolicy").values():
        (queue,) = policy["Queues"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Resource"] == {"Fn::GetAtt": [queue["Ref"], "Arn"]}
        guarded[queue["Ref"]] = (statement["Effect"], statement["Principal"], statement["Condition"])
    refusal = ("Deny", "*", {"Bool": {"aws:SecureTransport": False}})
    assert guarded == dict.fromkeys(queues, refusal)


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_stays_hidden_six_times_as_long_as_its_consumer_may_take(
    name: str, queues: dict[str, Any], translated: Callable[[str], "Template"]
) -> None:
    plain = translated("prod")
    timeout = plain.resources[CONSUMERS[name]]["Properties"]["Timeout"]
    assert queues[name]["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize("name", QUEUES)
def test_a_consumer_takes_ten_at_once_and_reports_failures_one_by_one(
    name: str, translated: Callable[[str], "Template"]
) -> None:
    mappings = translated("prod").of_type("AWS::Lambda::EventSourceMapping").values()
    (mapping,) = [m for m in mappings if m["EventSourceArn"] == {"Fn::GetAtt": [name, "Arn"]}]
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": AT_ONCE.get(name, 50)}
    assert "FilterCriteria" not in mapping, "what a filter does not match, SQS deletes for good"
    assert mapping["FunctionName"] == {"Ref": f"{CONSUMERS[name]}Aliaslive"}
