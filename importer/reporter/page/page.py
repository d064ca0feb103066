"""Render the page from ``page.html.jinja``.

The page needs no network: it contains its style and script, and its Content-Security-Policy allows only these two, by
their hashes (W3C, Content Security Policy Level 3).
"""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from importer import __version__
from importer.language import Language
from importer.ledger.run import Run
from importer.message import Counted, Message
from importer.models import FINE, Json
from importer.reporter.next_command import import_again
from importer.reporter.page.charts import bars_of_causes, bars_of_latencies, segments, throughput
from importer.reporter.page.rows import PageRows, script_json
from importer.reporter.page.rules import syntax_rules
from importer.reporter.page.words import Words, mapping_of, milliseconds, options_of, short_number
from importer.reporter.summary import Summary
from importer.text_table import cited
from importer.titles import ERROR_TITLE


def page(summary: Summary, rows: PageRows) -> Iterator[str]:
    """Yield the page of a run piece by piece, since it may be long, in the language of ``rows``."""
    run, language = summary.run, rows.language
    words, correctable = Words(summary, language), _is_correctable(summary)
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
            segments=segments(summary.counts),
            throughput=throughput(run.measures),
            latencies=bars_of_latencies(run.measures),
            bars_of_causes=bars_of_causes(summary.causes),
            causes=summary.causes,
            remarks=words.remarks(len(rows.lines), rows.wrong),
            again=import_again(run, _corrected(run)) if correctable and run.started_by else "",
            mapping=mapping_of(run),
            options=list(options_of(run)),
            view=_view(summary, words, rows),
            rows=rows.lines,
        )
    )


def _view(summary: Summary, words: Words, rows: PageRows) -> dict[str, Json]:
    """What ``page.js`` needs beside the rows and its texts; the syntax rules only if there is something to correct."""
    run = summary.run
    return {
        "run": f"{run.id} {run.started_at}",
        "joint": words.language.joint,
        "titles": [*run.titles],
        "fields": [field for _, _, field in mapping_of(run)],
        "reasons": [place for place, title in enumerate(run.titles) if title == ERROR_TITLE],
        "reasonTitle": ERROR_TITLE,
        "corrected": _corrected(run),
        "forgotten": run.forgotten_at is not None,
        "fine": [str(status) for status in sorted(FINE)],
        "rules": syntax_rules(run, rows.codes) if _is_correctable(summary) else None,
    }


def _is_correctable(summary: Summary) -> bool:
    return bool(summary.wrong) and summary.run.forgotten_at is None


def _corrected(run: Run) -> str:
    """The name of the file to download from the page, unlike that of any file of the run."""
    return f"{PurePath(run.file).stem}-corrected.csv"


@cache
def _environment(language: Language) -> Environment:
    found = Environment(loader=PackageLoader("importer.reporter.page", ""), autoescape=True, trim_blocks=False)
    found.globals["gettext"] = lambda text, **values: language.tell(Message(text, **values))
    found.globals["ngettext"] = lambda *forms, **values: language.tell(Counted(*forms, **values))
    found.filters["told"] = language.tell
    found.filters["sentence"] = language.sentence
    found.filters["cited"] = cited
    found.filters["short"] = short_number
    found.filters["milliseconds"] = milliseconds
    found.filters["script_json"] = script_json
    return found


@cache
def _asset(name: str) -> Markup:
    return Markup((Path(__file__).parent / name).read_text(encoding="utf-8"))  # noqa: S704 - the program's own


@cache
def _script() -> Markup:
    return _asset("syntax.js") + _asset("page.js")


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
