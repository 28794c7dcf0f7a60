"""The gateway to the providers: routing by host, journal, faults, crashes, and servers in a fake's place."""

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox import egress
from sandbox.egress import provider_of
from sandbox.server import Answer, HttpServer, NoAnswer, Request

from .conftest import DOMAIN, MARIA, NUMBER, Sandbox, small_scenario

DROPPED = (http.client.HTTPException, OSError)


def fault(sandbox: Sandbox, **fields: Any) -> None:
    assert sandbox.control("POST", "/faults", [fields]).status == 200


def last(sandbox: Sandbox) -> tuple[Any, Any]:
    entry = sandbox.journal.after()[-1]
    return entry["status"], entry["took_effect"]


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("graph.facebook.com", "meta"),
        ("lookaside.fbsbx.com", "meta"),
        ("contoso.bitrix24.com.br", "bitrix24"),
        ("Contoso.Bitrix24.DE:443", "bitrix24"),
        ("oauth.bitrix.info", "oauth"),
        ("oauth.bitrix24.tech", "oauth"),
        ("bitrix24.com", "egress"),
        ("contoso.bitrix24.attacker.com", "egress"),
        ("graph.facebook.com.attacker.com", "egress"),
        ("169.254.169.254", "egress"),
        ("", "egress"),
    ],
)
def test_the_host_names_the_provider(host: str, provider: str) -> None:
    assert provider_of(host) == provider


def test_the_journal_tells_what_was_asked_of_whom(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    sandbox.graph(text_message, path=f"/v26.0/{NUMBER}/messages?x=1")
    (entry,) = sandbox.control("GET", "/journal").json()
    assert (entry["n"], entry["provider"], entry["method"]) == (1, "meta", "POST")
    assert (entry["host"], entry["path"]) == ("graph.facebook.com", f"/v26.0/{NUMBER}/messages")
    assert (entry["query"], entry["body"], entry["status"]) == ("x=1", text_message, 200)
    assert entry["headers"]["authorization"] == "Bearer graph-token"
    assert not [name for name in entry["headers"] if name.startswith(("x-ponte", "x-forwarded"))]
    assert entry["function"] == "ponte-OnBitrix24Event-X"


def test_the_journal_is_read_by_provider_and_from_a_place_on(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    sandbox.graph(text_message)
    sandbox.rest("app.info", {})
    sandbox.rest("scope", {})
    assert [one["n"] for one in sandbox.control("GET", "/journal?provider=bitrix24").json()] == [2, 3]
    assert [one["n"] for one in sandbox.control("GET", "/journal?provider=bitrix24&after=2").json()] == [3]
    assert sandbox.control("GET", "/journal?provider=nobody").json()["path"] == "provider"
    assert sandbox.control("GET", "/journal?after=x").json()["path"] == "after"


def test_a_call_to_any_other_host_goes_nowhere_and_is_written_down(sandbox: Sandbox) -> None:
    assert sandbox.call("attacker.example", "GET", "/x").status == 502
    told = {"host": "169.254.169.254", "path": "/latest", "function": "OnBitrix24Event"}
    assert sandbox.send("egress", "POST", "/_refused", told).status == 200
    seen = sandbox.control("GET", "/journal?provider=egress").json()
    assert [(one["host"], one["refused"], one["took_effect"]) for one in seen] == [
        ("attacker.example", False, False),
        ("169.254.169.254", True, False),
    ]


def test_a_call_on_a_fakes_own_port_is_the_same_and_stands_in_the_same_journal(
    sandbox: Sandbox, text_message: dict[str, Any]
) -> None:
    bearer = {"authorization": "Bearer graph-token"}
    assert sandbox.send("meta", "POST", f"/v26.0/{NUMBER}/messages", text_message, bearer).status == 200
    assert sandbox.send("bitrix24", "POST", "/rest/app.info.json", {"auth": "access-1"}).status == 200
    assert sandbox.send("oauth", "GET", "/rest/app.info?auth=access-1").status == 200
    assert [one["provider"] for one in sandbox.journal.after()] == ["meta", "bitrix24", "oauth"]


# --- faults


def test_a_status_fault_answers_in_the_providers_place_as_often_as_it_says(
    sandbox: Sandbox, text_message: dict[str, Any]
) -> None:
    body = {"error": {"code": 131056, "message": "pair rate"}}
    fault(sandbox, provider="meta", kind="status", status=400, body=body, times=2, match={"path": "/messages"})
    answers = [sandbox.graph(text_message) for _ in range(3)]
    assert [one.status for one in answers] == [400, 400, 200]
    assert answers[0].json() == body
    assert [one["took_effect"] for one in sandbox.journal.after()] == [False, False, True]
    assert len(sandbox.world.phones.phones[0].messages) == 1


@pytest.mark.parametrize(
    ("provider", "status", "code"),
    [
        ("bitrix24", 503, "QUERY_LIMIT_EXCEEDED"),
        ("bitrix24", 401, "expired_token"),
        ("bitrix24", 500, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_without_a_body_a_status_fault_says_what_the_provider_says_then(
    sandbox: Sandbox, provider: str, status: int, code: str
) -> None:
    fault(sandbox, provider=provider, kind="status", status=status)
    answer = sandbox.rest("app.info", {})
    assert (answer.status, answer.json()["error"]) == (status, code)


def test_an_html_fault_is_a_gateways_page(sandbox: Sandbox) -> None:
    fault(sandbox, provider="bitrix24", kind="html", status=503)
    answer = sandbox.rest("app.info", {})
    assert (answer.status, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")


def test_faults_match_by_path_and_body_and_leave_other_calls_alone(
    sandbox: Sandbox, text_message: dict[str, Any]
) -> None:
    match = {"path": "/messages", "body_contains": "ação"}
    fault(sandbox, provider="meta", kind="status", status=500, match=match)
    assert sandbox.graph(text_message).status == 200
    escaped = json.dumps({**text_message, "text": {"body": "uma ação"}}).encode()
    assert b"\\u00e7" in escaped
    assert sandbox.graph(escaped).status == 500


def test_reset_before_closes_without_effect(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    fault(sandbox, provider="meta", kind="reset_before")
    with pytest.raises(DROPPED):
        sandbox.graph(text_message)
    assert last(sandbox) == (None, False)
    assert sandbox.world.phones.phones[0].messages == []


def test_timeout_after_effect_does_it_and_never_answers(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    fault(sandbox, provider="meta", kind="timeout_after_effect", delay_ms=20)
    with pytest.raises(DROPPED):
        sandbox.graph(text_message)
    assert last(sandbox) == (None, True)
    assert len(sandbox.world.phones.phones[0].messages) == 1


def test_a_delayed_call_has_its_effect_and_its_answer(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    fault(sandbox, provider="meta", kind="delay", delay_ms=1)
    assert sandbox.graph(text_message).status == 200
    assert last(sandbox) == (200, True)


def test_partial_fails_the_last_item_of_a_send_and_the_last_command_of_a_batch(sandbox: Sandbox) -> None:
    fault(sandbox, provider="bitrix24", kind="partial", times=2)
    user, chat = {"id": MARIA}, {"id": MARIA}
    messages = [{"user": user, "message": {"id": name, "text": name}, "chat": chat} for name in ("a", "b")]
    sandbox.rest("app.info", {})
    sent = sandbox.rest("imconnector.send.messages", {"CONNECTOR": "ponte_whatsapp", "LINE": 107, "MESSAGES": messages})
    assert sent.json()["result"]["SUCCESS"] is True
    assert [one["SUCCESS"] for one in sent.json()["result"]["DATA"]["RESULT"]] == [True, False]
    batch = sandbox.rest("batch", {"cmd": {"one": "app.info", "two": "scope"}}).json()["result"]
    assert (list(batch["result"]), list(batch["result_error"])) == (["one"], ["two"])


def test_a_partial_failure_of_the_only_item_took_no_effect(sandbox: Sandbox) -> None:
    fault(sandbox, provider="bitrix24", kind="partial")
    message = {"user": {"id": MARIA}, "message": {"id": "a", "text": "a"}, "chat": {"id": MARIA}}
    params = {"CONNECTOR": "ponte_whatsapp", "LINE": 107, "MESSAGES": [message]}
    sandbox.rest("imconnector.send.messages", params)
    assert last(sandbox) == (200, False)


def test_deleted_faults_and_crashes_do_nothing_any_more(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    fault(sandbox, provider="meta", kind="reset_before", times=9)
    crash = {"function": "on_bitrix24_event", "provider": "meta", "when": "before_call"}
    assert sandbox.control("POST", "/crash", crash).status == 200
    assert len(sandbox.control("GET", "/faults").json()) == 1
    assert sandbox.control("DELETE", "/faults").json() == []
    assert sandbox.graph(text_message).status == 200


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"provider": "nobody", "kind": "delay"}, "[0].provider"),
        ({"provider": "meta", "kind": "explode"}, "[0].kind"),
        ({"provider": "meta", "kind": "partial"}, "[0].kind"),
        ({"provider": "meta", "kind": "delay", "times": 0}, "[0].times"),
        ({"provider": "meta", "kind": "delay", "match": {"url": "x"}}, "[0].match.url"),
        ({"provider": "meta", "kind": "delay", "extra": 1}, "[0].extra"),
        ("x", "[0]"),
    ],
)
def test_a_bad_fault_is_refused_and_none_of_its_list_is_kept(sandbox: Sandbox, body: Any, path: str) -> None:
    answer = sandbox.control("POST", "/faults", [body, {"provider": "meta", "kind": "delay"}])
    assert (answer.status, answer.json()["path"]) == (400, path)
    assert sandbox.control("GET", "/faults").json() == []


# --- crashes


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A process that may die in the tests' place of a function's."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(("when", "calls"), [("before_call", 0), ("after_call", 1)])
def test_a_crash_ends_the_calling_process_before_or_after_the_effect(
    sandbox: Sandbox, text_message: dict[str, Any], worker: subprocess.Popen[bytes], when: str, calls: int
) -> None:
    crash = {"function": "on_bitrix24_event", "provider": "meta", "when": when}
    sandbox.control("POST", "/crash", crash)
    headers = {"authorization": "Bearer graph-token", "x-ponte-pid": str(worker.pid)}
    with pytest.raises(DROPPED):
        sandbox.call("graph.facebook.com", "POST", f"/v26.0/{NUMBER}/messages", text_message, headers)
    assert worker.wait(10) == -9
    assert len(sandbox.journal.after()) == len(sandbox.world.phones.phones[0].messages) == calls
    assert sandbox.graph(text_message).status == 200


def test_a_crash_of_another_function_or_provider_does_not_happen(
    sandbox: Sandbox, text_message: dict[str, Any]
) -> None:
    crash = {"function": "on_whatsapp_event", "provider": "meta", "when": "before_call"}
    sandbox.control("POST", "/crash", crash)
    sandbox.control("POST", "/crash", {**crash, "function": "on_bitrix24_event", "provider": "oauth"})
    assert sandbox.graph(text_message).status == 200


@pytest.mark.parametrize(
    "pid", [-1, 0, 1, os.getpid(), os.getppid()], ids=["group", "own group", "init", "own", "parent"]
)
def test_only_a_functions_process_can_be_killed(monkeypatch: pytest.MonkeyPatch, pid: int) -> None:
    killed: list[int] = []
    monkeypatch.setattr("os.kill", lambda pid, _signal: killed.append(pid))
    egress.kill(pid)
    assert killed == []


def test_a_bad_crash_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.control("POST", "/crash", {"function": "x", "provider": "meta", "when": "sometimes"})
    assert (answer.status, answer.json()["path"]) == (400, "when")


# --- generations


def test_a_call_that_arrives_while_the_scenario_changes_has_no_effect(
    sandbox: Sandbox, scenario: dict[str, Any], text_message: dict[str, Any]
) -> None:
    dropped: list[bool] = []

    def call() -> None:
        try:
            sandbox.graph(text_message)
        except DROPPED:
            dropped.append(True)

    sandbox.stack.during_reset = call
    sandbox.providers.put(scenario)
    assert dropped == [True]
    assert sandbox.journal.after() == []


# --- another server in a fake's place


class Elsewhere:
    """Another team's fake: answers what it is told to and remembers who asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Answer | NoAnswer = Answer(302, b"moved", {"location": "https://novo.bitrix24.com.br/x"})
        self.server = HttpServer("elsewhere", 0, self._take)

    def _take(self, request: Request) -> Answer | NoAnswer:
        self.requests.append(request)
        return self.answer


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    one = Elsewhere()
    one.server.start()
    yield one
    one.server.stop()


def test_a_replaced_provider_gets_the_call_with_its_original_host(
    new_sandbox: Callable[..., Sandbox], elsewhere: Elsewhere
) -> None:
    sandbox = new_sandbox(bitrix24=f"{elsewhere.server.url}/base")
    answer = sandbox.call(DOMAIN, "POST", "/rest/app.info.json?x=1", {"a": 1})
    assert (answer.status, answer.body) == (302, b"moved")
    assert answer.headers["location"] == "https://novo.bitrix24.com.br/x"
    (request,) = elsewhere.requests
    assert (request.path, request.query, request.body) == ("/base/rest/app.info.json", "x=1", b'{"a": 1}')
    assert request.headers["x-forwarded-host"] == DOMAIN
    assert "x-ponte-function" not in request.headers
    assert last(sandbox) == (302, None)


OFFICE = {
    "tenant": "escritorio",
    "supabase_host": "escritorio.supabase.co",
    "service_key": "service-key",
    "webhook_secret": "database-secret",
    "users": [{"auth_id": "u-1", "token": "token-da-ana", "usuario_id": 1, "scopes": ["sync"]}],
}


@pytest.mark.parametrize(
    ("told", "token", "scopes"),
    [
        ({"id": "u-1"}, "token-da-ana", ["sync"]),
        ({"id": "u-1", "app_metadata": {"provider": "email"}}, "token-da-ana", ["sync"]),
        ({"id": "u-1", "app_metadata": {"scopes": ["admin"]}}, "token-da-ana", ["admin"]),
        ({"id": "u-1", "app_metadata": {"scopes": []}}, "token-da-ana", []),
        ({"id": "u-2"}, "another-token", None),
        ([], "token-da-ana", None),
    ],
)
def test_where_a_replaced_supabase_tells_of_no_scopes_the_scenarios_count(
    new_sandbox: Callable[..., Sandbox], elsewhere: Elsewhere, told: Any, token: str, scopes: list[str] | None
) -> None:
    sandbox = new_sandbox(supabase=elsewhere.server.url)
    sandbox.providers.put({**small_scenario(), "chatwoot": {"accounts": []}, "zattar": {"tenants": [OFFICE]}})
    elsewhere.answer = Answer(200, json.dumps(told).encode(), {"content-type": "application/json"})
    headers = {"authorization": f"Bearer {token}"}
    answer = sandbox.call("escritorio.supabase.co", "GET", "/auth/v1/user", None, headers).json()
    if scopes is None:
        assert answer == told
    else:
        assert answer["app_metadata"]["scopes"] == scopes
    elsewhere.answer = Answer(401, b"{}", {})
    assert sandbox.call("escritorio.supabase.co", "GET", "/auth/v1/user", None, headers).body == b"{}"


def test_a_replaced_provider_that_is_silent_drops_the_call(
    new_sandbox: Callable[..., Sandbox], elsewhere: Elsewhere
) -> None:
    sandbox = new_sandbox(meta=elsewhere.server.url)
    elsewhere.answer = NoAnswer()
    with pytest.raises(DROPPED):
        sandbox.call("graph.facebook.com", "GET", "/v26.0/1")
    assert last(sandbox) == (None, None)


def test_parallel_calls_are_numbered_without_gaps(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    threads = [threading.Thread(target=sandbox.graph, args=(text_message,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry["n"] for entry in sandbox.journal.after()] == list(range(1, 13))
    wamids = [message.id for message in sandbox.world.phones.phones[0].messages]
    assert len(set(wamids)) == 12
