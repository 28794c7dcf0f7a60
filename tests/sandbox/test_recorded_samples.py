"""The fakes answer the samples' requests in the samples' shape (same keys, same kinds of values).

samples/: request and response pairs after Meta's and Bitrix24's own documentation, with invented data.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import GRAPH_TOKEN, Sandbox

SAMPLES = Path(__file__).parent / "samples"


def load(folder: str) -> list[Any]:
    return [pytest.param(json.loads(path.read_bytes()), id=path.stem) for path in sorted((SAMPLES / folder).iterdir())]


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if key != "time"}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


@pytest.fixture
def known(sandbox: Sandbox, scenario: dict[str, Any]) -> Sandbox:
    """A scenario in which what the samples name exists."""
    media = ["1037543291543636", "1037543291543637", "1037543291543638", "1908647269898587"]
    scenario["meta"]["media"] = [{"id": one, "mime_type": "image/jpeg"} for one in media]
    body = {"type": "BODY", "text": "Olá, {{1}}: pedido {{2}}"}
    header = {"type": "HEADER", "format": "DOCUMENT"}
    template = {"name": "order_confirmation", "language": "pt_BR", "components": [header, body]}
    scenario["meta"]["templates"] = [template]
    portal = scenario["bitrix24"]["portals"][0]
    portal["lines"].append({"connector": "wa_cloud_bridge", "line": 107})
    sandbox.providers.put(scenario)
    return sandbox


@pytest.mark.parametrize("sample", load("graph"))
def test_graph_answers_as_recorded(known: Sandbox, sample: Any) -> None:
    request, response = sample["request"], sample["response"]
    bearer = {"authorization": f"Bearer {GRAPH_TOKEN}"}
    answer = known.call("graph.facebook.com", request["method"], request["path"], request.get("json"), bearer)
    assert (answer.status, shape(answer.json())) == (response["status"], shape(response["json"]))


@pytest.mark.parametrize("sample", load("rest"))
def test_the_portal_answers_as_recorded(known: Sandbox, sample: Any) -> None:
    answer = known.rest(sample["method"], sample["request"])
    assert (answer.status, shape(answer.json())) == (sample["status"], shape(sample["body"]))
