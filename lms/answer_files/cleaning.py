"""A copy of a file that does not say who made it, for those who mark it without knowing whose it is."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lms import apart
from lms.answer_files import pictures, plain
from lms.answer_files.kinds import Unfit

MODULE: Final = "lms.answer_files.documents_apart"
#: done here: they are gone through once, from front to back
_AT_HAND: Final[dict[str, Callable[[bytes], bytes]]] = {"png": pictures.png, "jpg": pictures.jpeg, "txt": plain.cleaned}
#: files that a process looks through at once; others wait
_PLACES = threading.BoundedSemaphore(2)


def clean(source: Path, target: Path, kind: str) -> None:
    """Write the copy of a file of a kind; raises Unfit where there can be none."""
    with _PLACES:
        if kind in _AT_HAND:
            target.write_bytes(_AT_HAND[kind](source.read_bytes()))
            return
        try:
            reason = apart.run(MODULE, {"source": str(source), "target": str(target), "kind": kind})
        except RuntimeError as error:  # stopped by its limits
            raise Unfit("slow") from error
    if reason:
        raise Unfit(reason)
