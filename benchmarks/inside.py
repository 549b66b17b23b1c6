"""One function of this package, called in a process of its own: `measuring.call` starts it."""

from __future__ import annotations

import importlib
import json
import sys


def main() -> None:
    """Call MODULE's FUNCTION with [arguments, named arguments] in JSON; print its result in JSON
    as the last line.
    """
    module, name, given = sys.argv[1:]
    args, named = json.loads(given)
    result = getattr(importlib.import_module(module), name)(*args, **named)
    print(f"\n{json.dumps(result)}")  # noqa: T201 - what the process is for


if __name__ == "__main__":
    main()
