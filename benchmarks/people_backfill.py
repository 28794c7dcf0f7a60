"""A backfill of a whole office against the sandbox's fakes, all in memory, killed twice on the way: how fast, and why.

    python -m benchmarks.people_backfill --people 100000

One process does what the command and the workers do. Two speeds come of it: that of our code and the fakes on this
machine, and the one at which Chatwoot's limit lets it go, by a clock that moves only where somebody waits.
"""

import argparse
import sys
import time

from ponte.runtime.people_backfill import LEASE_MS, Progress
from tests.core.runtime.people_bench import Bench, Killed, client

KILLED_AT = (400, 150)  # calls of the command's own


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--page-size", type=int, default=500)
    options.add_argument("--seconds", type=float, default=0, help="end it after so long, and tell of what was done")
    given = options.parse_args()
    bench = Bench(*(client(number) for number in range(1, given.people + 1)))
    began_ms, began, cpu = bench.clock.now, time.perf_counter(), time.process_time()

    def ends(_: Progress) -> None:
        if given.seconds and time.perf_counter() - began > given.seconds:
            raise Killed

    killed = 0
    for kill_at in KILLED_AT:
        bench.kill_at = kill_at
        try:
            bench.backfill(ends, page_size=given.page_size)
        except Killed:
            killed += 1
            bench.clock.now += LEASE_MS + 1
    bench.kill_at = None

    try:
        bench.backfill(ends, page_size=given.page_size)
        bench.work()
    except Killed:
        bench.queue.clear()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    limited = (bench.clock.now - began_ms) / 1000
    made = bench.calls("POST", "/contacts")
    calls = sum(1 for provider, *_ in bench.asked if provider == "chatwoot") / made
    identifiers = {one["identifier"] for one in bench.account.contacts.values()}
    lines = (
        f"{given.people} people, killed {killed} times: {len(identifiers)} contacts, {made} made",
        f"this machine: {seconds:.0f} s ({cpu:.0f} s CPU), {made / seconds:.0f} people/s, fakes included",
        f"Chatwoot's limit: {limited / 60:.0f} min, {made / limited:.1f} people/s, {calls:.2f} calls each",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    if len(identifiers) != made or (made != given.people and not given.seconds):
        raise SystemExit("somebody is missing, or there twice")


if __name__ == "__main__":
    main()
