"""The program as it is without the extra ``fast``, whether that is installed or not: ``python -m benchmarks.plain``.

Tests are run as if it were not installed with ``pytest -p benchmarks.plain``.
"""

import sys

for name in ("orjson", "uvloop"):
    sys.modules[name] = None  # type: ignore[assignment]  # to import it is an ImportError now, in helpers too

if __name__ == "__main__":
    from importer.cli.main import main

    main()
