"""The calls of the real triggers, whole, as events."""

import json
from pathlib import Path

import pytest

from ponte.errors import SignatureMismatch
from ponte.zattar import events, shared_secret
from ponte.zattar.values import RELEVANT

ROOT = Path(__file__).parents[2] / "samples" / "zattar"
SECRET = "segredo-inventado-0123456789abcdef0123456789"
EVERYTHING = tuple(RELEVANT)
EXPECTED = {
    "clientes_insert_pf": ("cliente|1", EVERYTHING),
    "clientes_update_phone": ("cliente|1", ("celular",)),
    "clientes_update_cleared": ("cliente|1", ("emails", "celular")),
    "clientes_delete": ("cliente|1", ()),
    "partes_contrarias_insert_pj_nulls": ("parte_contraria|1", EVERYTHING),
    "terceiros_insert": ("terceiro|1", EVERYTHING),
    "terceiros_update": ("terceiro|1", ("tipo_parte",)),
    "enderecos_insert": ("cliente|1", ("municipio", "estado_sigla")),
    "enderecos_update": ("cliente|1", ("municipio",)),
    "integracoes_insert": ("integracoes", None),
    "integracoes_update": ("integracoes", None),
}


def test_every_sample_is_expected_to_be_something() -> None:
    assert {path.parent.name for path in ROOT.glob("*/body")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_authentic_and_is_one_event(name: str) -> None:
    headers = json.loads((ROOT / name / "headers.json").read_text())
    shared_secret.verify(headers, ("outro-segredo", SECRET))
    with pytest.raises(SignatureMismatch):
        shared_secret.verify(headers, ("outro-segredo",))
    (event,) = events.parse((ROOT / name / "body").read_bytes())
    order_key, changed = EXPECTED[name]
    assert events.order_key(event) == order_key
    assert getattr(event, "changed", None) == changed
    assert events.from_payload(json.loads(json.dumps(events.to_payload(event)))) == event


def test_no_two_samples_are_one_event() -> None:
    found = [events.parse((ROOT / name / "body").read_bytes()) for name in EXPECTED]
    assert len({events.source_id(event) for (event,) in found}) == len(EXPECTED)


def test_an_event_holds_nothing_of_the_person() -> None:
    told = "".join(
        json.dumps(events.to_payload(event), ensure_ascii=False) + repr(event)
        for name in EXPECTED
        for event in events.parse((ROOT / name / "body").read_bytes())
    )
    for personal in ("João", "joao", "111.444", "98765", "8765", "EMPRESA", "Santos", "chave"):
        assert personal not in told
