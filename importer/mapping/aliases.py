"""Which column titles mean which field: tables of the titles that products and people write.

A line of the table is a field, a rank and titles. If several columns can serve one field, the lowest rank does, and
the others stand in where its cell is empty: a mobile number goes before a general one, and that before one at work.
``title_fields.alias`` ignores case, accents, punctuation, spaces, plurals and words that change nothing, so the table
needs one spelling of a title.
"""

from itertools import starmap
from typing import Final, TypeAlias

from importer.data_table import data_table
from importer.message import Message
from importer.texts import ERROR_TITLE

WEAK_NAME: Final = 5
"""From this rank on a title of ``name`` is a stopgap (a nickname): first and last name go before it."""

COMPANY_RANK: Final = 9
"""From this rank on a column is a last resort and stands in for no other: many people share a switchboard."""

AREA_RANK: Final = 2
"""From this rank on a title of ``PHONE_COUNTRY`` may also mean an area code: the cells decide."""

Titles: TypeAlias = tuple[str, int, tuple[str, ...]]
"""A field, a rank, and titles that mean the field."""


def _alias(head: str, titles: str) -> Titles:
    field, _, rank = head.partition(" ")
    return field, int(rank), tuple(titles.split("; "))


ALIASES: Final = tuple(starmap(_alias, data_table(__file__, "titles.txt")))
"""The table ``titles.txt``: add the titles of another language or product there."""

_WORDS: Final = {head: words.split("; ") for head, words in data_table(__file__, "title_words.txt")}

NEVER: Final = tuple(_WORDS["never"])
"""A title that contains one of these, even in brackets, is no field: a fax is not a phone number."""

SOMEBODY_ELSE: Final = tuple(_WORDS["somebody else"])
"""A title that contains one of these, as ``texts.letters`` spells it, is about another person or a company."""

SINGULARS: Final = (
    *(("adresses", "adresse"), ("sses", "ss"), ("companies", "company"), ("ies", "y"), ("nummern", "nummer")),
    *(("adressen", "adresse"), ("voornamen", "voornaam"), ("achternamen", "achternaam"), ("namen", "name")),
    *(("firmen", "firma"), ("iles", "il"), ("ares", "ar"), ("nomi", "nome"), ("lari", "lare"), ("foni", "fono")),
    *(("indirizzi", "indirizzo"), ("телефоны", "телефон"), ("имена", "имя"), ("фамилии", "фамилия")),
    *(("ss", "ss"), ("us", "us"), ("s", "")),
)
"""Plural endings, as ``texts.letters`` spells them, each with its singular."""

NUMBER_WORDS: Final = (
    *("numbers?", "nummer", "numero", "num", "nos?", "nr", "numarasi"),
    *("号码", "號碼", "号", "號", "番号", "번호"),
)
"""Words for "number" at the end of a title: all mean the same, and a phone number's title may lack them."""

NUMBER_FIRST: Final = (
    r"(?:หมายเลข|số(?!\w)|(?:n°|(?:n[uúů]mer(?:os?|i)|num[eé]ros?|num[aă]r|no|nr|nomor|nombor|numer|номер|αριθμ[oό]ς"
    r"|رقم|شماره|מספר)(?!\w))\.?\s*(?:(?:de|do|di|da|du|del)\b|d['’])?)\W*"
)
"""Words for "number" before a phone number's title (``Número de celular``, ``No. HP``), as a regular expression."""

IDLE_FIRST: Final = (
    r"(?:your|my|the|customer'?s?|client'?s?|contact'?s?|member'?s?|guest'?s?|lead'?s?|primary|main|enter|please"
    r"|votre|tu|su|seu|sua|ihre?|deine?|uw|jouw|müşteri(?:nin)?)\b(?=[\s.:>-]*\w)",
    "(?:客户|客戶|顾客|顧客|会员|會員|联系人|聯絡人|用户|用戶|お客様|ご連絡先|連絡先|学员|学生|员工|您的|你的|请输入|请填写)(?:的)?(?=\\w\\w)",
)
IDLE_LAST: Final = (
    r"\b(?:required|optional|mandatory|obligatorio|obligatoire|erforderlich|pflichtfeld|optionnel|opcional)",
    r"\b(?:del cliente|do cliente|du client|des kunden|pelanggan|клиента|клієнта|klienta|zákazníka|khách hàng)",
    r"\b(?:de contacto|de contato|do contato|du contact|di contatto|para conta(?:c)?to)",
    "(?:必填|选填|必填项|選填|必須|任意|필수)",
)
"""Words before and after a title that change nothing, as regular expressions."""

OWNER_RANK: Final = 2
"""From this rank on a title in brackets names the owner, not the thing: ``Phone (Contact)``."""

NAMES_IN_CONTEXT: Final = tuple(
    (name, others.split(", "), part)
    for part in ("last_name", "first_name")
    for name, _, others in (entry.partition(" beside ") for entry in _WORDS[part])
)
"""``(title of a name, others, part)``: beside one of the others the title means that part, unless it has a column."""

OWN_COLUMNS: Final = {
    ERROR_TITLE: Message("written by an earlier import"),
    "contact_id": Message("LiveDesk's own number, written by an earlier import"),
}
"""Titles, to the letter, of columns that the importer adds to its own files; and why it skips them."""
