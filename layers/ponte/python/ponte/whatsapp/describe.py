"""What an operator reads in the other system for a WhatsApp message: plain text, every type, pt-BR first.

Nothing is escaped and no markup is converted here: whoever hands the line on does that for the place it goes to.
"""

from decimal import Decimal
from typing import Any

from ponte.texts import knows, text
from ponte.whatsapp.events import (
    Body,
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
_NOT_SUPPORTED = 131051
_NOT_DOWNLOADABLE = 131052


def line(message: InboundMessage, lang: str = "pt-BR", about: str = "") -> str:
    """The message as text; "" for what says nothing to people (then nothing is shown).

    about: the text of the message that a reaction, edit or deletion speaks of, where it is known; shortened here.
    A text stands as it is; where an ad or a product led to the message, a line below says so.
    """
    say = _Say(lang, " ".join(about.split()), message.echo)
    parts = [_body(message.body, message.sender.phone, say)]
    if not parts[0]:
        return ""
    if message.referral:
        parts.append(_referral(message.referral, say))
    if message.product:
        parts.append(say("product", product=message.product.retailer_id))
    return "\n\n".join(parts)


class _Say:
    """The catalogue's "line.whatsapp.*" in one language."""

    def __init__(self, lang: str, about: str, echo: bool) -> None:
        self._lang = lang
        self.echo = echo
        self.about = about if len(about) <= ABOUT_CHARS else about[: ABOUT_CHARS - 1].rstrip() + "…"

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
