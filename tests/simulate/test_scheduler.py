"""Turns and time: who runs when, and what a killed process still does."""

from random import Random

import pytest

from sandbox.simulate.scheduler import OutOfSteps, Process, Scheduler


def make(steps: int = 1_000) -> Scheduler:
    return Scheduler(Random(1), 0, steps)


def run(scheduler: Scheduler) -> None:
    scheduler.run(lambda: False)


def test_whose_time_comes_first_runs_first() -> None:
    scheduler, seen = make(), list[tuple[str, int]]()

    def life(name: str, ms: int) -> None:
        for _ in range(2):
            scheduler.wait(ms)
            seen.append((name, scheduler.now))

    scheduler.spawn(lambda: life("slow", 50))
    scheduler.spawn(lambda: life("fast", 20))
    run(scheduler)
    assert seen == [("fast", 20), ("fast", 40), ("slow", 50), ("slow", 100)]


def test_at_the_same_time_the_first_to_ask_is_the_first_to_run() -> None:
    scheduler, seen = make(), list[int]()

    def life(n: int) -> None:
        scheduler.wait(10)
        seen.append(n)

    for n in range(5):
        scheduler.spawn(lambda n=n: life(n))  # type: ignore[misc]
    run(scheduler)
    assert seen == [0, 1, 2, 3, 4]


def test_a_killed_process_unwinds_but_does_nothing_more() -> None:
    scheduler, done = make(), list[str]()
    process = Process("p", 10_000)

    def life(name: str) -> None:
        try:
            scheduler.wait(100)
            done.append(f"{name} worked")
        finally:
            done.append(f"{name} unwound")
            scheduler.wait(1)
            done.append(f"{name} went on")

    scheduler.spawn(lambda: life("one"), process)
    scheduler.spawn(lambda: life("two"), process)
    scheduler.at(50, lambda: scheduler.kill(process))
    run(scheduler)
    assert done == ["one unwound", "two unwound"]


def test_a_killed_process_cannot_be_caught_as_an_exception() -> None:
    scheduler, done = make(), list[str]()
    process = Process("p", 10_000)

    def life() -> None:
        try:
            scheduler.wait(100)
        except Exception:
            done.append("went on")

    scheduler.spawn(life, process)
    scheduler.at(50, lambda: scheduler.kill(process))
    run(scheduler)
    assert done == []


def test_one_process_dies_alone() -> None:
    scheduler, done = make(), list[str]()
    doomed = Process("doomed", 10_000)

    def life(name: str) -> None:
        scheduler.wait(100)
        done.append(name)

    scheduler.spawn(lambda: life("doomed"), doomed)
    scheduler.spawn(lambda: life("other"), Process("other", 10_000))
    scheduler.at(50, lambda: scheduler.kill(doomed))
    run(scheduler)
    assert done == ["other"]


def test_who_sleeps_until_woken_is_woken_once() -> None:
    scheduler, done = make(), list[int]()

    def sleeper() -> None:
        scheduler.park()
        done.append(scheduler.now)

    turn = scheduler.spawn(sleeper)
    for _ in range(2):
        scheduler.at(30, lambda: scheduler.wake_up(turn))
    run(scheduler)
    assert done == [30]


def test_what_never_comes_to_rest_is_stopped() -> None:
    scheduler = make(steps=100)

    def circle() -> None:
        while True:
            scheduler.wait(1)

    scheduler.spawn(circle)
    with pytest.raises(OutOfSteps):
        run(scheduler)
    scheduler.close()


def test_a_turn_whose_task_has_ended_is_woken_for_nothing() -> None:
    scheduler, done = make(), list[str]()
    sleeper = scheduler.spawn(lambda: done.append("first"))
    scheduler.at(10, lambda: scheduler.spawn(lambda: (scheduler.wait(20), done.append("second"))))
    scheduler.at(15, lambda: scheduler.kill(Process("gone", 0)))
    run(scheduler)
    assert done == ["first", "second"]
    assert sleeper.is_over


def test_the_turns_of_a_killed_process_serve_others_unharmed() -> None:
    scheduler, done = make(), list[str]()
    doomed, other = Process("doomed", 10_000), Process("other", 10_000)
    scheduler.spawn(lambda: scheduler.wait(100), doomed)
    scheduler.at(50, lambda: scheduler.kill(doomed))
    scheduler.at(60, lambda: scheduler.spawn(lambda: (scheduler.wait(100), done.append("other")), other))
    scheduler.at(70, lambda: scheduler.kill(doomed))
    run(scheduler)
    assert done == ["other"]
    assert scheduler.now == 160
