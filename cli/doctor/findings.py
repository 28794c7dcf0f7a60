"""What a check says. Checks are functions of probe results; nothing here asks anybody anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cli.words import words
from ponte.outcome import Blocked, Expired, Moved, Outcome, Rejected, Succeeded, Transient, Unknown

type State = Literal["ok", "problem", "unchecked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """check: what was looked at, e.g. "meta.token"; titled "doctor.<check>". about: which one of several, masked.

    key: of the sentence, which for a problem is its fix; "" where ok says it all. values: what the sentence names.
    """

    check: str
    state: State
    about: str = ""
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def title(self, lang: str) -> str:
        return words(f"doctor.{self.check}", lang)

    def sentence(self, lang: str) -> str:
        return words(self.key, lang, **self.values) if self.key else ""

    def as_json(self, lang: str) -> dict[str, str]:
        """{"check", "state", "about", "code", "title", "sentence"}; code is stable, the sentence is not."""
        return {
            "check": self.check,
            "state": self.state,
            "about": self.about,
            "code": self.key.removeprefix("doctor."),
            "title": self.title(lang),
            "sentence": self.sentence(lang),
        }


@dataclass(frozen=True, slots=True)
class Failed:
    """A probe that our own side (AWS, our own address) did not let us make. code: the service's or the error's."""

    code: str


def ok(check: str, about: str = "", key: str = "", **values: str) -> Finding:
    return Finding(check, "ok", about, key, values)


def problem(check: str, key: str, about: str = "", **values: str) -> Finding:
    return Finding(check, "problem", about, key, values)


def unchecked(check: str, key: str, about: str = "", **values: str) -> Finding:
    return Finding(check, "unchecked", about, key, values)


def unasked(check: str, failed: Failed, about: str = "") -> Finding:
    """We could not ask: an earlier finding says why."""
    return unchecked(check, "doctor.not_asked", about, code=failed.code)


def refused(check: str, outcome: Outcome, about: str, family: str, known: Mapping[str, str]) -> Finding | None:
    """None where the call succeeded; else a problem with the vendor's reason, or unchecked when it did not answer.

    family: "whatsapp" or "bitrix24", for the shared catalogue. known: code -> key of a better sentence for this check.
    """
    match outcome:
        case Succeeded():
            return None
        case Blocked(code, detail) | Rejected(code, detail):
            key = known.get(code, f"reason.{family}.{code}")
            return problem(check, key, about, code=code, detail=detail or "-")
        case Transient(code) | Unknown(code) | Expired(code):
            return unchecked(check, "doctor.no_answer", about, code=code)
        case Moved():
            return unchecked(check, "doctor.no_answer", about, code="moved")
