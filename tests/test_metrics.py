"""--metrics-file: what the node exporter's textfile collector reads."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from importer.config.loading import load
from importer.errors import ConfigError
from importer.ledger.run import NOT_MEASURED
from importer.models import Status
from importer.reporter.prometheus import metrics_text, write_metrics
from importer.reporter.summary import WORDS, Summary
from tests.support.runs import RUN
from tests.support.service import Service, contacts, invoke

SUMMARY = Summary(RUN, {Status.CREATED: 41, Status.INVALID: 1}, {})
HOSTILE = 'a "b"\\n\\ c\nd{e="f"}, 客户'


def samples(text: str) -> dict[tuple[str, str], float]:
    """``{(metric, the label that tells its samples apart): value}`` as Prometheus' own parser reads it."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        for sample in family.samples:
            assert sample.labels["schedule"] == "crm"
            name = sample.name.removeprefix("import_contacts_")
            assert name != sample.name
            found[name, sample.labels.get("status") or sample.labels.get("quantile") or ""] = sample.value
    return found


def test_a_run_is_what_the_parser_of_prometheus_reads() -> None:
    """Seconds, every status with zero where no row has it, and a share of the answers per quantile."""
    found = samples(metrics_text(SUMMARY, "crm"))
    assert {status for name, status in found if name == "rows"} == {str(status) for status in WORDS}
    assert {key: value for key, value in found.items() if key[0] != "rows" or value} == {
        ("last_run_info", ""): 1,
        ("last_run_timestamp_seconds", ""): 1768637734.0,
        ("exit_code", ""): 1,
        ("duration_seconds", ""): 4,
        ("rows", "created"): 41,
        ("rows", "invalid"): 1,
        ("requests", ""): 5,
        ("retries", ""): 1,
        ("paused_seconds", ""): 1.5,
        ("latency_seconds", "0.5"): 0.02,
        ("latency_seconds", "0.9"): 0.08,
        ("latency_seconds", "0.99"): 0.08,
        ("latency_seconds", "1"): 0.08,
    }


def test_what_is_not_known_has_no_sample() -> None:
    """A run without answers has no latency, and one that ended without a word no exit code: none of them is 0."""
    silent = replace(RUN, measures=NOT_MEASURED, exit_code=None, finished_at=None)
    names = {name for name, _ in samples(metrics_text(replace(SUMMARY, run=silent), "crm"))}
    assert names == {"last_run_info", "duration_seconds", "rows", "requests", "retries", "paused_seconds"}


@pytest.mark.parametrize("name", [HOSTILE, "plain.csv", "\\", '"', "\n", "{}", ""])
def test_a_label_holds_any_name(name: str) -> None:
    """Quotes, backslashes and line feeds come back as they were, and make no further sample."""
    families = {
        family.name: family
        for family in text_string_to_metric_families(
            metrics_text(replace(SUMMARY, run=replace(RUN, file=name, inbox_id=None)), name)
        )
    }
    (info,) = families["import_contacts_last_run_info"].samples
    assert info.labels == {"schedule": name, "file": name, "inbox": "", "mode": "import"}


def test_the_file_is_whole_and_for_everybody_to_read(tmp_path: Path) -> None:
    """The exporter is another user, whatever the umask; nothing but the file stays, and the old one gives way."""
    path = tmp_path / "crm.prom"
    path.write_text("old")
    write_metrics(SUMMARY, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [found.name for found in tmp_path.iterdir()] == ["crm.prom"]
    assert path.read_text(encoding="utf-8") == metrics_text(SUMMARY, "crm")


def test_a_name_that_the_collector_would_not_read_is_refused() -> None:
    """In silence it would wait for ever; the temporary name is such a one, and is not read half-written."""
    with pytest.raises(ConfigError, match=r"--metrics-file .* expected a name that ends in \.prom"):
        load({"metrics_file": Path("metrics.txt")})
    assert load({"metrics_file": Path("crm.prom")}).metrics_file == Path("crm.prom")


@pytest.mark.parametrize(("mode", "code"), [("--sandbox", 0), ("--dry-run", 0)])
def test_every_run_that_has_files_writes_it(mode: str, code: int) -> None:
    """Rehearsals too: the label says which they are."""
    assert invoke(contacts(2), "--inbox", 407, mode, "--metrics-file", "crm.prom").exit_code == code
    text = Path("crm.prom").read_text(encoding="utf-8")
    assert f'mode="{mode.strip("-").replace("-", " ")}"' in text
    assert samples(text)["rows", "created" if mode == "--sandbox" else "valid"] == 2


@pytest.mark.parametrize("place", ["no/crm.prom", "folder.prom", "contacts.csv/crm.prom"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_sent(place: str) -> None:
    """As that of --results is: exit 2, and no request."""
    Path("folder.prom").mkdir()
    with Service() as service:
        done = service.invoke(contacts(2), "--inbox", 407, "--metrics-file", place)
        assert service.sandbox.requests.total() == 0
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"--metrics-file {place} cannot be written" in done.stderr


@pytest.mark.slow
def test_a_place_that_goes_during_the_run_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends as it would have."""
    monkeypatch.setattr("importer.reporter.files.check_places", lambda *_: None)
    monkeypatch.setattr("importer.pipeline.opening.check_places", lambda *_: None)
    done = invoke(contacts(2), "--inbox", 407, "--sandbox", "--metrics-file", "gone/crm.prom")
    assert done.exit_code == 0, done.output
    assert "Warning: --metrics-file: gone/crm.prom cannot be written" in done.stderr
