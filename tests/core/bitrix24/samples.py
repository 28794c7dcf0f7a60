"""The Bitrix24 samples of tests/samples/bitrix24, read whole."""

import json
from pathlib import Path
from typing import Any

from ponte.http import HttpResponse

ROOT = Path(__file__).parents[2] / "samples" / "bitrix24"
EVENTS = sorted(path.parent.name for path in ROOT.glob("*/body"))
RESPONSES = sorted(path.stem for path in (ROOT / "responses").glob("*.json"))


def body(name: str) -> bytes:
    return (ROOT / name / "body").read_bytes()


def headers(name: str) -> dict[str, str]:
    return dict(json.loads((ROOT / name / "headers.json").read_text()))


def query(name: str) -> str:
    return (ROOT / name / "query").read_text()


def tree(name: str) -> Any:
    return json.loads((ROOT / name / "tree.json").read_text())


def response(name: str) -> HttpResponse:
    sample = json.loads((ROOT / "responses" / f"{name}.json").read_text())
    raw = sample["raw_body"].encode() if sample["body"] is None else json.dumps(sample["body"]).encode()
    return HttpResponse(sample["status"], {key.lower(): value for key, value in sample["headers"].items()}, raw)


def request_params(name: str) -> Any:
    return json.loads((ROOT / "responses" / f"{name}.json").read_text())["request"]
