"""Golden cases: what becomes of every row of an input as people have it."""

import json
from pathlib import Path

import pytest

from tests.support.golden import CASES, outcome


def test_there_are_many_cases() -> None:
    """Formats, products, languages and damages: at least sixty."""
    assert len(CASES) >= 60


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_golden(case: Path, tmp_path: Path) -> None:
    """The case's ``about`` says its rule."""
    if (case / "input.parquet").exists():
        pytest.importorskip("pyarrow", reason="of the extra test-all")
    assert outcome(case, tmp_path) == json.loads((case / "expected.json").read_text(encoding="utf-8"))
