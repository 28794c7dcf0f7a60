"""One run of the command: where it works, in which language and form it answers, and how it asks before it writes."""

import contextlib
import datetime as dt
import getpass
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import typer
from botocore.config import Config
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.place import Place, occupy, sandbox_place, stack_place
from cli.words import LANGUAGES, plain, words

PATIENT = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=15)


YES = ("s", "sim", "y", "yes")
COPIED = ("id", "at", "domain")  # columns whose cells are worth nothing in two pieces


class Usage(Exception):
    """The command was given wrongly, as the sentence says: exit status 2."""


@cache
def client(service: str) -> Any:
    """A boto3 client for the occupied place, for what the functions themselves have no use for."""
    make: Any = boto3.client  # its overloads want a literal for each service
    return make(service, config=PATIENT)


@dataclass
class Session:
    """What the options before the command said."""

    stack: str = ""
    region: str = ""
    sandbox: str = ""
    lang: str = LANGUAGES[0]
    as_json: bool = False

    def check(self) -> None:
        """Raises Usage for options that contradict each other."""
        if self.lang not in LANGUAGES:
            self.lang = LANGUAGES[0]
            raise Usage(self.say("cli.unknown_language"))
        if self.stack and self.sandbox:
            raise Usage(self.say("cli.one_place"))
        if self.region and not self.stack:
            raise Usage(self.say("cli.region_of_a_stack"))

    def say(self, key: str, /, **values: Any) -> str:
        return words(key, self.lang, **values)

    def say_reason(self, platform: str, code: str) -> str:
        """Why a platform refused, in its own catalogue's words; "" for no code."""
        return words(f"reason.{platform}.{code}", self.lang, code=code, detail="-") if code else ""

    def enter(self) -> Place:
        """The place, occupied: the composition root works there from now on. Raises NotReachable, Usage."""
        client.cache_clear()
        if self.sandbox:
            place = sandbox_place(Path(self.sandbox))
        elif self.stack:
            cloudformation = boto3.client("cloudformation", config=PATIENT, region_name=self.region or None)
            place = stack_place(cloudformation, self.stack, self.region)
        else:
            raise Usage(self.say("cli.say_where"))
        occupy(place)
        return place

    def show(self, tree: Any, human: Callable[[Console], None]) -> None:
        """The answer: `tree` as JSON with --json, else what `human` prints."""
        if self.as_json:
            sys.stdout.write(json.dumps(tree, ensure_ascii=False, indent=2) + "\n")
        else:
            human(Console())

    def tell(self, key: str, /, **values: Any) -> None:
        """A line for the person, beside the answer."""
        if not self.as_json:
            typer.echo(self.say(key, **values), err=True)

    def confirm(self, yes: bool, key: str, /, **values: Any) -> None:
        """Ask before writing, unless --yes. Ends the command with status 1 on any other answer than yes."""
        if yes:
            return
        if self.as_json:
            raise Usage(self.say("cli.confirm_json"))
        typer.echo(f"{self.say(key, **values)} {self.say('cli.yes_no')} ", err=True, nl=False)
        if sys.stdin.readline().strip().lower() not in YES:
            self.tell("cli.given_up")
            raise typer.Exit(1)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> Table:
        """columns: keys of "column.*", without it. Cells are shown as they are: no markup, no control characters."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name in columns:
            table.add_column(self.say(f"column.{name}"), overflow="fold", no_wrap=name in COPIED)
        for row in rows:
            table.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
        return table


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The functions' outcome lines go to stdout, for Lambda's logs; here stdout belongs to the answer."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def who() -> str:
    """For the audit trail: who runs the command, by the name the machine has for them."""
    return f"cli:{getpass.getuser()}"


def moment(ms: int) -> str:
    """A time as 2026-11-24 01:30:00, UTC; "" for 0."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M:%S") if ms else ""


def stamp(ms: int) -> str | None:
    """The same for JSON: ISO 8601 with Z; None for 0."""
    if not ms:
        return None
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
