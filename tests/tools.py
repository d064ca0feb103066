"""Programs of other people that some tests need: found, or the test says which is missing."""

import os
import shutil

import pytest


def tool(name: str) -> str:
    """The path of a program. Without it the test is skipped, and fails where ``REQUIRE_TOOLS`` is set, as in CI."""
    path = shutil.which(name)
    if path is None:
        reason = f"{name} is not installed"
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
