"""Order inside a group, independence between groups, one visibility for head and followers."""

import threading
from typing import Any

from ponte.queue.fifo_batch import Done, Later, Verdict, work


def record(name: str, group: str) -> dict[str, Any]:
    return {"messageId": name, "receiptHandle": f"r-{name}", "body": name, "attributes": {"MessageGroupId": group}}


class Run:
    def __init__(self, verdicts: dict[str, Verdict | Exception], remaining: int = 60_000) -> None:
        self.verdicts = verdicts
        self.remaining = remaining
        self.handled: list[str] = []
        self.visibility: list[tuple[str, int]] = []
        self._lock = threading.Lock()

    def handle(self, message: Any) -> Verdict:
        with self._lock:
            self.handled.append(message["body"])
        verdict = self.verdicts.get(message["body"], Done())
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    def __call__(self, *records: dict[str, Any]) -> list[str]:
        answer = work(records, self.handle, self.visibility.extend, lambda: self.remaining)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_group_is_handled_in_order() -> None:
    run = Run({})
    assert run(record("1", "a"), record("2", "a"), record("3", "a")) == []
    assert run.handled == ["1", "2", "3"]
    assert run.visibility == []


def test_a_waiting_head_sends_its_followers_back_with_the_same_visibility() -> None:
    run = Run({"1": Later(4.2)})
    assert run(record("1", "a"), record("2", "a"), record("3", "b")) == ["1", "2"]
    assert sorted(run.handled) == ["1", "3"]
    assert sorted(run.visibility) == [("r-1", 5), ("r-2", 5)]


def test_what_was_done_before_the_head_failed_stays_done() -> None:
    run = Run({"2": Later(1)})
    assert run(record("1", "a"), record("2", "a"), record("3", "a")) == ["2", "3"]


def test_a_bug_in_one_group_does_not_touch_another() -> None:
    run = Run({"1": ValueError("bug")})
    assert run(record("1", "a"), record("2", "b")) == ["1"]
    assert "2" in run.handled


def test_nothing_new_is_started_when_time_is_nearly_over() -> None:
    run = Run({}, remaining=14_000)
    assert run(record("1", "a"), record("2", "a")) == ["1", "2"]
    assert run.handled == []
    assert run.visibility == [("r-1", 0), ("r-2", 0)]


def test_a_whole_failed_batch_is_a_list_not_an_exception() -> None:
    run = Run({"1": Later(1), "2": Later(2)})
    assert sorted(run(record("1", "a"), record("2", "b"))) == ["1", "2"]


def test_messages_without_a_group_are_groups_of_their_own() -> None:
    run = Run({"1": Later(1)})
    alone = [{"messageId": n, "receiptHandle": n, "body": n, "attributes": {}} for n in ("1", "2")]
    assert run(*alone) == ["1"]
    assert "2" in run.handled


def test_visibility_never_exceeds_what_sqs_allows() -> None:
    run = Run({"1": Later(10**9)})
    run(record("1", "a"))
    assert run.visibility == [("r-1", 43_000)]
