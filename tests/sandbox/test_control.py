"""The control API as its interface states it, and the page's files."""

from typing import Any

import pytest

from sandbox.control import DrainState

from .conftest import MEMBER, Sandbox


def test_not_ready_before_the_first_scenario(new_sandbox: Any, scenario: dict[str, Any]) -> None:
    sandbox = new_sandbox()
    sandbox.providers.control._ready.clear()
    assert sandbox.control("GET", "/ready").status == 503
    assert sandbox.control("PUT", "/scenario", scenario).status == 200
    assert sandbox.control("GET", "/ready").status == 200


def test_a_put_scenario_resets_everything_and_can_be_read_back(
    sandbox: Sandbox, scenario: dict[str, Any], text_message: dict[str, Any]
) -> None:
    sandbox.graph(text_message)
    sandbox.control("POST", "/faults", [{"provider": "meta", "kind": "reset_before"}])
    scenario["timing"] = {"lease_s": 2}
    assert sandbox.control("PUT", "/scenario", scenario).status == 200
    assert sandbox.control("GET", "/journal").json() == []
    assert sandbox.control("GET", "/faults").json() == []
    assert sandbox.control("GET", "/scenario").json()["timing"]["lease_s"] == 2
    assert [one["timing"]["lease_s"] for one in sandbox.stack.resets] == [2]
    assert sandbox.graph(text_message).json()["messages"] == [{"id": "wamid.FIRST"}]


def test_what_get_shows_can_be_put_again(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    sandbox.graph(text_message)
    shown = sandbox.control("GET", "/scenario").json()
    assert shown["meta"]["wamids"] == []
    assert sandbox.control("PUT", "/scenario", shown).status == 200
    assert sandbox.control("GET", "/scenario").json() == shown


def test_a_refused_scenario_changes_nothing(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    before = sandbox.control("GET", "/scenario").json()
    sandbox.rest("app.info", {})
    scenario["bitrix24"]["portals"][0]["lines"][0]["foo"] = 1
    refused = sandbox.control("PUT", "/scenario", scenario)
    assert refused.status == 400
    assert refused.json() == {"error": "unknown key", "path": "bitrix24.portals[0].lines[0].foo"}
    assert sandbox.send("control", "PUT", "/scenario", b"{").json() == {"error": "not JSON", "path": ""}
    assert sandbox.control("GET", "/scenario").json() == before
    assert len(sandbox.journal.after()) == 1
    assert sandbox.stack.resets == []


def test_the_shown_scenario_takes_the_core_tables_word_for_portals(sandbox: Sandbox) -> None:
    sandbox.stack.live = {MEMBER: {"status": "reauth", "domain": "novo.bitrix24.com.br"}}
    portal = sandbox.control("GET", "/scenario").json()["bitrix24"]["portals"][0]
    assert (portal["status"], portal["domain"], portal["access_token"]) == (
        "reauth",
        "novo.bitrix24.com.br",
        "access-1",
    )


def test_drain_wants_two_quiet_looks_in_a_row(sandbox: Sandbox) -> None:
    quiet, busy = DrainState(True, {"WA_IN": {"visible": 0}}, 0), DrainState(False, {"WA_IN": {"visible": 1}}, 2)
    sandbox.stack.drain_states = [quiet, busy, quiet, quiet, busy]
    answer = sandbox.control("POST", "/drain", {"timeout_s": 5})
    assert answer.json() == {"quiet": True, "queues": {"WA_IN": {"visible": 0}}, "parked": [], "spilled": 0}
    assert sandbox.stack.drain_states == [busy]


def test_a_drain_that_runs_out_of_time_is_not_quiet(sandbox: Sandbox) -> None:
    sandbox.stack.drain_states = [DrainState(False, {"WA_IN": {"visible": 1}}, 2)]
    answer = sandbox.control("POST", "/drain", {"timeout_s": 0})
    assert (answer.status, answer.json()["quiet"], answer.json()["spilled"]) == (200, False, 2)
    assert sandbox.control("POST", "/drain", {"timeout_s": "x"}).json()["path"] == "timeout_s"


def test_a_schedule_is_started_and_an_unknown_one_refused(sandbox: Sandbox) -> None:
    assert sandbox.control("POST", "/run", {"schedule": "heal_gaps"}).status == 202
    assert sandbox.control("POST", "/run", {"schedule": "rm"}).json()["path"] == "schedule"
    assert sandbox.stack.schedules == ["heal_gaps"]


def test_a_trace_is_found_by_an_id_with_slashes(sandbox: Sandbox) -> None:
    assert sandbox.control("GET", "/trace/wamid.A%2FB%3D%3D").json()["status"] == "SENT"
    assert sandbox.control("GET", "/trace/wamid.A/B==").status == 200
    assert sandbox.control("GET", "/trace/unknown").status == 404
    assert sandbox.control("GET", "/parked").json() == []


@pytest.mark.parametrize("path", ["/faults", "/crash", "/run", "/play/customer", "/play/operator", "/play/rename"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"[" * 50_000], ids=repr)
def test_a_broken_body_is_400_with_error_and_path(sandbox: Sandbox, path: str, body: bytes) -> None:
    answer = sandbox.send("control", "POST", path, body)
    if path in ("/faults", "/crash") and body == b"[]":
        assert answer.status == 200
    else:
        assert (answer.status, set(answer.json())) == (400, {"error", "path"})


def test_unknown_routes_are_404_and_wrong_methods_405(sandbox: Sandbox) -> None:
    assert sandbox.control("GET", "/nothing").status == 404
    assert sandbox.control("DELETE", "/scenario").status == 405


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}, {"origin": "null"}], ids=str
)
def test_pages_of_other_origins_cannot_drive_the_sandbox(sandbox: Sandbox, headers: dict[str, str]) -> None:
    assert sandbox.send("control", "GET", "/scenario", None, headers).status == 403


def test_the_playground_is_served_with_a_content_security_policy(sandbox: Sandbox) -> None:
    page = sandbox.send("playground", "GET", "/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert sandbox.send("playground", "GET", "/play/state").status == 200


@pytest.mark.parametrize("path", ["/../control.py", "/%2e%2e/control.py", "/..%2fcontrol.py", "//etc/passwd", "/%00"])
def test_nothing_outside_the_playgrounds_folder_is_served(sandbox: Sandbox, path: str) -> None:
    assert sandbox.send("playground", "GET", path).status == 404
