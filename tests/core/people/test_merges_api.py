"""/pessoas: the desk of merges over HTTP, for whoever signs as a principal of the account, and for nobody else."""

import json
from typing import Any

import pytest

from ponte.runtime.api_composition import make_people_api
from ponte.runtime.settings import read
from tests.core.people.handmade import M13
from tests.core.people.test_merging import Office

ARN = "arn:aws:sts::123456789012:assumed-role/Operators/maria"


class Api:
    def __init__(self) -> None:
        self.office = Office()
        self.bugs: list[BaseException] = []
        bug = lambda _flow, error, *_a: self.bugs.append(error)  # noqa: E731
        self.api = make_people_api(self.office.desk, lambda *_a, **_k: None, bug, read({}))

    def __call__(
        self, method: str, path: str, body: Any = None, iam: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        context: dict[str, Any] = {"http": {"method": method, "path": path}, "stage": "$default"}
        context["authorizer"] = {"iam": {"userArn": ARN}} if iam is None else iam
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"content-type": "application/json"} | headers,
            "requestContext": context,
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        answer = self.api(event, None)
        return answer["statusCode"], json.loads(answer["body"])

    def state(self) -> list[Any]:
        return [self.office.table.items(), self.office.audit.items()]


@pytest.fixture
def api() -> Api:
    return Api()


ROUTES = [
    ("GET", "/pessoas/conflitos", None),
    ("GET", "/pessoas/sugestoes", None),
    ("GET", "/pessoas/unioes", None),
    ("POST", "/pessoas/unioes", {"conflito": "x"}),
    ("POST", "/pessoas/unioes/previa", {"conflito": "x"}),
    ("POST", "/pessoas/unioes/x/desfazer", None),
    ("POST", "/pessoas/conflitos/x/separar", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
@pytest.mark.parametrize(
    "authorizer",
    [{}, {"iam": {}}, {"iam": {"userArn": ""}}, {"iam": {"userArn": 1}}, {"jwt": {"claims": {}}}],
)
def test_who_did_not_sign_gets_nowhere(api: Api, method: str, path: str, body: Any, authorizer: Any) -> None:
    before = api.state()
    status, answer = api(method, path, body, authorizer, authorization="Bearer a.b.c")
    assert (status, answer["erro"]["codigo"]) == (401, "UNAUTHENTICATED")
    assert api.state() == before


def test_a_suggestion_is_previewed_merged_and_taken_back(api: Api) -> None:
    office = api.office
    case = office.clash()
    (conflict,) = api("GET", "/pessoas/conflitos")[1]["conflitos"]
    assert (conflict["id"], conflict["tipo"], set(conflict["pessoas"])) == (case, "alias", {office.phone, office.bsuid})
    (suggestion,) = api("GET", "/pessoas/sugestoes")[1]["sugestoes"]
    assert (suggestion["fica"], suggestion["absorvida"]) == (office.phone, office.bsuid)
    before = api.state()
    status, preview = api("POST", "/pessoas/unioes/previa", {"conflito": case})
    assert (status, preview["fica"]["pessoa"], preview["impedimento"]) == (200, office.phone, None)
    assert [each["chat_id"] for each in preview["seguem"]] == [f"chat-pn1-{office.phone}"]
    assert [each["chat_id"] for each in preview["so_respostas"]] == [f"chat-pn1-{office.bsuid}"]
    assert M13 not in json.dumps(preview)
    assert api.state() == before, "a preview changes nothing"
    facts = office.facts()
    status, made = api("POST", "/pessoas/unioes", {"conflito": case})
    assert (status, made["fica"], made["por"]) == (201, office.phone, f"iam:{ARN}")
    assert api("GET", "/pessoas/sugestoes")[1] == {"sugestoes": []}
    assert [each["id"] for each in api("GET", "/pessoas/unioes")[1]["unioes"]] == [made["id"]]
    status, undone = api("POST", f"/pessoas/unioes/{made['id']}/desfazer")
    assert (status, undone["desfeita_por"]) == (200, f"iam:{ARN}")
    assert office.facts() == facts
    assert api("GET", "/pessoas/conflitos")[1]["conflitos"][0]["id"] == case
    status, again = api("POST", f"/pessoas/unioes/{made['id']}/desfazer")
    assert (status, again["erro"]["mensagem"]) == (409, "Esta união já foi desfeita.")


def test_who_stays_can_be_chosen_and_two_people_named(api: Api) -> None:
    office = api.office
    case = office.clash()
    status, preview = api("POST", "/pessoas/unioes/previa", {"conflito": case, "fica": office.bsuid})
    assert (status, preview["fica"]["pessoa"], preview["absorvida"]["pessoa"]) == (200, office.bsuid, office.phone)
    status, made = api("POST", "/pessoas/unioes", {"fica": office.bsuid, "absorvida": office.phone})
    assert (status, made["fica"]) == (201, office.bsuid)
    status, same = api("POST", "/pessoas/unioes", {"fica": office.bsuid, "absorvida": office.phone})
    assert (status, same["erro"]["codigo"]) == (409, "CONFLICT")
    assert api("POST", "/pessoas/unioes/previa", {"fica": office.bsuid, "absorvida": office.phone})[1]["impedimento"]


def test_different_people_are_kept_apart_once(api: Api) -> None:
    case = api.office.clash()
    assert api("POST", f"/pessoas/conflitos/{case}/separar") == (200, {"id": case, "estado": "separado"})
    assert api("GET", "/pessoas/conflitos")[1] == {"conflitos": []}
    assert api("POST", f"/pessoas/conflitos/{case}/separar")[0] == 404


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, (422, "fica")),
        ({"fica": "nobody"}, (422, "absorvida")),
        ({"absorvida": "nobody"}, (422, "fica")),
        ({"fica": "nobody", "absorvida": "nobody"}, (404, "fica")),
        ({"conflito": "nobody"}, (404, "conflito")),
        ({"conflito": "nobody", "absorvida": "x"}, (422, "absorvida")),
        ({"conflito": "a b"}, (422, "conflito")),
        ({"conflito": "x", "mais": 1}, (422, "mais")),
    ],
)
def test_what_names_nobody_is_refused_by_field(api: Api, body: dict[str, str], problem: tuple[int, str]) -> None:
    for path in ("/pessoas/unioes", "/pessoas/unioes/previa"):
        status, answer = api("POST", path, body)
        assert (status, answer["erro"].get("campo")) == problem


def test_sentences_come_in_english_too(api: Api) -> None:
    answer = api("POST", "/pessoas/unioes/nobody/desfazer", **{"accept-language": "en"})
    assert answer[1]["erro"]["mensagem"] == "There is no open case, merge or person with this id (any more)."
    assert api.bugs == []


def test_its_document_lists_every_route(api: Api) -> None:
    paths = api("GET", "/pessoas/openapi.json")[1]["paths"]
    assert {f"{method.upper()} {path}" for path, item in paths.items() for method in item} == {
        f"{method} {path.replace('/x/', '/{id}/')}" for method, path, _ in ROUTES
    }
