"""Links that people copy from a browser: a page about the file, and the address of the file itself.

Each rule is from what its site says, or what its own buttons do:

- Google Sheets: *File > Share > Publish to web* gives ``/pub?output=csv``, with ``gid=…&single=true`` for one sheet;
  ``/export?format=csv&gid=…`` is what *File > Download* asks for.
- Google Drive: ``webContentLink`` of https://developers.google.com/workspace/drive/api/reference/rest/v3/files.
- Dropbox: ``dl=1``, https://help.dropbox.com/share/force-download.
- SharePoint and OneDrive for work: ``download=1`` is not documented by Microsoft; without it comes a page.
- GitHub and GitLab: what the button *Raw* leads to.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from importer.network.opener import Address


class Found(NamedTuple):
    """The address of a file; ``shared`` if a link of a site was made one, which gives a web page for what is not
    shared."""

    address: Address
    shared: bool


class _Rule(NamedTuple):
    """What becomes of an address whose host and path match.

    ``place`` is the new host and path, and ``sets`` are the parameters that it gets, both with the groups of the match.
    ``keeps`` are the parameters that stay, ``None`` for all; ``besides`` are those that one of them brings along.
    """

    page: re.Pattern[str]
    place: str
    sets: Mapping[str, str]
    keeps: frozenset[str] | None = frozenset()
    besides: Mapping[str, Mapping[str, str]] = {}
    unless: str = ""
    """The parameter with which an address is that of a file already."""


_SHEETS: Final = r"docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?"
_DRIVE: Final = {"export": "download"}

_RULES: Final = (
    _Rule(
        re.compile(rf"{_SHEETS}(d/(?:e/)?[\w-]+)/pub(?:html)?"),
        r"docs.google.com/spreadsheets/\1/pub",
        {"output": "csv"},
        frozenset({"gid"}),
        {"gid": {"single": "true"}},
        unless="output",
    ),
    _Rule(
        re.compile(rf"{_SHEETS}d/(?!e/)([\w-]+)(?:/(?:edit|view|htmlview|htmlembed|preview|copy)?)?"),
        r"docs.google.com/spreadsheets/d/\1/export",
        {"format": "csv"},
        frozenset({"gid", "resourcekey"}),
    ),
    _Rule(
        re.compile(r"drive\.google\.com/file/(?:u/\d+/)?d/([\w-]+)(?:/(?:view|edit|preview)?)?"),
        r"drive.google.com/uc",
        _DRIVE | {"id": r"\1"},
        frozenset({"resourcekey"}),
    ),
    _Rule(
        re.compile(r"drive\.google\.com/(?:u/\d+/)?open"),
        r"drive.google.com/uc",
        _DRIVE,
        frozenset({"id", "resourcekey"}),
    ),
    _Rule(re.compile(r"(?:www\.)?dropbox\.com/((?:s|scl/fi)/.+)"), r"www.dropbox.com/\1", {"dl": "1"}, None),
    _Rule(re.compile(r"([\w-]+\.sharepoint\.(?:com|cn|us))/(:[xtu]:/.+)"), r"\1/\2", {"download": "1"}, None),
    _Rule(re.compile(r"github\.com/([^/]+/[^/]+)/blob/(.+)"), r"raw.githubusercontent.com/\1/\2", {}),
    _Rule(re.compile(r"gitlab\.com/(.+)/-/blob/(.+)"), r"gitlab.com/\1/-/raw/\2", {}),
)

SIGN_IN: Final = re.compile(
    r"(?:accounts\.google\.com|login\.(?:live\.com|windows\.net|(?:partner\.)?microsoftonline\.[a-z]+))/.*"
    r"|[^/]*\.sharepoint\.[^/]+/(?:.*/)?(?:_layouts/15/authenticate\.aspx|_forms/default\.aspx)"
    r"|(?:[^/]*\.)?(?:dropbox\.com|github\.com)/(?:login|session)\b.*|gitlab\.com/users/sign_in"
    r"|[^/]*\.(?:okta\.com|auth0\.com|onelogin\.com)/.*",
    re.IGNORECASE,
)
"""Host and path of the pages to which sites send whom they do not know."""


def file_behind(url: str) -> Found:
    """Return the address of the file that a link is about; one that no rule knows stays as it is."""
    parts = urlsplit(url)
    place = f"{(parts.hostname or '').lower()}{parts.path}"
    given = [one for one in parts.query.split("&") if one]
    # Google tells the sheet in the fragment, too, which a browser keeps to itself.
    given += [one for one in parts.fragment.split("&") if re.fullmatch(r"gid=\d+", one)]
    names = dict.fromkeys(one.partition("=")[0] for one in given)
    for rule in _RULES:
        if (match := rule.page.fullmatch(place)) and rule.unless not in names:
            return Found(Address(f"https://{match.expand(rule.place)}{_query(rule, match, given)}"), shared=True)
    return Found(Address(url), shared=False)


def _query(rule: _Rule, match: re.Match[str], given: list[str]) -> str:
    """The parameters that stay, and those that are set; of several with one name the last counts."""
    values = {name: value for name, _, value in (one.partition("=") for one in given)}
    kept = {name: value for name, value in values.items() if rule.keeps is None or name in rule.keeps}
    for name, more in rule.besides.items():
        kept |= more if name in kept else {}
    kept |= {name: match.expand(value) for name, value in rule.sets.items()}
    return "?" + "&".join(f"{name}={value}" for name, value in kept.items()) if kept else ""
