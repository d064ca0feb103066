"""Secrets in whatever spelling."""

import base64
import json
import time
from collections.abc import Callable
from html import escape
from html.entities import html5
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.livedesk.access import Access, Secrets
from importer.livedesk.masking import MASK, SHORTEST_SECRET, Mask
from importer.models import Json
from tests.support.examples import examples

SECRET = 'aB/c+d"é\\f=王 z😀'


def _entity(char: str) -> str:
    names = [name for name, its in html5.items() if its == char and name.endswith(";")]
    return f"&{names[0]}" if names else f"&#{ord(char)};"


def _units(char: str) -> list[str]:
    octets = char.encode("utf-16-be")
    return [octets[at : at + 2].hex() for at in range(0, len(octets), 2)]


WAYS: dict[str, Callable[[str], str]] = {
    "itself": lambda char: char,
    "percent": lambda char: "".join(f"%{octet:02x}" for octet in char.encode()),
    "PERCENT": lambda char: "".join(f"%{octet:02X}" for octet in char.encode()),
    "percent twice": lambda char: "".join(f"%25{octet:02X}" for octet in char.encode()),
    "decimal": lambda char: f"&#{ord(char)};",
    "decimal with zeros": lambda char: f"&#000{ord(char)};",
    "hexadecimal": lambda char: f"&#x{ord(char):x};",
    "HEXADECIMAL": lambda char: f"&#X0{ord(char):X};",
    "named": _entity,
    "entity twice": lambda char: _entity(char).replace("&", "&amp;"),
    "JSON": lambda char: "".join(f"\\u{unit}" for unit in _units(char)),
    "JSON in capitals": lambda char: "".join(f"\\u{unit.upper()}" for unit in _units(char)),
    "JSON within JSON": lambda char: "".join(f"\\\\u{unit}" for unit in _units(char)),
    "braces": lambda char: f"\\u{{{ord(char):x}}}",
    "long": lambda char: f"\\U{ord(char):08x}",
    "bytes": lambda char: "".join(f"\\x{octet:02x}" for octet in char.encode()),
    "lower case": lambda char: char.lower() if len(char.lower()) == 1 else char,
    "upper case": lambda char: char.upper() if len(char.upper()) == 1 else char,
    "full width": lambda char: chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char,
    "read as Latin-1": lambda char: char.encode().decode("latin-1"),
    "backslash": lambda char: f"\\{char}" if not char.isalnum() else char,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_struck_out_in_every_spelling(way: str) -> None:
    """Each character in one way, between words that stay."""
    spelled = "".join(map(WAYS[way], SECRET))
    assert Mask([SECRET]).struck_out(f"it said: {spelled}, no") == f"it said: {MASK}, no"


@pytest.mark.parametrize(
    "spell",
    [
        quote,
        lambda text: quote(text, safe=""),
        quote_plus,
        escape,
        lambda text: quote(quote_plus(text)),
        json.dumps,
        repr,
        ascii,
        lambda text: repr(text.encode()),
        lambda text: json.dumps(json.dumps(text)),
        lambda text: json.dumps(text).replace("/", "\\/"),
        lambda text: quote(text.encode("latin-1", "replace")).replace("%3F", "?") if text.isascii() else text,
    ],
    ids=range(12),
)
def test_what_libraries_make_of_a_secret_is_struck_out(spell: Callable[[str], str]) -> None:
    """URL, HTML, JSON, Python."""
    assert MASK in Mask([SECRET]).struck_out(f"<{spell(SECRET)}>")
    assert len(Mask([SECRET]).struck_out(f"<{spell(SECRET)}>")) <= len(MASK) + 8  # the marks around it


@pytest.mark.parametrize("between", ["", ":", " ", "-", "\\x", "%", ", 0x"])
@pytest.mark.parametrize("letters", [str.lower, str.upper])
@pytest.mark.parametrize("secret", [SECRET, "the-secret", "12345678"])
def test_the_hexadecimal_of_a_secret_is_struck_out(secret: str, letters: Callable[[str], str], between: str) -> None:
    """As a dump or a debugger prints it, with whatever stands between the octets."""
    spelled = between.join(letters(f"{octet:02x}") for octet in secret.encode())
    assert Mask([secret]).struck_out(f"it said: {spelled}, no") == f"it said: {MASK}, no"


@pytest.mark.parametrize("text", ["616263", "ａｂｃ", "ABC"])
def test_a_short_secret_is_struck_out_as_it_is_alone(text: str) -> None:
    """So little stands in hexadecimal or another case by chance."""
    assert Mask(["abc"]).struck_out(text) == text


def test_utf_8_that_windows_misread_is_struck_out() -> None:
    """Its code page has letters and quotes where Latin-1 has control characters."""
    assert Mask(["geheim-€-œ"]).struck_out("(geheim-â‚¬-Å“)") == f"({MASK})"


def test_all_octets_of_a_letter_are_struck_out() -> None:
    """The first octet of Ã in UTF-8 is Ã in Latin-1."""
    assert Mask(["0000000Ã"]).struck_out(r"(0000000\xc3\x83)") == f"({MASK})"


@pytest.mark.slow
@given(st.text(min_size=SHORTEST_SECRET, max_size=40), st.data())
def test_no_mix_of_spellings_survives(secret: str, data: st.DataObject) -> None:
    """Any secret, each of its characters in any way."""
    ways = data.draw(st.lists(st.sampled_from(sorted(WAYS)), min_size=len(secret), max_size=len(secret)))
    spelled = "".join(WAYS[way](char) for way, char in zip(ways, secret, strict=True))
    shown = Mask([secret]).struck_out(f"({spelled})")
    assert shown in {f"({MASK})", f"(\\{MASK})", f"({MASK};)"}


@pytest.mark.slow
@settings(max_examples=examples(40))  # making the patterns takes longer than using them
@given(st.binary(max_size=4), st.text(min_size=SHORTEST_SECRET, max_size=40), st.binary(max_size=4), st.data())
def test_a_secret_within_base64_is_struck_out(before: bytes, secret: str, behind: bytes, data: st.DataObject) -> None:
    """Standard and URL-safe, padded or not, percent-encoded or wrapped: what is left does not hold it."""
    encode = data.draw(st.sampled_from([base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes]))
    text = encode(before + secret.encode() + behind).decode().strip()
    spellings: list[Callable[[str], str]] = [str, lambda one: one.rstrip("="), quote_plus, json.dumps]
    text = data.draw(st.sampled_from(spellings))(text)
    shown = Mask([secret]).struck_out(f"({text})")
    assert MASK in shown
    # The letters that hold the bytes around it, a letter that the secret shares with them, quotes and padding.
    assert len(shown.replace("%3D", "=").replace("%2B", "+").replace("%2F", "/")) <= len(MASK) + 2 + 2 + 7 + 7 + 3


@pytest.mark.slow
@pytest.mark.parametrize("pair", [("k", "s"), ("key", "pass"), ("the-key", "the-secret"), ("ké", "s?>~")])
@pytest.mark.parametrize("urlsafe", [False, True])
@pytest.mark.parametrize("padded", [False, True])
def test_the_base64_of_key_and_secret_is_always_struck_out(pair: tuple[str, str], urlsafe: bool, padded: bool) -> None:
    """However short they are, and within a word."""
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    basic = encode(":".join(pair).encode()).decode()
    secrets = Secrets(Access("https://x", *pair), None)
    assert secrets.struck_out(f"Basic{basic if padded else basic.rstrip('=')}, no") == f"Basic{MASK}, no"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the key abc is wrong", "the key *** is wrong"),
        ("abc", "***"),
        ('"abc"', '"***"'),
        ("'abc'", "'***'"),
        ("key=abc&x=1", "key=***&x=1"),
        ("key%3Dabc%26x", "key%3D***%26x"),
        ("key%3D%61b%63%26x", "key%3D***%26x"),
        (r"key:\nabc\n", r"key:\n***\n"),
        ("&quot;abc&quot;", "&quot;***&quot;"),
        ("abcd xabc abc1 abc_ éabc", "abcd xabc abc1 abc_ éabc"),
        ("abc's", "abc's"),
        ("ABC", "ABC"),
    ],
)
def test_a_short_secret_is_struck_out_as_a_word_of_its_own(text: str, shown: str) -> None:
    """Within another word it is there by chance."""
    assert Mask(["abc"]).struck_out(text) == shown


@pytest.mark.slow
def test_overlapping_secrets_leave_nothing_between_them() -> None:
    """One ends with what the other begins with."""
    assert Mask(["abcdefgh", "efghijkl"]).struck_out("xabcdefghijklx") == f"x{MASK}x"


def test_no_secret_is_no_pattern() -> None:
    """An empty variable must not strike out everything."""
    assert Mask([""]).struck_out("a b") == "a b"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"key": 12345678}, {"key": MASK}),
        ({"12345678": [True, None, 1.5, "is 12345678"]}, {MASK: [True, None, 1.5, f"is {MASK}"]}),
    ],
)
def test_a_secret_of_digits_may_be_a_number(body: Json, shown: Json) -> None:
    """JSON has no quotes around it then."""
    assert Secrets(Access("https://x", "12345678", "the-secret"), None).struck_out_of(body) == shown


ENDLESS = {
    "words": "hello world ",
    "backslashes": "\\",
    "percent": "%",
    "percent of percent": "%25",
    "entities": "&amp;",
    "zeros": "&#0",
    "nearly the secret": "the-secret\\",
    "nearly its base64": "dGhlLXNlY3JldFxcXF",
    "base64": "AAAA",
    "nearly its hexadecimal": "74 68 65 2d 73 65 63 72 65 74 5c ",
    "hexadecimal": "61",
    "gaps": "61    ",
    "another case": "A",
}


@pytest.mark.slow
@pytest.mark.parametrize("unit", ENDLESS.values(), ids=ENDLESS)
def test_time_grows_with_the_text_alone(unit: str) -> None:
    """Sixteen times the text may take forty times as long, on a machine that does other things too."""
    mask = Mask(["the-secret\\\\\\\\%25%25&amp;+++///", "aaaaaaaaaaaaaaaaaaaaaaa", "\\" * 20, "%" * 20])
    mask.struck_out(unit)

    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        began = time.process_time()
        mask.struck_out(text)
        return time.process_time() - began

    assert seconds(1 << 18) <= 40 * max(min(seconds(1 << 14) for _ in range(3)), 0.005)
