"""`make simulate`: run seeds and count what people saw; `make simulate-mutants`: see that planted bugs are caught.

Exit status 0: nothing violated (every mutant caught); 1: something was; 2: wrong usage.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sandbox.simulate import explain
from sandbox.simulate.mutants import MUTANTS
from sandbox.simulate.record import Record, code_of, paragraph
from sandbox.simulate.report import MUTANT_SEEDS, Caught, Tally, catch_all, chunks_of, cores, merged, run_chunks

SHOWN = 20
INVARIANTS = ("lost", "doubled", "reordered")


def main() -> int:
    options = _options()
    console = Console()
    if options.mutants:
        return _mutants(console, options.jobs)
    if options.seed is not None:
        return explain.show(console, options.seed, options.message)
    record = Record(options.record, code_of()) if options.record else None
    done = record.done() if record else {}
    with _progress(console) as progress:
        task = progress.add_task("histórias / histories", total=options.seeds)
        wanted = chunks_of(options.first, options.seeds)
        progress.update(task, completed=sum(len(chunk) for chunk in wanted if chunk in done))
        for chunk, one in run_chunks([chunk for chunk in wanted if chunk not in done], options.jobs):
            done[chunk] = one
            progress.advance(task, len(chunk))
            if record:
                record.add(chunk, one)
    tally = merged(done.values())
    console.print(_summary(tally))
    if record:
        console.print(paragraph(done, tally, datetime.now(UTC).date().isoformat()), highlight=False)
    for seed, kind, what in tally.violations[:SHOWN]:
        console.print(f"[red]SEED={seed}[/red] {kind}: {what}", highlight=False)
    if len(tally.violations) > SHOWN:
        console.print(f"... +{len(tally.violations) - SHOWN}")
    return 1 if tally.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="quantas histórias / how many histories")
    parser.add_argument("--first", type=int, default=0, help="a primeira semente / the first seed")
    parser.add_argument("--seed", type=int, help="só esta, contada em detalhe / this one only, told in detail")
    parser.add_argument(
        "--message", default="", help="com --seed: só o que contém isto / with --seed: only what has this"
    )
    parser.add_argument(
        "--record",
        type=Path,
        help="guarda cada parte, continua dali e soma o que há no arquivo / keep each part, go on, count all",
    )
    parser.add_argument("--jobs", type=int, default=cores())
    parser.add_argument("--mutants", action="store_true", help="planta erros e exige que apareçam / plant bugs")
    options = parser.parse_args()
    if options.seeds < 1 or options.jobs < 1:
        parser.error("--seeds, --jobs: 1 ou mais / 1 or more")
    return options


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


def _summary(tally: Tally) -> Table:
    table = Table(show_header=False)
    per_second = tally.histories / max(tally.seconds, 0.001)
    rows = [
        ("histórias / histories", f"{tally.histories:,}"),
        ("mensagens / messages", f"{tally.messages:,}"),
        ("por segundo e núcleo / per second and core", f"{per_second:,.1f}"),
        ("invocações / invocations", f"{tally.invocations:,}"),
        ("falhas sorteadas / faults", f"{sum(tally.faults.values()):,}"),
        *((name, f"{tally.kinds(name)}") for name in INVARIANTS),
        ("outras violações / other violations", f"{len(tally.violations) - sum(map(tally.kinds, INVARIANTS))}"),
        ("dup_risk, contadas / counted", f"{tally.risked:,}"),
        ("  das quais vistas em dobro / really seen twice", f"{tally.copied:,}"),
        ("atrasadas por S3 ou por estarem retidas / late by spill or parking", f"{tally.late:,}"),
        ("arquivos / files", f"{tally.files:,}"),
        ("  que não atravessaram, com aviso / that did not cross, and were told of", f"{tally.untaken:,}"),
        ("eventos que ninguém recebeu / events no door took", f"{tally.unposted:,}"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _mutants(console: Console, jobs: int) -> int:
    caught: list[Caught] = []
    with _progress(console) as progress:
        task = progress.add_task("erros plantados / planted bugs", total=len(MUTANTS))
        for one in catch_all(jobs):
            caught.append(one)
            progress.update(task, completed=len(caught))
    table = Table("erro plantado / planted bug", "o que faz / what it does", "semente / seed", "visto como / seen as")
    for one in sorted(caught, key=lambda each: MUTANTS.index(each.mutant)):
        seed = "[red]-[/red]" if one.seed is None else str(one.seed)
        table.add_row(one.mutant.name, one.mutant.story, seed, one.kind)
    console.print(table)
    missed = [one.mutant.name for one in caught if one.seed is None]
    if missed:
        console.print(f"[red]não apareceram em {MUTANT_SEEDS} sementes / not caught:[/red] {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
