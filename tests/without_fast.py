"""A plugin that runs tests as if the extra ``fast`` were not installed: ``pytest -p tests.without_fast``."""

import sys

for name in ("orjson", "uvloop"):
    sys.modules[name] = None  # type: ignore[assignment]  # to import it is an ImportError now
