"""Programs of other people that some tests need: found, or the test says which is missing."""

import os
import shutil
import sys
from pathlib import Path

import pytest

_FOLDERS = f"/usr/sbin:/usr/local/sbin:{Path(sys.executable).parent}"


def tool(name: str) -> str:
    """The path of a program. Without it the test is skipped; with ``REQUIRE_TOOLS=1`` it fails."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_FOLDERS}")
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
