"""Every string of the interface goes through gettext, and every msgid has its Chinese."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import Environment

ROOT = Path(__file__).parent.parent.parent / "lms"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
CATALOGUES = sorted(ROOT.rglob("messages.po"))


def used() -> dict[str, str]:
    """Every msgid in the sources, with the file it stands in."""
    found: dict[str, str] = {}
    for name, _line, message, _comments, _context in extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS):
        msgid = message[0] if isinstance(message, tuple) else message
        if msgid:
            found.setdefault(msgid, name)
    return found


def translated() -> dict[str, str]:
    """Every msgid that has a Chinese text."""
    found = {}
    for path in CATALOGUES:
        for message in read_po(path.open("rb")):
            msgid = message.id[0] if isinstance(message.id, tuple) else message.id
            text = message.string[0] if isinstance(message.string, tuple) else message.string
            if msgid and text and not message.fuzzy:
                found[msgid] = text
    return found


def test_every_string_has_its_chinese() -> None:
    """
    No msgid of any source is missing from the catalogues.
    """
    known = translated()
    missing = {msgid: name for msgid, name in used().items() if msgid not in known}

    assert not missing, "\n".join(f"{name}: {msgid}" for msgid, name in missing.items())


def test_a_string_has_one_chinese_everywhere() -> None:
    """
    All catalogues are one domain: the same msgid in two of them says the same.
    """
    said: dict[str, set[str]] = {}
    for path in CATALOGUES:
        for message in read_po(path.open("rb")):
            if message.id:
                said.setdefault(str(message.id), set()).add(str(message.string))

    assert [(msgid, texts) for msgid, texts in said.items() if len(texts) > 1] == []


def test_translations_keep_their_placeholders() -> None:
    """
    What is filled in in English is filled in in Chinese too.
    """
    pattern = re.compile(r"%\((\w+)\)s|(?<!%)\{(\w+)\}")
    wrong = [
        msgid
        for msgid, text in translated().items()
        if {*map(str, pattern.findall(msgid))} != {*map(str, pattern.findall(text))}
    ]

    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).parts[0])
def test_compiled_catalogues_are_of_their_sources(path: Path) -> None:
    """
    Each .mo file holds what its .po file says.
    """
    source = {str(m.id): str(m.string) for m in read_po(path.open("rb")) if m.id and m.string and not m.fuzzy}
    compiled = {_key(m.id): _key(m.string) for m in read_mo(path.with_suffix(".mo").open("rb")) if m.id}

    assert source == compiled


def _key(value: object) -> str:
    return str(tuple(value)) if isinstance(value, list) else str(value)


def bare_words() -> Iterator[str]:
    """Words in templates that do not go through gettext (the names of the two languages excepted)."""
    lexer = Environment(extensions=["jinja2.ext.i18n"])
    allowed = re.compile(r"中文|English|博学 审问 慎思 明辨 笃行|SHA-256|UTC|EN\b|zh-CN|PDF|Excel|XLSX|CSV|QR")
    for path in sorted(ROOT.rglob("*.html")):
        if "static" in path.parts or path.name == "drawings.html":  # the motto in the drawing is a quotation
            continue
        source = re.sub(
            r"{%-? block (page_class|body_attributes) -?%}.*?{%-? endblock -?%}", "", path.read_text(encoding="utf-8")
        )
        text = "".join(value if kind == "data" else "\x00" for _line, kind, value in lexer.lex(source))
        text = re.sub(r"<!--.*?-->|<(script|style|svg)\b.*?</\1>", "", text, flags=re.S)
        text = re.sub(
            r'<code(?: lang="zh-CN")?>.*?</code>', "", text, flags=re.S
        )  # an example of content, in its language
        text = re.sub(r"<[^>]*>", "\x00", text, flags=re.S)
        for word in re.findall(r"[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff ]+", allowed.sub("", text)):
            yield f"{path.relative_to(ROOT)}: {word.strip()}"


def test_templates_hold_no_words_of_their_own() -> None:
    """
    A template has no text beside gettext's.
    """
    assert list(bare_words()) == []
