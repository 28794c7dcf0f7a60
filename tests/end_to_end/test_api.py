"""The REST API on the whole stack, each function under its own role: a user of the office works by HTTP alone."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.end_to_end.conftest import Sandbox, seeded_chat
from tests.end_to_end.conftest import scenario as customers
from tests.end_to_end.test_offices import SIGNS, scenario
from tests.end_to_end.test_people import OLD_ID, chats, told, wrote

pytestmark = pytest.mark.end_to_end
HOST = "abcdefghijklmnop.supabase.co"
ROW = "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d11"
SCOPES = {"3f0c6a52-7d1e-4b8a-9c35-1a2b3c4d5e01": ["sync", "admin"], "3f0c6a52-7d1e-4b8a-9c35-1a2b3c4d5e02": []}
ADMIN, NOBODY = SCOPES
PEOPLE = [
    {"id": 1842, "tipo_pessoa": "pf", "nome": "Maria Silva", "ddd_celular": "31", "numero_celular": "98765-4321"},
    {"id": 1843, "tipo_pessoa": "pf", "nome": "Ana Lima"},
]


def jwt(user: str, host: str = HOST) -> str:
    parts = ({"alg": "HS256"}, {"iss": f"https://{host}/auth/v1", "sub": user})
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"


class Api:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def __call__(
        self, method: str, path: str, body: Any = None, *, user: str = ADMIN, **headers: str
    ) -> httpx.Response:
        given = {"authorization": f"Bearer {jwt(user)}"} if user else {}
        url = f"{self.sandbox.gateway}{path}"
        return self.sandbox.http.request(method, url, json=body, headers=given | headers)

    def settled(self, job_id: str, seconds: float = 20) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job: dict[str, Any] = self("GET", f"/sync/jobs/{job_id}").json()
            if job["estado"] != "pending":
                return job
            time.sleep(0.1)
        raise AssertionError("the job is still pending")


@pytest.fixture
def api(running: Sandbox) -> Api:
    tree = scenario()
    tree["chatwoot"]["accounts"][0] |= {
        "webhooks": [{"id": 1, "secret": SIGNS, "subscriptions": ["contact_created", "contact_updated"]}],
        "contacts": [{"id": 51, "name": "aninha", "phone_number": "+5531911112222"}],
    }
    tenant = tree["zattar"]["tenants"][0]
    tenant["users"] = [
        {"auth_id": user, "token": jwt(user), "usuario_id": n, "scopes": scopes}
        for n, (user, scopes) in enumerate(SCOPES.items(), 1)
    ]
    tenant["tables"]["clientes"] = PEOPLE
    answer = running.put(tree)
    assert answer.status_code == 200, answer.text
    return Api(running)


def test_a_sync_by_hand_makes_the_contact_and_the_job_tells_of_it(api: Api) -> None:
    asked = api("POST", "/sync/cliente/1842")
    assert asked.status_code == 202, asked.text
    job = api.settled(asked.json()["job_id"])
    assert job["estado"] == "done", job
    vinculo = api("GET", "/partes/cliente/1842/vinculo")
    assert vinculo.status_code == 200, vinculo.text
    assert vinculo.json()["chatwoot_contact_id"] == job["chatwoot_contact_id"]
    assert vinculo.json()["sincronizado"] is True
    assert vinculo.json()["dados_sincronizados"]["telefone"] == "+5531987654321"
    before = [call for call in api.sandbox.journal("chatwoot") if call["method"] != "GET"]
    again = api("POST", "/sync/cliente/1842").json()["job_id"]
    assert api.settled(again)["estado"] == "done"
    writes = [call for call in api.sandbox.journal("chatwoot") if call["method"] != "GET"]
    assert [call["path"] for call in writes[len(before) :] if "filter" not in call["path"]] == []
    assert [api("POST", "/sync/cliente/1842").status_code for _ in range(4)] == [202, 202, 202, 429]
    assert int(api("POST", "/sync/cliente/1842").headers["retry-after"]) in range(1, 61)


def test_who_may_not_is_told_so_and_the_token_is_written_nowhere(api: Api) -> None:
    assert api("POST", "/sync/cliente/1842", user="").status_code == 401
    assert api("POST", "/sync/cliente/1842", user="somebody").status_code == 401
    refused = api("POST", "/sync/cliente/1842", user=NOBODY)
    assert (refused.status_code, refused.json()["erro"]["codigo"]) == (403, "FORBIDDEN")
    assert api("POST", "/sync/cliente/9", user=ADMIN).status_code == 404
    assert api("POST", "/sync/clientes/1842").json()["erro"]["campo"] == "tipo"
    assert api("GET", "/conflitos", user="", **{"accept-language": "en"}).json()["erro"]["mensagem"].startswith("Sign")
    asked = [call for call in api.sandbox.journal("supabase") if call["path"] == "/auth/v1/user"]
    assert {call["host"] for call in asked} == {HOST}
    assert len(asked) <= 4, "a yes is remembered"
    logs = "".join(path.read_text() for path in (api.sandbox.folder / "logs").iterdir())
    assert jwt(ADMIN) not in logs
    assert jwt(ADMIN).split(".")[1] not in logs


def test_a_link_by_hand_is_previewed_made_and_ended(api: Api) -> None:
    novo = {"tipo_entidade": "cliente", "entidade_id": 1843, "chatwoot_contact_id": 51}
    shown = api("POST", "/vinculos/previa", novo)
    assert shown.status_code == 200, shown.text
    assert {each["campo"]: each["resultado"] for each in shown.json()["mudancas"]} == {
        "nome": "ANA LIMA",
        "telefone": "+5531911112222",
    }
    assert api("GET", "/partes/cliente/1843/vinculo").status_code == 404
    assert api("POST", "/vinculos", novo).status_code == 201
    taken = api("POST", "/vinculos", {**novo, "entidade_id": 1842})
    assert (taken.status_code, taken.json()["erro"]["campo"]) == (409, "chatwoot_contact_id")
    api.sandbox.settle()
    assert api("GET", "/partes/cliente/1843/vinculo").json()["sincronizado"] is True
    ended = api("DELETE", "/vinculos/cliente/1843")
    assert (ended.status_code, ended.content) == (204, b"")
    assert api("GET", "/partes/cliente/1843/vinculo").status_code == 404
    assert api("GET", "/conflitos").json() == {"conflitos": [], "cursor": None}


def test_integrations_are_shown_masked_tested_and_changed(api: Api) -> None:
    (row,) = api("GET", "/integracoes").json()["integracoes"]
    assert (row["id"], row["em_uso"]) == (ROW, True)
    assert row["configuracao"]["api_key"] != "api-key-of-the-office"
    assert api("POST", f"/integracoes/{ROW}/teste").json()["ok"] is True
    changed = api("PUT", f"/integracoes/{ROW}", {**row, "configuracao": {"api_key": "a-key-that-is-wrong"}})
    assert changed.status_code == 200, changed.text
    assert api("POST", f"/integracoes/{ROW}/teste").json()["erro"]["codigo"] == "UNAUTHORIZED"
    assert api("GET", "/integracoes", user=NOBODY).status_code == 403


def test_the_document_is_served_to_everybody(api: Api) -> None:
    document = api("GET", "/openapi.json", user="")
    assert document.status_code == 200
    assert "/sync/{tipo}/{id}" in document.json()["paths"]


def signed(sandbox: Sandbox, method: str, path: str, body: Any = None) -> httpx.Response:
    """As a principal of the account asks, e.g. by `awscurl`."""
    environment = json.loads((sandbox.folder / "operator.json").read_text())["environment"]
    given = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    content = None if body is None else json.dumps(body)
    headers = {"content-type": "application/json"} if content else {}
    request = AWSRequest(method, f"{sandbox.gateway}{path}", headers, content)
    SigV4Auth(given, "execute-api", "sa-east-1").add_auth(request)
    return sandbox.http.request(method, request.url, content=content, headers=dict(request.headers))


def test_customers_are_merged_and_parted_by_signed_requests_alone(running: Sandbox) -> None:
    phone, bsuid = "5511900000001", "chat-of-the-bsuid"
    seeds = [seeded_chat(phone), seeded_chat(bsuid, user_id=OLD_ID, chat_id=1808, bitrix_user_id=586)]
    running.put(customers(chats=seeds))
    told(running, wrote("wamid.1", "de ambos", phone, OLD_ID))
    for headers in ({}, {"authorization": f"Bearer {jwt(ADMIN)}"}):
        answer = running.http.get(f"{running.gateway}/pessoas/sugestoes", headers=headers)
        assert answer.status_code in (401, 403)
        assert phone not in answer.text
    answer = signed(running, "GET", "/pessoas/sugestoes")
    assert answer.status_code == 200, answer.text
    (suggestion,) = answer.json()["sugestoes"]
    wanted = {"conflito": suggestion["conflito"], "fica": phone}
    preview = signed(running, "POST", "/pessoas/unioes/previa", wanted)
    assert preview.status_code == 200, preview.text
    assert preview.json()["impedimento"] is None
    made = signed(running, "POST", "/pessoas/unioes", wanted)
    assert made.status_code == 201, made.text
    assert made.json()["por"].startswith("iam:arn:aws:")
    told(running, wrote("wamid.2", "depois da união", user_id=OLD_ID))
    assert chats(running)[-1] == phone
    undone = signed(running, "POST", f"/pessoas/unioes/{made.json()['id']}/desfazer")
    assert undone.status_code == 200, undone.text
    told(running, wrote("wamid.3", "separados de novo", user_id=OLD_ID))
    assert chats(running)[-1] == bsuid
