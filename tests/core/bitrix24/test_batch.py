"""Fifty reads in one request, each with an outcome of its own."""

from urllib.parse import parse_qs

import pytest

from ponte.bitrix24 import batch
from ponte.bitrix24.requests import RestCall, dialog, dialog_messages
from ponte.outcome import Blocked, Rejected, Succeeded, Transient, Unknown

from . import samples


def test_commands_are_named_in_order_and_their_parameters_escaped() -> None:
    call = batch.batch([dialog_messages("7", newer_than=5), RestCall("a.b", {"X": "a&b=c d"})])
    assert call.method == "batch"
    first, second = call.params["cmd"].values()
    assert list(call.params["cmd"]) == ["c0", "c1"]
    assert first == "im.dialog.messages.get?DIALOG_ID=chat7&LIMIT=50&FIRST_ID=5"
    assert parse_qs(second.partition("?")[2]) == {"X": ["a&b=c d"]}
    assert call.params["halt"] == 0


@pytest.mark.parametrize("count", [0, 51])
def test_more_than_fifty_or_none_is_a_mistake_of_ours(count: int) -> None:
    with pytest.raises(ValueError, match="50"):
        batch.batch([dialog("7")] * count)


def test_each_command_has_its_own_outcome() -> None:
    result = {
        "result": {"c0": {"a": 1}, "c4": []},
        "result_error": {
            "c1": {"error": "ACCESS_ERROR", "error_description": "x"},
            "c2": {"error": "QUERY_LIMIT_EXCEEDED"},
            "c3": {"error": "ACCESS_DENIED"},
            "c6": {},
        },
    }
    found = batch.outcomes(result, 7)
    assert found[0] == Succeeded({"result": {"a": 1}})
    assert found[1] == Rejected("access_error", "x")
    assert isinstance(found[2], Transient)
    assert isinstance(found[3], Blocked)
    assert found[4] == Succeeded({"result": []})
    assert found[5] == Unknown("no_result")
    assert found[6] == Rejected("unreadable_answer")


@pytest.mark.parametrize("result", [None, [], "x", {}, {"result": [], "result_error": []}], ids=repr)
def test_an_answer_without_results_proves_nothing(result: object) -> None:
    assert batch.outcomes(result, 2) == [Unknown("no_result")] * 2


def test_the_recorded_answer_fails_one_command_only() -> None:
    result = samples.response("batch_200_partial").json()["result"]
    renamed = {name: {"c0": value.get("find"), "c1": value.get("chat")} for name, value in result.items() if value}
    found = batch.outcomes(renamed, 2)
    assert isinstance(found[0], Succeeded)
    assert isinstance(found[1], Transient)
