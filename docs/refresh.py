"""Bring the pages up to date with the program: the transcripts, and the tables of the reference.

    python docs/refresh.py

Needs the extra ``test``. Each transcript is run again in its scene (``tests/support/scenes.py``), each generated table
is made again (``tests/support/reference.py``), so is the manual page, and the notebook is run. A transcript of which
only times and rates differ stays as it is.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
WHAT = tuple(f"tests/test_{name}.py" for name in ("transcripts", "reference", "manual_page", "notebook"))


def main() -> int:
    """Return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "--refresh-docs", *WHAT]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - its own tests


if __name__ == "__main__":
    sys.exit(main())
