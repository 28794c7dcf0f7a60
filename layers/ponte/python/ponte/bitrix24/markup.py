"""Texts on their way between a Bitrix24 chat and WhatsApp; the four subjects each have their file, this is their door.

operator_text: an operator's BBCode -> WhatsApp. customer_text: a customer's WhatsApp text -> harmless BBCode.
text_split: one long text -> messages of WhatsApp's length. names: a WhatsApp profile name -> what a portal accepts.
"""

from ponte.bitrix24.customer_text import to_bitrix24
from ponte.bitrix24.names import clean_name
from ponte.bitrix24.operator_text import to_whatsapp
from ponte.bitrix24.text_split import split_text

__all__ = ["clean_name", "split_text", "to_bitrix24", "to_whatsapp"]
