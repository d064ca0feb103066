"""Programs that some tests need beside Python."""

import os
import shutil

import pytest


def tool(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where ``REQUIRE_TOOLS=1`` asks for it."""
    path = shutil.which(name)
    if path is None and os.environ.get("REQUIRE_TOOLS") == "1":
        pytest.fail(f"{name} is not installed, and REQUIRE_TOOLS=1 asks for it")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
