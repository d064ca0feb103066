"""Join the parts of a name. Pure."""

import re
from typing import Final

_CJK: Final = re.compile(
    "[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def join_name(first: str | None, middle: str | None, last: str | None) -> str | None:
    """The full name; in Chinese, Japanese and Korean the family name comes first, without spaces."""
    parts = [part for part in (first, middle, last) if part]
    if last and len(parts) > 1 and all(map(_CJK.fullmatch, parts)):
        return "".join((last, *parts[:-1]))
    return " ".join(parts) or None
