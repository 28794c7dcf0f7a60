"""What the methods of the fake portal share: parameters as PHP sees them, results, errors with their HTTP status."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from sandbox.portals import PortalState
from sandbox.world import World

_BRASILIA = timezone(timedelta(hours=-3))


class RestError(Exception):
    """{error, error_description} with its status."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description

    def body(self) -> dict[str, str]:
        return {"error": self.code, "error_description": self.description}


def argument_missing(name: str) -> RestError:
    return RestError(400, "ERROR_ARGUMENT", f"Argument '{name}' is null or empty")


def access_error() -> RestError:
    return RestError(400, "ACCESS_ERROR", "You do not have access to the specified dialog")


class Params:
    """Parameters by name, whatever its case; the order of given values is kept, and the first of two names counts."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self._by_name: dict[str, Any] = {}
        for key, value in values.items():
            self._by_name.setdefault(str(key).lower(), value)

    def get(self, name: str, default: Any = None) -> Any:
        return self._by_name.get(name.lower(), default)

    def text(self, name: str) -> str:
        value = self.get(name)
        return "" if value is None or isinstance(value, dict | list) else str(value).strip()

    def need(self, name: str) -> str:
        if not (text := self.text(name)):
            raise argument_missing(name)
        return text

    def integer(self, name: str, default: int = 0) -> int:
        text = self.text(name)
        return int(text) if text.lstrip("-").isdigit() else default

    def is_yes(self, name: str) -> bool:
        return self.text(name).upper() in ("Y", "1", "TRUE")

    def elements(self, name: str) -> list[Any]:
        """A list, or the values of a map with numeric keys, as forms give them."""
        value = self.get(name)
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else []


@dataclass
class Result:
    """extra: keys beside `result` (total, next). took_effect: False where the portal says yes and does nothing."""

    value: Any
    extra: dict[str, Any] = field(default_factory=dict)
    took_effect: bool = True


@dataclass
class Context:
    """What a method runs in. partial: fail the last element of the call, if it has elements."""

    world: World
    portal: PortalState
    partial: bool = False

    @property
    def now_ms(self) -> int:
        return self.world.now_ms()


type Method = Callable[[Context, Params], Result]


def iso(ms: int) -> str:
    """As a portal in Brazil writes a time."""
    return _iso_seconds(ms // 1000)


@lru_cache(maxsize=1024)  # every answer begins and ends with one, and a page of history is full of them
def _iso_seconds(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, _BRASILIA).isoformat()


def utc_iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def time_block(start_ms: int, now_ms: int) -> dict[str, Any]:
    duration = max(0, now_ms - start_ms) / 1000
    return {
        "start": start_ms / 1000,
        "finish": now_ms / 1000,
        "duration": duration,
        "processing": duration,
        "date_start": iso(start_ms),
        "date_finish": iso(now_ms),
        "operating_reset_at": now_ms // 1000 + 600,
        "operating": duration,
    }


def php_map(items: Iterable[tuple[str, Any]]) -> dict[str, Any] | list[Any]:
    """PHP shows an empty map as []."""
    return dict(items) or []
