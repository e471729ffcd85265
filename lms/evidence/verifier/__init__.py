"""The verifier that lies in every package: one page of HTML, put together from the files of this folder."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = ("bytes.js", "curve.js", "package.js", "page.js")


@cache
def page() -> bytes:
    """The page; its script stands in a function of its own, so that nothing of it can be reached from outside."""
    script = "\n".join(_text(name) for name in SCRIPTS)
    whole = _text("page.txt").replace("{{style}}", _text("page.css").strip())
    return whole.replace("{{script}}", f"(() => {{\n{script}\n}})();").encode()


@cache
def checksum() -> str:
    """SHA-256 of the page, in hexadecimal."""
    return hashlib.sha256(page()).hexdigest()


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
