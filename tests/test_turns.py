"""How often threads take turns."""

import sys

import pytest

from importer.runtime import quick_turns


def test_turns_are_quick_within_the_block_alone() -> None:
    """Whoever runs this program in a process of theirs keeps their own interval, also where the block fails."""
    before = sys.getswitchinterval()
    with quick_turns():
        assert sys.getswitchinterval() < before / 10
    with pytest.raises(OSError, match="full"), quick_turns():
        raise OSError("full")
    assert sys.getswitchinterval() == before
