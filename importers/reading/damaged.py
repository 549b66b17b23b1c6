"""Whatever a reader of somebody else's raises on a damaged file, as a sentence for the user.

Libraries that read archives, workbooks and TOML raise exceptions of many kinds on what they did not
expect: no list of them is whole. So only their calls stand under `damage_as`, and what our own code
raises is a fault of ours and is seen as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def damage_as(refusal: Callable[[str], Exception]) -> Iterator[None]:
    """Raise, in place of any exception of a library, the refusal made of its reason. What stops the
    program (Ctrl-C, an exit) stops it.
    """
    try:
        yield
    except RecursionError as error:
        raise refusal("it is nested too deeply") from error
    except MemoryError as error:
        raise refusal("this computer has too little memory for it") from error
    except Exception as error:
        raise refusal(str(error) or type(error).__name__) from error
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise refusal("its reader gave it up") from error


def _is_panic(error: BaseException) -> bool:
    """Tell whether a library in Rust gave up (the class derives from BaseException, and cannot be
    imported).
    """
    return type(error).__name__ == "PanicException"
