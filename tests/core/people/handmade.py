"""Cases made by hand: what comes in, in order, and who it truly is. (payload, seconds, truth, number)."""

from tests.core.people.world import DAY, ONE, Payload, card, changed, number, receipt, wrote

type Told = tuple[Payload, int, str]
T = 1_790_000_000
OTHER_ACCOUNT = number("pn2", "w2")
OURS, THEIRS = number(portfolio="71"), number("pn2", "w2", portfolio="72")
OTHER_TENANT = number("pn4", "w4", "m2")

M13, M12 = "5531988776655", "553188776655"

# One person, or several, told at one number. The truth of a rotation, card or receipt is whom it speaks of.
CASES: dict[str, list[Told]] = {
    # the ninth digit
    "12 then 13 digits": [(wrote(M12), T, "a"), (wrote(M13), T + 1, "a")],
    "13 then 12 digits": [(wrote(M13), T, "a"), (wrote(M12), T + 1, "a")],
    "the plus of some payloads": [(wrote(f"+{M13}"), T, "a"), (wrote(M12), T + 1, "a")],
    "landline twice": [(wrote("553132221100"), T, "a"), (wrote("553132221100"), T + 1, "a")],
    "landline and a mobile that is it with a 9": [(wrote("553132221100"), T, "a"), (wrote("5531932221100"), T, "b")],
    "mobile range 95 and the landline without the 9": [
        (wrote("5511951234567"), T, "a"),
        (wrote("551151234567"), T, "b"),
    ],
    "same last 8 digits, other area": [(wrote("5531988776655"), T, "a"), (wrote("5532988776655"), T, "b")],
    "same last 8 digits, other area, 12 and 13": [(wrote("551188776655"), T, "a"), (wrote("5521988776655"), T, "b")],
    "an area that Brazil does not have": [(wrote("5520988776655"), T, "a"), (wrote("552088776655"), T, "b")],
    "one digit less": [(wrote("5531988776655"), T, "a"), (wrote("553198877665"), T, "b")],
    "one digit more": [(wrote("5531988776655"), T, "a"), (wrote("55319887766551"), T, "b")],
    "two nines": [(wrote("5531999776655"), T, "a"), (wrote("553199776655"), T, "a"), (wrote("5531997766550"), T, "b")],
    # other countries
    "Mexico with and without the 1": [(wrote("5215512345678"), T, "a"), (wrote("525512345678"), T, "a")],
    "Mexico City and Brazil share digits": [(wrote("525512345678"), T, "a"), (wrote("5512345678"), T, "b")],
    "Mexico's 55 area is no Brazil": [(wrote("5255988776655"), T, "a"), (wrote("55988776655"), T, "b")],
    "Mexico City beside a Brazilian mobile": [(wrote("525588776655"), T, "a"), (wrote("5555988776655"), T, "b")],
    "a US number whose rest is a Brazilian mobile": [(wrote("15531988776655"), T, "a"), (wrote(M13), T, "b")],
    "a US number with 55 inside": [(wrote("15551187654321"), T, "a"), (wrote("551187654321"), T, "b")],
    "Argentina's mobile and the landline": [(wrote("5491141234567"), T, "a"), (wrote("541141234567"), T, "b")],
    "Argentina's landline first": [(wrote("541141234567"), T, "a"), (wrote("5491141234567"), T, "b")],
    "Portugal's 9 is no ninth digit": [(wrote("351912345678"), T, "a"), (wrote("35112345678"), T, "b")],
    "Meta's test numbers": [
        (wrote("15550783881"), T, "a"),
        (wrote("15550783882"), T, "b"),
        (wrote("16505551234"), T, "c"),
    ],
    # BSUIDs
    "only a BSUID": [(wrote(user_id="BR.1"), T, "a"), (wrote(user_id="BR.1"), T + 1, "a")],
    "BSUIDs keep their case": [(wrote(user_id="BR.aB1"), T, "a"), (wrote(user_id="BR.Ab1"), T, "b")],
    "a BSUID's digits are no phone": [(wrote(user_id=f"BR.{M13}"), T, "a"), (wrote(M13), T, "b")],
    "a BSUID in from": [(wrote("BR.15025763"), T, "a"), (wrote(user_id="BR.15025763"), T + 1, "a")],
    "a parent BSUID in from": [(wrote("BR.ENT.15025763"), T, "a"), (wrote(parent="BR.ENT.15025763"), T + 1, "a")],
    "phone first, BSUID with it, then BSUID alone": [
        (wrote(M13), T, "a"),
        (wrote(M12, "BR.1"), T + 1, "a"),
        (wrote(user_id="BR.1"), T + 2, "a"),
    ],
    "BSUID alone, then the phone shows": [
        (wrote(user_id="BR.1"), T, "a"),
        (wrote(M13, "BR.1"), T + 1, "a"),
        (wrote(M12), T + 2, "a"),
    ],
    "the same username is nobody's key": [
        (wrote(user_id="BR.1", username="maria"), T, "a"),
        (wrote(user_id="BR.2", username="maria"), T, "b"),
        (wrote(user_id="BR.1", username="@joana"), T + 1, "a"),
    ],
    "a BSUID and a parent, then the parent with another BSUID": [
        (wrote(user_id="BR.1", parent="BR.ENT.9"), T, "a"),
        (wrote(user_id="BR.2", parent="BR.ENT.9"), T + 1, "a"),
        (wrote(user_id="BR.2"), T + 2, "a"),
    ],
    "a receipt tells the pair": [
        (wrote(M13), T, "a"),
        (receipt(M13, "BR.1"), T + 1, "a"),
        (wrote(user_id="BR.1"), T + 2, "a"),
    ],
    "a receipt of nobody we know teaches nothing": [
        (receipt(M13, "BR.1"), T, "a"),
        (wrote(M13), T + 1, "b"),
        (wrote(user_id="BR.1"), T + 2, "c"),
    ],
    # changes
    "a number change, then both numbers' people": [
        (wrote(M13, "BR.1"), T, "a"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.2")), T + 10, "a"),
        (wrote("5531977776666", "BR.2"), T + 11, "a"),
        (wrote(M13, "BR.9"), T + 200 * DAY, "stranger"),
        (wrote(user_id="BR.2"), T + 201 * DAY, "a"),
    ],
    "a number change of old payloads": [
        (wrote(M13), T, "a"),
        (changed((M12, ""), ("5531977776666", "")), T + 10, "a"),
        (wrote("553177776666"), T + 11, "a"),
        (wrote(M12), T + 200 * DAY, "stranger"),
        (wrote("5531977776666"), T + 201 * DAY, "a"),
        (wrote(M13), T + 202 * DAY, "stranger"),
    ],
    "a message from the new id before its rotation": [
        (wrote(M13, "BR.1"), T, "a"),
        (wrote("5531977776666", "BR.2"), T + 12, "a"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.2")), T + 10, "a"),
        (wrote(user_id="BR.2"), T + 13, "a"),
    ],
    "a message from the new number before its old-style rotation": [
        (wrote(M13), T, "a"),
        (wrote("5531977776666"), T + 12, "a"),
        (changed((M13, ""), ("5531977776666", "")), T + 10, "a"),
    ],
    "a rotation without phones": [
        (wrote(user_id="US.1"), T, "a"),
        (changed(("", "US.1"), ("", "US.2")), T + 10, "a"),
        (wrote(user_id="US.2"), T + 11, "a"),
    ],
    "B to C before A to B": [
        (wrote(user_id="US.A"), T, "a"),
        (changed(("", "US.B"), ("", "US.C")), T + 20, "a"),
        (changed(("", "US.A"), ("", "US.B")), T + 10, "a"),
        (wrote(user_id="US.C"), T + 21, "a"),
        (wrote(user_id="US.B"), T + 15, "a"),
    ],
    "B to C before A to B, with a message from C between": [
        (wrote(user_id="US.A"), T, "a"),
        (changed(("", "US.B"), ("", "US.C")), T + 20, "a"),
        (wrote(user_id="US.C"), T + 21, "a"),
        (changed(("", "US.A"), ("", "US.B")), T + 10, "a"),
        (wrote(user_id="US.C"), T + 22, "a"),
    ],
    "a rotation of somebody who never wrote, then they write": [
        (changed(("", "US.1"), ("", "US.2")), T, "a"),
        (wrote(user_id="US.2"), T + 1, "a"),
        (wrote(user_id="US.1"), T - 1, "a"),
    ],
    "the same rotation three times": [
        (wrote(user_id="US.1"), T, "a"),
        *[(changed(("", "US.1"), ("", "US.2")), T + 10, "a")] * 3,
        (wrote(user_id="US.2"), T + 11, "a"),
    ],
    "there and back again": [
        (wrote(M13, "BR.1"), T, "a"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.2")), T + 10, "a"),
        (changed(("5531977776666", "BR.2"), (M13, "BR.3")), T + 20, "a"),
        (wrote(M13, "BR.3"), T + 21, "a"),
        (wrote(M12), T + 22, "a"),
    ],
    "two people swap their numbers": [
        (wrote(M13, "BR.1"), T, "a"),
        (wrote("5531977776666", "BR.2"), T, "b"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.3")), T + 10 * DAY, "a"),
        (changed(("5531977776666", "BR.2"), (M13, "BR.4")), T + 10 * DAY, "b"),
        (wrote("5531977776666", "BR.3"), T + 11 * DAY, "a"),
        (wrote(M13, "BR.4"), T + 11 * DAY, "b"),
    ],
    "somebody moves to a number that had another user": [
        (wrote("5531977776666", "BR.7"), T - 300 * DAY, "earlier user"),
        (wrote(M13, "BR.1"), T, "a"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.2")), T + 10, "a"),
        (wrote("5531977776666", "BR.2"), T + 11, "a"),
        (wrote(user_id="BR.7"), T + 12, "earlier user"),
    ],
    "the same in old payloads": [
        (wrote("5531977776666"), T - 300 * DAY, "earlier user"),
        (wrote(M13), T, "a"),
        (changed((M13, ""), ("5531977776666", "")), T + 10, "a"),
        (wrote("5531977776666"), T + 11, "a"),
        (wrote("5531977776666"), T - 299 * DAY, "earlier user"),
    ],
    "the same, the earlier user's messages coming late": [
        (wrote(M13), T, "a"),
        (changed((M13, ""), ("5531977776666", "")), T + 10, "a"),
        (wrote("5531977776666"), T - 299 * DAY, "earlier user"),
        (wrote("5531977776666"), T - 298 * DAY, "earlier user"),
        (wrote("5531977776666"), T + 11, "a"),
    ],
    "a change that is told when the line has passed on already": [
        (wrote("5531977776666", "BR.7"), T - 300 * DAY, "earlier user"),
        (wrote("5531977776666", "BR.9"), T + 200 * DAY, "stranger"),
        (wrote(M13, "BR.1"), T, "a"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.2")), T + 10, "a"),
        (wrote("5531977776666"), T + 201 * DAY, "stranger"),
        (wrote(user_id="BR.2"), T + 11, "a"),
    ],
    # lines that change hands without a word
    "a line that comes back with another BSUID": [
        (wrote(M13, "BR.1"), T, "a"),
        (wrote(M13, "BR.9"), T + 200 * DAY, "stranger"),
        (wrote(M12), T + 201 * DAY, "stranger"),
        (wrote(user_id="BR.1"), T + 202 * DAY, "a"),
    ],
    "its earlier holder's message comes late": [
        (wrote(M13, "BR.9"), T + 200 * DAY, "stranger"),
        (wrote(M13, "BR.1"), T, "a"),
        (wrote(M13), T + 201 * DAY, "stranger"),
    ],
    "a receipt shows that the line is a stranger's": [
        (wrote(M13, "BR.1"), T, "a"),
        (receipt(M12, "BR.9"), T + 200 * DAY, "stranger"),
        (wrote(M13), T + 201 * DAY, "stranger"),
        (wrote(user_id="BR.9"), T + 202 * DAY, "stranger"),
        (wrote(user_id="BR.1"), T + 203 * DAY, "a"),
    ],
    # cards
    "the answer to our question for the phone": [
        (wrote(user_id="BR.1"), T, "a"),
        (card(M13, "BR.1"), T + 1, "a"),
        (wrote(M12), T + 2, "a"),
    ],
    "the phone of the answer was given up by somebody": [
        (wrote(M13, "BR.1"), T, "a"),
        (changed((M13, "BR.1"), ("5531977776666", "BR.2")), T + 10, "a"),
        (wrote(user_id="BR.9"), T + 200 * DAY, "b"),
        (card(M12, "BR.9"), T + 200 * DAY + 1, "b"),
        (wrote(M13), T + 201 * DAY, "b"),
    ],
    "somebody else's card": [
        (wrote(user_id="BR.1"), T, "a"),
        (card(M13, "BR.1", origin="other"), T + 1, "a"),
        (wrote(M13), T + 2, "b"),
    ],
    "a card without an origin": [(card(M13, "BR.1", origin=""), T, "a"), (wrote(M13), T + 1, "b")],
    "the phone of the answer is somebody's": [
        (wrote(M13, "BR.2"), T, "b"),
        (card(M12, "BR.1"), T + 1, "a"),
        (wrote(M12), T + 2, "b"),
        (wrote(user_id="BR.1"), T + 3, "a"),
    ],
    # nothing is nobody
    "null and empty ids": [
        (wrote(M13), T, "a"),
        ({"message": {"from": M13, "from_user_id": None}, "contact": {"user_id": "", "wa_id": None}}, T + 1, "a"),
        ({"message": {"from": "", "from_user_id": "BR.1"}, "contact": {"user_id": None, "wa_id": ""}}, T + 1, "b"),
        ({"message": {"from": None, "from_user_id": "BR.2"}, "contact": None}, T + 1, "c"),
    ],
    "words are no phones": [
        ({"message": {"from": "null", "from_user_id": "BR.1"}}, T, "a"),
        ({"message": {"from": "null", "from_user_id": "BR.2"}}, T, "b"),
        ({"message": {"from": "0", "from_user_id": "BR.3"}}, T, "c"),
        ({"message": {"from": "0", "from_user_id": "BR.4"}}, T, "d"),
    ],
    "not quite BSUIDs": [
        ({"message": {"from_user_id": "br.1", "from": M13}}, T, "a"),
        ({"message": {"from_user_id": "br.1", "from": "5531977776666"}}, T, "b"),
    ],
}

# Several of a portal's numbers, or several portals.
PLACES = {
    "one person at two numbers of one account": [
        (wrote(M13, "BR.1"), T, "a", ONE),
        (wrote(user_id="BR.1"), T + 1, "a", number("pn9", "w1")),
    ],
    "one person at two accounts, whose portfolio nobody told": [
        (wrote(user_id="BR.1"), T, "a", ONE),
        (wrote(user_id="BR.1"), T + 1, "a", OTHER_ACCOUNT),
    ],
    "accounts of two portfolios that nobody told: other BSUIDs of one phone": [
        (wrote(M13, "BR.1"), T, "a", ONE),
        (wrote(M12, "BR.5"), T + 1, "a", OTHER_ACCOUNT),
        (wrote(M13, "BR.1"), T + 2, "a", ONE),
        (wrote(user_id="BR.5"), T + 3, "a", OTHER_ACCOUNT),
        (wrote(user_id="BR.1"), T + 4, "a", ONE),
    ],
    "the same with the portfolios told": [
        (wrote(M13, "BR.1"), T, "a", OURS),
        (wrote(M12, "BR.5"), T + 1, "a", THEIRS),
        (wrote(user_id="BR.5"), T + 2, "a", THEIRS),
        (wrote(user_id="BR.1"), T + 3, "a", OURS),
    ],
    "a BSUID of another portfolio is another one": [
        (wrote(user_id="BR.1"), T, "a", OURS),
        (wrote(user_id="BR.1"), T + 1, "b", THEIRS),
    ],
    "linked portfolios share the parent": [
        (wrote(user_id="BR.1", parent="BR.ENT.9"), T, "a", OURS),
        (wrote(user_id="BR.5", parent="BR.ENT.9"), T + 1, "a", THEIRS),
        (wrote(user_id="BR.5"), T + 2, "a", THEIRS),
    ],
    "a portfolio of two accounts": [
        (wrote(user_id="BR.1"), T, "a", OURS),
        (wrote(user_id="BR.1"), T + 1, "a", number("pn3", "w3", portfolio="71")),
    ],
    "a recycled line is seen by the account that knew its holder": [
        (wrote(M13, "BR.1"), T, "a", ONE),
        (wrote(M13, "BR.5"), T + 1, "a", OTHER_ACCOUNT),
        (wrote(M13, "BR.6"), T + 200 * DAY, "stranger", OTHER_ACCOUNT),
        (wrote(M13, "BR.2"), T + 201 * DAY, "stranger", ONE),
        (wrote(user_id="BR.1"), T + 202 * DAY, "a", ONE),
        (wrote(user_id="BR.5"), T + 203 * DAY, "a", OTHER_ACCOUNT),
    ],
    "the same phone at two portals is two customers": [
        (wrote(M13, "BR.1"), T, "a", ONE),
        (wrote(M13, "BR.1"), T + 1, "b", OTHER_TENANT),
    ],
}
