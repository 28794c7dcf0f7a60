"""Lambda as it behaves: what becomes of invocations that fail, die or run out of time."""

from random import Random
from typing import Any

import pytest

from sandbox.simulate.lambdas import Handler, Platform
from sandbox.simulate.scheduler import Scheduler


class Bundle:
    """One container whose only door is `handler`."""

    def __init__(self, handler: Handler) -> None:
        self.doors = {"/": handler}
        self.consumers: dict[str, Handler] = {}
        self.schedules: dict[str, Handler] = {}


def invoke(handler: Handler) -> tuple[Platform, list[tuple[Any, bool]], int]:
    """The platform, the answers, and how many containers were made for two invocations one after the other."""
    scheduler = Scheduler(Random(1), 0, 1_000)
    made: list[Bundle] = []

    def make(_: str) -> Bundle:
        made.append(Bundle(handler))
        return made[-1]

    platform = Platform(scheduler, make, lambda *_: None)
    platform.add("door", 10, lambda bundle: bundle.doors["/"])
    answers: list[tuple[Any, bool]] = []
    for start_ms in (0, 60_000):
        scheduler.at(start_ms, lambda: platform.start("door", {}, lambda *done: answers.append(done)))
    scheduler.run(lambda: False)
    return platform, answers, len(made)


def test_a_container_serves_one_invocation_after_the_other() -> None:
    platform, answers, made = invoke(lambda *_: "yes")
    assert answers == [("yes", True)] * 2
    assert made == 1
    assert platform.died == []


def sleep_too_long(_event: Any, context: Any) -> str:
    context.scheduler.wait(20_000)
    return "late"


def fail(*_: Any) -> str:
    raise ValueError


@pytest.mark.parametrize(("handler", "after_ms"), [(sleep_too_long, 10_000), (fail, 0)])
def test_what_ends_without_an_answer_takes_its_container_along_and_is_known(handler: Handler, after_ms: int) -> None:
    platform, answers, made = invoke(handler)
    assert answers == [(None, False)] * 2
    assert made == 2
    assert platform.died == [("door", after_ms), ("door", 60_000 + after_ms)]
    assert platform.running == 0
