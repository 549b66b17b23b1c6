"""Public names of a package, each imported from its module when it is first asked for.

Whoever imports one module of a package runs the package's `__init__` with it, and should not pay
for all that this names: the plugin in each load, a command for its help.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping


def deferred(
    package: str, names: Mapping[str, Iterable[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return a package's `__getattr__` and `__dir__` (PEP 562), with its public `names` by module.

    `__getattr__` raises AttributeError for any other name.
    """
    homes = {name: module for module, own in names.items() for name in own}

    def find(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: object = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, found)
        return found

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return find, list_names
