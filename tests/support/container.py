"""A process as in a container, as far as Linux lends one without an engine: namespaces of ``unshare`` (util-linux).

The whole tree is read-only but for two folders, the user is a number without a name and without a capability, and the
program is process 1, to which a signal means nothing unless the program heeds it.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.support.pages import ROOT
from tests.support.tools import tool

USER: Final = 10001

_READ_ONLY: Final = """
data=$1; tmp=$2; user=$3; shift 3
mount --bind "$data" "$data" && mount --bind "$tmp" "$tmp" && mount -o remount,bind,ro / || exit 99
awk '{print $2}' /proc/self/mounts | while read -r place; do
  case $place in
    "$data"|"$tmp"|/proc|/proc/*|/dev|/dev/*) ;;
    *) mount -o remount,bind,ro "$place" 2>/dev/null ;;
  esac
done
cd "$data" && exec unshare -U -p -f --kill-child --map-user="$user" --map-group="$user" "$@"
"""


class Container:
    """Owns the two folders: ``data``, where the process begins, and ``tmp``."""

    def __init__(self, folder: Path, code: Path = ROOT) -> None:
        """``code`` is where the program is imported from."""
        self.data, self.tmp = folder / "data", folder / "tmp"
        self.data.mkdir()
        self.tmp.mkdir()
        self._code = code

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """A command with these variables, those of an image, and no other."""
        of_image = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(self._code)}
        inside = ["sh", "-c", _READ_ONLY, "sh", str(self.data), str(self.tmp), str(USER), *command]
        return subprocess.Popen(
            [tool("unshare"), "-U", "-m", "--map-root-user", *inside],
            env={**of_image, "TMPDIR": str(self.tmp), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def program(self, arguments: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """The program with its arguments, as ``ENTRYPOINT`` starts it."""
        begin = "from importer.__main__ import main; main()"
        return self.start([sys.executable, "-c", begin, *arguments], environment)


def is_possible() -> bool:
    """Whether this machine lends namespaces to this user."""
    command = [tool("unshare"), "-U", "-m", "-p", "-f", "--map-root-user", "true"]
    return sys.platform == "linux" and subprocess.run(command, capture_output=True, check=False).returncode == 0


def first_process(started: "subprocess.Popen[str]") -> int:
    """The number, as this machine has it, of the process that is 1 in the container."""
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text()
    (child,) = children.split()
    return int(child)
