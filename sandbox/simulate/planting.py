"""How a bug is planted: a few words of one function's source replaced, in memory, for as long as a history runs."""

import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Literal

type Kind = Literal["messages", "people"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """target: "module:function" or "module:Class.method". old, new: the words replaced, exactly once.

    first: the seed to begin with, for what takes a rare coincidence. kind: the histories that have to show it.
    """

    name: str
    story: str
    target: str
    old: str
    new: str
    first: int = 0
    kind: Kind = "messages"


class Stale(Exception):
    """The words to be replaced are not there (any more), or not once."""


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """With the bug in place, wherever its function is used from its own module. Raises Stale."""
    holder, name = _holder(mutant.target)
    original = holder.__dict__[name]
    source = textwrap.dedent(inspect.getsource(original))
    if source.count(mutant.old) != 1:
        raise Stale(f"{mutant.name}: {source.count(mutant.old)} times in {mutant.target}")
    setattr(holder, name, _compiled(source.replace(mutant.old, mutant.new), original, mutant.name))
    users = [one for one in _ours() if one.__dict__.get(name) is original]
    for user in users:
        setattr(user, name, holder.__dict__[name])
    try:
        yield
    finally:
        setattr(holder, name, original)
        for user in users:
            setattr(user, name, original)


def _holder(target: str) -> tuple[Any, str]:
    module_name, _, path = target.partition(":")
    holder: Any = importlib.import_module(module_name)
    *classes, name = path.split(".")
    for one in classes:
        holder = getattr(holder, one)
    return holder, name


def _compiled(source: str, original: FunctionType, name: str) -> Any:
    made: dict[str, Any] = {}
    exec(compile(source, f"<planted: {name}>", "exec"), original.__globals__, made)  # noqa: S102 - our own source
    return made[original.__name__]


def _ours() -> Iterator[Any]:
    """Modules of ours that may have imported a function by name."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("ponte", "sandbox") and hasattr(module, "__dict__"):
            yield module
