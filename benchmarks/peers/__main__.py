"""`python -m benchmarks.peers [--seeds N]`: lost, doubled and reordered messages, side by side on the same seeds."""

import argparse
from collections import Counter

from rich.console import Console
from rich.table import Table

from benchmarks.peers.powertools import PowertoolsBundle
from benchmarks.peers.pywa_handler import PywaBundle
from sandbox.simulate.bundle import PonteBundle
from sandbox.simulate.history import History, MakeBundle
from sandbox.simulate.invariants import judge

PEERS: dict[str, MakeBundle] = {
    "Ponte": PonteBundle,
    "Powertools (idempotency + FIFO processor)": PowertoolsBundle,
    "pywa (handler in the webhook)": PywaBundle,
}
KINDS = ("lost", "doubled", "reordered", "garbled", "clock left")


def measure(make: MakeBundle, seeds: int) -> tuple[Counter[str], int, int]:
    """(violations by kind, messages, owned up to as dup_risk)."""
    kinds: Counter[str] = Counter()
    messages = risked = 0
    for seed in range(seeds):
        history = History(seed, make, is_plain=True)
        history.run()
        verdict = judge(history)
        kinds.update(kind for kind, _ in verdict.violations)
        messages += verdict.messages
        risked += verdict.risked
    return kinds, messages, risked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    seeds = parser.parse_args().seeds
    table = Table("on the same histories", "messages", *KINDS, "dup_risk counted", title=f"{seeds} seeds")
    for name, make in PEERS.items():
        kinds, messages, risked = measure(make, seeds)
        table.add_row(name, str(messages), *(str(kinds[kind]) for kind in KINDS), str(risked))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
