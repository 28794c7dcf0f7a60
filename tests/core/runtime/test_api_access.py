"""Who gets into the REST API: the office's own Supabase says whose token it is and what they may do."""

from base64 import urlsafe_b64encode

import pytest

from ponte.runtime.api_access import CACHE_MS
from tests.core.runtime.office_api import HOSTS, LINKED, OTHER, TENANT, Bench, auth_id, jwt

PATH = f"/partes/cliente/{LINKED}/vinculo"
TOKEN = jwt(TENANT, auth_id(TENANT, "admin"))
WHOSE = ("GET", HOSTS[TENANT], "/auth/v1/user")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_user_with_the_scope_gets_in_by_the_word_of_their_own_project(bench: Bench) -> None:
    assert bench.call("GET", PATH, user="sync").status == 200
    assert bench.asked == [WHOSE]


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer no-jwt",
        "Basic " + TOKEN,
        TOKEN,
        "Bearer " + TOKEN + "x" * 9000,
        "Bearer a." + encoded("[]") + ".c",
        "Bearer a." + encoded('{"iss": 5, "sub": "x"}') + ".c",
        "Bearer a." + encoded('{"iss": "https://silva.supabase.co/auth/v1"}') + ".c",
        "Bearer a." + encoded('{"iss": "https://evil.example/auth/v1", "sub": "x"}') + ".c",
        "Bearer a." + encoded('{"iss": "http://silva.supabase.co/auth/v1", "sub": "x"}') + ".c",
        "Bearer a." + encoded('{"iss": "https://silva.supabase.co:81/auth/v1", "sub": "x"}') + ".c",
        "Bearer a." + encoded('{"iss": "https://nobody.supabase.co/auth/v1", "sub": "x"}') + ".c",
        "Bearer a." + encoded("[" * 5000) + ".c",
        "Bearer \u00e9.\u00e9.\u00e9",
    ],
)
def test_what_is_no_token_of_an_office_of_ours_is_refused_without_asking_anybody(bench: Bench, header: str) -> None:
    answer = bench.call("GET", PATH, user="", authorization=header)
    assert answer.problem == (401, "UNAUTHENTICATED", "")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert bench.asked == []


def test_a_token_that_the_project_does_not_know_is_refused(bench: Bench) -> None:
    assert bench.call("GET", PATH, user="stranger").problem == (401, "UNAUTHENTICATED", "")
    assert bench.asked == [WHOSE]


def test_a_token_that_names_somebody_else_than_the_project_does_is_refused(bench: Bench) -> None:
    token = jwt(TENANT, auth_id(TENANT, "admin"), jti="copied")
    bench.world.offices[0].config["users"][3]["token"] = token
    assert bench.call("GET", PATH, user="", authorization=f"Bearer {token}").status == 401


def test_a_guest_of_the_project_is_nobody(bench: Bench) -> None:
    real = bench.fakes[HOSTS[TENANT]]

    def guest(call: object, **more: bool) -> object:
        reply = real(call, **more)  # type: ignore[arg-type]
        return type(reply)(200, reply.body.replace(b'{"id"', b'{"is_anonymous": true, "id"'), reply.headers)

    bench.fakes[HOSTS[TENANT]] = guest  # type: ignore[assignment]
    assert bench.call("GET", PATH).status == 401


def test_without_the_scope_nobody_gets_further(bench: Bench) -> None:
    for user in ("nobody", "admin_only"):
        assert bench.call("GET", PATH, user=user).problem == (403, "FORBIDDEN", "")
    assert bench.call("GET", "/conflitos", user="sync").status == 403


def test_an_offices_user_sees_nothing_of_another_office(bench: Bench) -> None:
    assert bench.call("GET", PATH, tenant=OTHER).problem == (404, "NOT_FOUND", "id")
    assert bench.call("GET", PATH, tenant=TENANT).status == 200


def test_a_yes_is_kept_for_a_minute_and_a_no_never(bench: Bench) -> None:
    bench.call("GET", PATH)
    bench.clock.now += CACHE_MS - 1
    bench.call("GET", PATH)
    assert len(bench.asked) == 1
    bench.world.offices[0].config["users"].clear()
    bench.clock.now += 1
    assert bench.call("GET", PATH).status == 401
    assert bench.call("GET", PATH).status == 401
    assert len(bench.asked) == 3


def test_while_supabase_is_away_nobody_is_told_that_they_are_not_signed_in(bench: Bench) -> None:
    bench.down.add(HOSTS[TENANT])
    answer = bench.call("GET", PATH)
    assert answer.problem == (503, "API_UNAVAILABLE", "")
    assert int(answer.headers["retry-after"]) > 0


def test_no_token_is_written_anywhere(bench: Bench) -> None:
    for user in ("admin", "stranger", "nobody"):
        bench.call("GET", PATH, user=user)
    signature = jwt(TENANT, "x").split(".")[2]
    assert bench.notes
    assert not [note for note in bench.notes if signature in note or "eyJ" in note or auth_id(TENANT, "admin") in note]
