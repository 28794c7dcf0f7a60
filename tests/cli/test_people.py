"""`ponte people` over emulated AWS: what it lists, shows, merges and takes back."""

from typing import Any

import pytest

from cli.main import run
from ponte.mappings import MemberId, Number, PhoneNumberId
from ponte.people.callers import caller
from ponte.runtime import wiring
from ponte.storage.directory import NUMBER_RATE, PAIR_RATE
from tests.cli.conftest import Run

NUMBER = Number(
    PhoneNumberId("106540352242922"), "1022", "+55 11 5078-3881", MemberId("m1"), "ponte", 7, NUMBER_RATE, PAIR_RATE
)
PHONE, BSUID = "5531988776655", "BR.20558713390021774410"


def clash() -> tuple[str, str]:
    """Two people, and a message with addresses of both: (who has the phone, who has the BSUID)."""
    means = wiring.means()
    means.directory.save_number(NUMBER)
    found = []
    for at, (wa_id, user_id) in enumerate([(PHONE, ""), ("", BSUID), (PHONE, BSUID)]):
        resolved = means.conversations.resolve(NUMBER, caller(wa_id, user_id, "", "Maria"), 1_000 + at, f"event {at}")
        means.conversations.save(resolved.conversation, chat_id=str(1800 + at))
        found.append(str(resolved.conversation.person))
    return found[0], found[1]


def only(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (row,) = answer[name]
    return dict(row)


def test_a_clash_is_listed_and_suggested_without_an_address(ponte: Run) -> None:
    phone, bsuid = clash()
    status, answer = ponte("people", "conflicts")
    conflict = only(answer, "conflicts")
    assert status == 0
    assert (conflict["kind"], conflict["events"], conflict["delivered_to"]) == ("alias", 1, bsuid)
    suggestion = only(ponte("people", "suggestions")[1], "suggestions")
    assert (suggestion["survivor"], suggestion["absorbed"], suggestion["likely"]) == (phone, bsuid, True)
    assert suggestion["id"] == conflict["id"]
    assert PHONE not in str((answer, suggestion))


def test_a_preview_shows_who_and_which_chats_and_merges_nobody(ponte: Run) -> None:
    phone, bsuid = clash()
    case = only(ponte("people", "conflicts")[1], "conflicts")["id"]
    status, shown = ponte("people", "merge", case, "--preview")
    assert (status, shown["survivor"]["person"], shown["absorbed"]["person"]) == (0, phone, bsuid)
    assert [each["chat_id"] for each in shown["chats_going_on"]] == ["1800"]
    assert [each["chat_id"] for each in shown["chats_for_answers_only"]] == ["1802"]
    assert shown["survivor"]["aliases"] == [{"kind": "phone", "value": "5531…655"}]
    assert BSUID not in str(shown)
    assert ponte("people", "merges")[1] == {"merges": []}


def test_a_merge_is_listed_can_be_undone_and_opens_its_case_again(ponte: Run) -> None:
    phone, bsuid = clash()
    case = only(ponte("people", "conflicts")[1], "conflicts")["id"]
    status, made = ponte("people", "merge", case, "--yes")
    assert (status, made["survivor"], made["absorbed"], made["undone_at"]) == (0, phone, bsuid, None)
    assert made["by"].startswith("cli:")
    assert ponte("people", "suggestions")[1] == {"suggestions": []}
    status, undone = ponte("people", "undo", made["id"], "--yes")
    assert status == 0
    assert undone["undone_at"] is not None
    assert only(ponte("people", "conflicts")[1], "conflicts")["id"] == case
    assert ponte("people", "undo", made["id"], "--yes") == (
        1,
        {"error": "undone", "sentence": "Esta união já foi desfeita."},
    )


def test_the_person_who_stays_can_be_chosen(ponte: Run) -> None:
    _, bsuid = clash()
    case = only(ponte("people", "conflicts")[1], "conflicts")["id"]
    assert ponte("people", "merge", case, "--keep", "somebody", "--yes")[0] == 2
    assert ponte("people", "merge", case, "--keep", bsuid, "--yes")[1]["survivor"] == bsuid


def test_two_people_are_merged_by_their_ids(ponte: Run) -> None:
    phone, bsuid = clash()
    assert ponte("people", "merge", bsuid, phone, "--yes")[1]["survivor"] == bsuid
    assert ponte("people", "merge", phone, bsuid, "--yes") == (
        1,
        {"error": "same", "sentence": "As duas já são uma só pessoa."},
    )


def test_people_kept_apart_leave_the_list(ponte: Run) -> None:
    clash()
    case = only(ponte("people", "conflicts")[1], "conflicts")["id"]
    assert ponte("people", "apart", case, "--yes") == (0, {"id": case, "state": "apart"})
    assert ponte("people", "conflicts")[1] == {"conflicts": []}
    assert ponte("people", "apart", case, "--yes")[0] == 1


@pytest.mark.parametrize(
    ("command", "status", "error"),
    [
        (["merge", "nothing", "--yes"], 1, "not_found"),
        (["merge", "nobody", "noone", "--yes"], 1, "not_found"),
        (["undo", "nothing", "--yes"], 1, "not_found"),
        (["merge", "a", "b", "c", "--yes"], 2, "usage"),
        (["undo", "nothing"], 2, "usage"),
        (["apart", "nothing"], 2, "usage"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else None,
)
def test_what_cannot_be_done_is_said(ponte: Run, command: list[str], status: int, error: str) -> None:
    clash()
    found = ponte("people", *command)
    assert (found[0], found[1]["error"]) == (status, error)


def test_a_merge_that_is_not_confirmed_changes_nothing(ponte: Run) -> None:
    clash()
    case = only(ponte("people", "conflicts")[1], "conflicts")["id"]
    assert ponte("people", "merge", case)[0] == 2
    assert ponte("people", "merges")[1] == {"merges": []}


def test_the_human_form_says_the_same_in_portuguese(
    ponte: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    clash()
    case = only(ponte("people", "conflicts")[1], "conflicts")["id"]
    for command, words in {
        "people conflicts": ("endereços de pessoas diferentes", case),
        "people suggestions": ("provável", case),
        f"people merge {case} --preview": ("Fica:", "telefone", "5531…655", "só respostas"),
        f"people merge {case} --yes": ("Unidas.", "ponte people undo"),
        "people merges": ("feita", "cli:"),
    }.items():
        assert run([*command.split(), "--sandbox"]) == 0
        printed = capsys.readouterr().out
        assert all(word in printed for word in words), printed
        assert BSUID not in printed
