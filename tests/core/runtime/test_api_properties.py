"""Whatever is asked of the REST API: an answer that its own document announces, and never a bug."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.runtime.office_api import ANA, CONTACT, ROW, Bench

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
LINK = {"tipo_entidade": "cliente", "entidade_id": ANA, "chatwoot_contact_id": CONTACT}
INTEGRATION = {"nome": "Atendimento", "ativo": True, "configuracao": {"api_key": "k" * 12, "account_id": 7}}


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """A good body with some of it left out, replaced or added to; or anything at all."""
    good = draw(st.sampled_from([LINK, INTEGRATION, None]))
    if good is None:
        return draw(json_values)
    body: dict[str, Any] = {key: value for key, value in good.items() if draw(st.booleans())}
    for key in draw(st.lists(st.sampled_from([*good, "outro"]), max_size=2)):
        body[key] = draw(json_values)
    return body


segments = st.text(min_size=1, max_size=12).filter(lambda text: "/" not in text)
tipos = st.sampled_from(["cliente", "parte_contraria", "terceiro"]) | segments
ids = st.integers(min_value=-3, max_value=2**64).map(str) | segments | st.just(ROW)
paths = st.one_of(
    st.builds("/sync/{}/{}".format, tipos, ids),
    st.builds("/sync/jobs/{}".format, ids),
    st.builds("/partes/{}/{}/vinculo".format, tipos, ids),
    st.sampled_from(["/vinculos", "/vinculos/previa", "/integracoes", "/conflitos", "/sugestoes"]),
    st.builds("/vinculos/{}/{}".format, tipos, ids),
    st.builds("/integracoes/{}".format, ids),
    st.builds("/integracoes/{}/teste".format, ids),
)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    path=paths,
    body=st.none() | bodies(),
    query=st.sampled_from(["", "cursor=", "cursor=abc", "cursor=%00", "x=1"]),
)
def test_whatever_is_asked_gets_an_answer_and_no_bug(
    bench: Bench, method: str, path: str, body: Any, query: str
) -> None:
    bench.queued.clear()
    answer = bench.call(
        method, path, None if body is None else json.dumps(body), query=query, content_type="application/json"
    )
    assert answer.status in (200, 201, 202, 204, 404, 409, 415, 422, 429, 502)
    if answer.status >= 400:
        assert answer.problem[0] == answer.status
    assert bench.bugs == []
    assert {queued.scope for queued in bench.queued} <= {"silva"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.text(max_size=60) | st.builds("Bearer {}.{}.{}".format, segments, segments, segments))
def test_no_made_up_token_gets_in_or_asks_anybody(bench: Bench, header: str) -> None:
    before = len(bench.asked)
    answer = bench.call("GET", "/conflitos", user="", authorization=header)
    assert answer.status == 401
    assert len(bench.asked) == before
    assert bench.bugs == []
