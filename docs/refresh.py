"""Bring the pages up to date with the program: the transcripts, and the tables of the reference.

    python docs/refresh.py

Needs the extra ``test``. Each transcript is run again in its scene (``tests/support/scenes.py``), each generated table
is made again (``tests/support/reference.py``). A transcript of which only times and rates differ stays as it is.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
WHAT = ("tests/test_transcripts.py", "tests/test_reference.py")


def main() -> int:
    """Return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "--refresh-docs", *WHAT]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - its own tests


if __name__ == "__main__":
    sys.exit(main())
