"""Render the page from ``page.html.jinja``.

The page needs no network: it contains its style and script, and its Content-Security-Policy allows only these two, by
their hashes (W3C, Content Security Policy Level 3).
"""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from importer import __version__
from importer.ledger.run import Run
from importer.message import Language
from importer.models import FINE, REHEARSALS, Json, option_of
from importer.normalizer.columns import PERSON_FIELDS
from importer.reporter.errors_layout import own_places
from importer.reporter.page import charts, commands
from importer.reporter.page.field_words import Plain
from importer.reporter.page.rows import PageRows, script_json, syntax_rules
from importer.reporter.page.words import Words
from importer.reporter.summary import Summary
from importer.texts import ERROR_TITLES, cited, column_letter, told_apart

_SCRIPTS: Final = ("elements.js", "syntax.js", "filter.js", "corrections.js", "row.js", "page.js")
"""The modules of the page's one script, in their order: each uses those before it."""


def page(summary: Summary, rows: PageRows) -> Iterator[str]:
    """Yield the page of a run piece by piece, since it may be long, in the language of ``rows``."""
    run, language = summary.run, rows.language
    words = Words(summary, language)
    return (
        _environment(language)
        .get_template("page.html.jinja")
        .generate(
            run=run,
            language=language,
            words=words,
            version=__version__,
            policy=_policy(),
            css=_asset("page.css"),
            script=_script(),
            segments=charts.segments(summary.counts),
            throughput=charts.throughput(run.measures),
            latencies=charts.bars_of_latencies(run.measures),
            causes=[*zip(summary.causes, charts.bars_of_causes(summary.causes), strict=True)],
            kinds=summary.remarks,
            tiles=[*words.tiles(rows.remarked)],
            remarks=words.remarks(len(rows.lines), rows.wrong),
            notes=[*words.notes()],
            files=words.files(),
            commands=_commands(summary),
            modes_ahead=commands.AHEAD,
            downloads=commands.DOWNLOADS,
            downloads_cmd=commands.DOWNLOADS_CMD,
            mapping=mapping_of(run),
            options=[(option_of(name), words.option(value)) for name, value in run.options.items()],
            view=_view(summary, words, rows),
            rows=rows.lines,
        )
    )


def _commands(summary: Summary) -> dict[str, str]:
    """The commands of the place for corrections, as far as they are known."""
    run = summary.run
    if not _is_correctable(summary) or not run.started_by:
        return {}
    return {"corrected": commands.import_corrected(run), "original": commands.import_original(run)}


def _view(summary: Summary, words: Words, rows: PageRows) -> dict[str, Json]:
    """What ``page.js`` needs beside the rows and its texts; the syntax rules only if there is something to correct."""
    run = summary.run
    return {
        "run": f"{run.id} {run.started_at}",
        "name": run.id,
        "file": run.file,
        "files": [*run.files] if len(run.files) > 1 else [],
        "joint": words.language.joint,
        "titles": [*run.titles],
        "fields": [field for _, _, field in mapping_of(run)],
        "people": [*PERSON_FIELDS],
        "ours": [*ERROR_TITLES],
        "delimiter": run.delimiter,
        "skipped": sorted({*range(len(run.titles))} - {*own_places(run.titles)}),
        "corrected": commands.corrected_name(run),
        "contactLink": "" if run.mode in REHEARSALS else run.options.get("contact_link", ""),
        "find": commands.find_command(run),
        "left": summary.rows - len(rows.lines),
        "forgotten": run.forgotten_at is not None,
        "kinds": {remark.kind: words.tell(remark.meaning) for remark in summary.remarks},
        "causes": {code: words.cause(code) for code in sorted(rows.causes - {""})},
        "fine": [str(status) for status in sorted(FINE)],
        "rules": syntax_rules(run, rows.codes) if _is_correctable(summary) else None,
    }


def _is_correctable(summary: Summary) -> bool:
    return "errors" in summary.files and not summary.run.sheets


@cache
def _environment(language: Language) -> Environment:
    found = Environment(loader=PackageLoader("importer.reporter.page", ""), autoescape=True, trim_blocks=False)
    found.globals["gettext"] = language.gettext
    found.globals["ngettext"] = language.ngettext
    found.filters["told"] = language.tell
    found.filters["sentence"] = language.sentence
    found.filters["cited"] = cited
    found.filters["short"] = charts.short_number
    found.filters["plainly"] = Plain(language).sentence
    found.filters["field"] = Plain(language).field
    found.filters["script_json"] = script_json
    return found


@cache
def _asset(name: str) -> Markup:
    return Markup((Path(__file__).parent / name).read_text(encoding="utf-8"))  # noqa: S704 - the program's own


@cache
def _script() -> Markup:
    return Markup().join(map(_asset, _SCRIPTS))


@cache
def _policy() -> str:
    """Allow the page's own style and script alone; the browser itself makes the file to download."""
    return (
        f"default-src 'none'; script-src {_hash(_script())}; style-src {_hash(_asset('page.css'))}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def mapping_of(run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield the letter, title and field of every column; the field is empty if the import ignores the column."""
    for part, source in zip(run.parts, [name.label for name in run.names] or [""], strict=True):
        for index, (title, name) in enumerate(zip(part.titles, told_apart(part.titles), strict=True)):
            letter = column_letter(index)
            yield f"{source}!{letter}" if source else letter, title, part.mapping.get(name, "")
