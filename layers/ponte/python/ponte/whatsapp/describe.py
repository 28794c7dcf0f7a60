"""What an operator reads in the other system for a WhatsApp message: plain text, every type, pt-BR first.

Nothing is escaped and no markup is converted here: whoever hands the line on does that for the place it goes to.
"""

from decimal import Decimal
from typing import Any

from ponte.texts import knows, text
from ponte.whatsapp.events import (
    Body,
    Call,
    Choice,
    Contacts,
    Edit,
    InboundMessage,
    Location,
    Media,
    Nothing,
    Order,
    OrderLine,
    Reaction,
    Referral,
    Revoke,
    SystemChange,
    Text,
    Unsupported,
)

ABOUT_CHARS = 60
HEADS = ("↩️", "↪️")  # how the lines begin that stand above a message's own words, in every language
_NOT_SUPPORTED = 131051
_NOT_DOWNLOADABLE = 131052


def line(message: InboundMessage, lang: str = "pt-BR", about: str = "", *, has_file: bool = False) -> str:
    """The message as text; "" for what says nothing to people (then nothing is shown).

    about: the text of the message that a reply, reaction, edit or deletion speaks of, "" where unknown; shortened here.
    has_file: the message's own file is shown beside the text, which then need not name it; "" where it has no caption.
    A text stands as it is; a line above says what it answers or that it was forwarded, one below which ad or product
    led to it.
    """
    say = _Say(lang, about, message.echo)
    has_file = has_file and isinstance(message.body, Media)
    body = _caption(message.body) if has_file else _body(message.body, message.sender.phone, say)
    if not body and not has_file:
        return ""
    parts = ["\n".join(filter(None, [*_heads(message, say), body]))]
    if message.referral:
        parts.append(_referral(message.referral, say))
    if message.product:
        parts.append(say("product", product=message.product.retailer_id))
    return "\n\n".join(filter(None, parts))


def named(text: str) -> str:
    """The start of a text, on one line: enough to know which message is meant."""
    plain = " ".join(text.split())
    return plain if len(plain) <= ABOUT_CHARS else plain[: ABOUT_CHARS - 1].rstrip() + "…"


class _Say:
    """The catalogue's "line.whatsapp.*" in one language."""

    def __init__(self, lang: str, about: str, echo: bool) -> None:
        self._lang = lang
        self.echo = echo
        self.about = named(about)

    def __call__(self, key: str, **values: Any) -> str:
        return text(f"line.whatsapp.{key}", self._lang, **values)

    def naming(self, key: str, **values: Any) -> str:
        """The sentence that names the message spoken of, where that is known, else the one that does not."""
        return self(f"{key}_about", about=self.about, **values) if self.about else self(key, **values)

    def type(self, name: str) -> str:
        """A vendor's word for a type, in words of ours where we have some."""
        return self(f"type.{name}") if knows(f"line.whatsapp.type.{name}") else name.replace("_", " ")

    def amount(self, value: Decimal) -> str:
        written = f"{value:f}"
        return written.replace(".", ",") if self._lang.startswith("pt") else written


def _heads(message: InboundMessage, say: _Say) -> list[str]:
    heads = []
    own_words = not isinstance(message.body, Reaction | Edit | Revoke)
    # Words may make no sense alone; a tap on a button or a question about a product does.
    needs_head = isinstance(message.body, Text | Media | Location | Contacts) and not message.product
    if message.reply_to and own_words and (say.about or needs_head):
        heads.append(say.naming("reply"))
    if message.frequently_forwarded:
        heads.append(say("forwarded_often"))
    elif message.forwarded:
        heads.append(say("forwarded"))
    return heads


def excerpt(text: str) -> str:
    """What names a message in a line of `line`: its own words, without the lines that `line` put above them."""
    lines = text.splitlines()
    while len(lines) > 1 and lines[0].startswith(HEADS):
        lines = lines[1:]
    return "\n".join(lines)


def edited(message: InboundMessage, lang: str = "pt-BR") -> str:
    """The new content of an edited message, marked as edited, to stand in the old one's place; "" for no edit."""
    if not isinstance(message.body, Edit) or isinstance(message.body.body, Unsupported):
        return ""
    say = _Say(lang, "", message.echo)
    return f"{_body(message.body.body, message.sender.phone, say)}\n{say('edited_mark')}"


def _body(body: Body, sender_phone: str | None, say: _Say) -> str:  # noqa: PLR0912 - one arm per type of message
    match body:
        case Text():
            return body.body
        case Media():
            return _media(body, say)
        case Location():
            return _location(body, say)
        case Contacts():
            return _contacts(body, say)
        case Choice():
            return _choice(body, say)
        case Order():
            return _order(body, say)
        case Reaction(emoji=None):
            return say.naming("reaction_removed")
        case Reaction():
            return say.naming("reaction", emoji=body.emoji)
        case SystemChange():
            return _system(body, sender_phone, say)
        case Unsupported():
            return _unsupported(body, say)
        case Edit():
            head = say("edited_by_us") if say.echo else say.naming("edited")
            return f"{head}\n{_body(body.body, sender_phone, say)}"
        case Revoke():
            return say("revoked_by_us") if say.echo else say.naming("revoked")
        case Nothing():
            return ""
        case Call(0):
            return say("call_missed")
        case Call():
            return say("call", minutes=body.seconds // 60, seconds=body.seconds % 60)


def _caption(body: Body) -> str:
    return body.caption.strip() if isinstance(body, Media) else ""


def _media(media: Media, say: _Say) -> str:
    if media.kind == "document" and media.filename:
        head = say("document_named", name=media.filename)
    else:
        head = say("voice" if media.voice else media.kind)
    return f"{head}\n{media.caption}" if media.caption.strip() else head


def _location(place: Location, say: _Say) -> str:
    link = place.url if place.url.startswith("https://") else ""
    lines = [
        say("location_named", name=place.name) if place.name else say("location"),
        place.address,
        f"https://maps.google.com/?q={place.latitude:.6f},{place.longitude:.6f}",
        link,
    ]
    return "\n".join(filter(None, lines))


def _contacts(contacts: Contacts, say: _Say) -> str:
    cards = []
    for card in contacts.cards:
        head = say("contact_own" if card.own else "contact", name=card.name or say("contact_unnamed"))
        cards.append("\n".join(filter(None, [head, card.organization, *card.phones, *card.emails])))
    return "\n\n".join(cards)


def _choice(choice: Choice, say: _Say) -> str:
    if choice.source == "flow":
        if not choice.is_readable:
            return say("flow_unreadable")
        return "\n".join([say("flow"), *(f"{field}: {value}" for field, value in choice.answers)])
    if choice.source == "call_permission":
        return say("call_allowed" if choice.title == "accept" else "call_refused")
    title = choice.title or choice.id or "?"
    head = say(choice.source, title=title)
    return f"{head}\n{choice.description}" if choice.description else head


def _order(order: Order, say: _Say) -> str:
    lines = [say("order"), *(_order_line(each, say) for each in order.lines)]
    currencies = {each.currency for each in order.lines}
    if len(currencies) == 1 and all(each.price and each.currency for each in order.lines):
        total = sum((Decimal(each.price) * each.quantity for each in order.lines), Decimal())
        lines.append(say("order_total", currency=currencies.pop(), price=say.amount(total)))
    return "\n".join(filter(None, [*lines, order.text]))


def _order_line(each: OrderLine, say: _Say) -> str:
    if each.price and each.currency:
        price = say.amount(Decimal(each.price))
        return say("order_priced", quantity=each.quantity, product=each.product, currency=each.currency, price=price)
    return say("order_line", quantity=each.quantity, product=each.product)


def _system(change: SystemChange, old: str | None, say: _Say) -> str:
    if change.kind == "user_changed_number":
        if change.phone and old and change.phone != old:
            return say("number_changed", old=f"+{old}", new=f"+{change.phone}")
        return say("number_changed_silently")
    return say("identity_changed" if change.kind == "user_changed_user_id" else "system")


def _unsupported(found: Unsupported, say: _Say) -> str:
    if found.code == _NOT_DOWNLOADABLE:
        return say("too_big")
    key = "unsupported" if found.code == _NOT_SUPPORTED else "unknown"
    return say(f"{key}_type", type=say.type(found.type)) if found.type else say(key)


def _referral(referral: Referral, say: _Say) -> str:
    headline = referral.headline or " ".join(referral.body.split())[:ABOUT_CHARS]
    key = "referral_post" if referral.source_type == "post" else "referral_ad"
    return say(key, headline=" ".join(filter(None, [headline, referral.source_url])))
