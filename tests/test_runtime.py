"""How often threads take turns, and garbage is looked for."""

import gc
import sys

import pytest

from importer.runtime import little_garbage, quick_turns


@pytest.mark.slow
def test_turns_are_quick_within_the_block_alone() -> None:
    """Whoever runs this program in a process of theirs keeps their own interval, also where the block fails."""
    before, thresholds, frozen = sys.getswitchinterval(), gc.get_threshold(), gc.get_freeze_count()
    with quick_turns(), little_garbage():
        assert sys.getswitchinterval() < before / 10
        assert gc.get_threshold()[0] > thresholds[0]
    with pytest.raises(OSError, match="full"), quick_turns(), little_garbage():
        raise OSError("full")
    assert sys.getswitchinterval() == before
    assert gc.get_threshold() == thresholds
    assert gc.get_freeze_count() <= frozen
