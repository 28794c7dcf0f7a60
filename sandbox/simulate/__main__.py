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
from sandbox.simulate.planting import Kind
from sandbox.simulate.record import Record, code_of, office_paragraph, paragraph
from sandbox.simulate.report import (
    ALL_MUTANTS,
    MUTANT_SEEDS,
    Caught,
    Tally,
    catch_all,
    chunks_of,
    cores,
    merged,
    run_chunks,
)

SHOWN = 20
INVARIANTS = ("lost", "doubled", "reordered")


def main() -> int:
    options = _options()
    console = Console()
    if options.mutants:
        return _mutants(console, options.jobs)
    if options.seed is not None:
        show = explain.show if options.kind == "messages" else explain.show_office
        return show(console, options.seed, options.message)
    record = Record(options.record, f"{code_of()}-{options.kind}") if options.record else None
    done = record.done() if record else {}
    with _progress(console) as progress:
        task = progress.add_task("histórias / histories", total=options.seeds)
        wanted = chunks_of(options.first, options.seeds)
        progress.update(task, completed=sum(len(chunk) for chunk in wanted if chunk in done))
        for chunk, one in run_chunks([chunk for chunk in wanted if chunk not in done], options.jobs, options.kind):
            done[chunk] = one
            progress.advance(task, len(chunk))
            if record:
                record.add(chunk, one)
    tally = merged(done.values())
    console.print(_table([*_rows_of(tally, options.kind), *_common_rows(tally)]))
    if record:
        words = paragraph if options.kind == "messages" else office_paragraph
        console.print(words(done, tally, datetime.now(UTC).date().isoformat()), highlight=False)
    for seed, kind, what in tally.violations[:SHOWN]:
        console.print(f"[red]SEED={seed}[/red] {kind}: {what}", highlight=False)
    if len(tally.violations) > SHOWN:
        console.print(f"... +{len(tally.violations) - SHOWN}")
    return 1 if tally.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="quantas histórias / how many histories")
    parser.add_argument("--first", type=int, default=0, help="a primeira semente / the first seed")
    parser.add_argument(
        "--kind",
        choices=("messages", "people"),
        default="messages",
        help="mensagens de clientes ou pessoas de escritórios / customers' messages or people of law offices",
    )
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


def _rows_of(tally: Tally, kind: Kind) -> list[tuple[str, str]]:
    if kind == "people":
        return [
            ("pessoas / people", f"{tally.people:,}"),
            ("edições de pessoas / people's edits", f"{tally.edits:,}"),
            ("escritas da Ponte / Ponte's writes", f"{tally.writes:,}"),
            ("divergências listadas / conflicts listed", f"{tally.listed:,}"),
            ("webhooks que ninguém recebeu / webhooks no door took", f"{tally.untold:,}"),
        ]
    return [
        ("mensagens / messages", f"{tally.messages:,}"),
        *((name, f"{tally.kinds(name)}") for name in INVARIANTS),
        ("dup_risk, contadas / counted", f"{tally.risked:,}"),
        ("  das quais vistas em dobro / really seen twice", f"{tally.copied:,}"),
        ("atrasadas por S3 ou por estarem retidas / late by spill or parking", f"{tally.late:,}"),
        ("arquivos / files", f"{tally.files:,}"),
        ("  que não atravessaram, com aviso / that did not cross, and were told of", f"{tally.untaken:,}"),
        ("eventos que ninguém recebeu / events no door took", f"{tally.unposted:,}"),
    ]


def _common_rows(tally: Tally) -> list[tuple[str, str]]:
    others = len(tally.violations) - sum(map(tally.kinds, INVARIANTS))
    return [
        ("histórias / histories", f"{tally.histories:,}"),
        ("por segundo e núcleo / per second and core", f"{tally.histories / max(tally.seconds, 0.001):,.1f}"),
        ("invocações / invocations", f"{tally.invocations:,}"),
        ("falhas sorteadas / faults", f"{sum(tally.faults.values()):,}"),
        ("outras violações / other violations", f"{others}"),
    ]


def _table(rows: list[tuple[str, str]]) -> Table:
    table = Table(show_header=False)
    for row in rows:
        table.add_row(*row)
    return table


def _mutants(console: Console, jobs: int) -> int:
    caught: list[Caught] = []
    with _progress(console) as progress:
        task = progress.add_task("erros plantados / planted bugs", total=len(ALL_MUTANTS))
        for one in catch_all(jobs):
            caught.append(one)
            progress.update(task, completed=len(caught))
    table = Table("erro plantado / planted bug", "o que faz / what it does", "semente / seed", "visto como / seen as")
    for one in sorted(caught, key=lambda each: ALL_MUTANTS.index(each.mutant)):
        seed = "[red]-[/red]" if one.seed is None else str(one.seed)
        table.add_row(one.mutant.name, one.mutant.story, seed, one.kind)
    console.print(table)
    missed = [one.mutant.name for one in caught if one.seed is None]
    if missed:
        console.print(f"[red]não apareceram em {MUTANT_SEEDS} sementes / not caught:[/red] {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
