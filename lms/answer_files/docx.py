"""Word documents without their author (ECMA-376, Office Open XML): written anew from the parts that a text is made of.

Properties, people, custom data and fonts are left out; authors of comments and changes, names and descriptions of pictures,
numbers of editing sessions and addresses outside are emptied. What cannot be looked through (programs, embedded files, drawings
of other formats) is refused.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from lms.answer_files import pictures
from lms.answer_files.kinds import Unfit

MOST_ENTRIES, MOST_UNPACKED = 2000, 150 * 1024 * 1024
MOST_XML = 40 * 1024 * 1024
TYPES, MAIN = "[Content_Types].xml", "word/document.xml"
#: a field that shows nothing
_NO_FIELD = ' QUOTE "" '
#: moment of all entries: it says nothing
_EPOCH = (1980, 1, 1, 0, 0, 0)
_RELATIONS = re.compile(r"(_rels/\.rels|word/_rels/[a-zA-Z]+\d{0,4}\.xml\.rels|word/theme/_rels/theme\d+\.xml\.rels)\Z")
_TEXT = re.compile(
    r"word/(document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|endnotes|comments"
    r"|header\d{0,4}|footer\d{0,4}|theme/theme\d{1,4})\.xml\Z"
)
_PICTURE = re.compile(r"word/media/[^/]{1,120}\.(png|jpg|jpeg)\Z", re.IGNORECASE)
#: left out without a word: the text reads the same
_LEFT_OUT = re.compile(
    r"docProps/|customXml/|word/(glossary|fonts|printerSettings)/|_xmlsignatures/|\[trash\]/"
    r"|word/(people|commentsIds|commentsExtended|commentsExtensible|customizations)\.xml\Z|word/_rels/people\.xml\.rels\Z"
)
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_EMPTIED = frozenset({"author", "initials", "descr", "title", "alt", "userId", "providerId"})
#: whose names are those of files that were put in
_PICTURE_NAMES = frozenset({"docPr", "cNvPr"})
_DROPPED = frozenset(
    {"rsids", "attachedTemplate", "docVars", "mailMerge", "writeProtection", "dataBinding", "embedRegular", "embedBold",
     "embedItalic", "embedBoldItalic"}
)  # fmt: skip
#: fields that say whose document it is
_FIELD = re.compile(
    r"\s*(AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|FILENAME|DOCPROPERTY|TEMPLATE|COMMENTS|KEYWORDS|SUBJECT"
    r"|TITLE|INFO)\b", re.IGNORECASE,
)  # fmt: skip
_DEFAULTS = frozenset({"rels", "xml", "png", "jpg", "jpeg"})


def cleaned(data: bytes) -> bytes:
    """The document anew; raises Unfit."""
    parts = _parts(data)
    if TYPES not in parts or MAIN not in parts:
        raise Unfit("kind")
    names = {name: name for name in parts}
    for number, name in enumerate(sorted(filter(_PICTURE.match, parts)), 1):
        names[name] = f"word/media/picture{number}{PurePosixPath(name).suffix.lower()}"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (TYPES, *sorted(names.keys() - {TYPES})):
            entry = zipfile.ZipInfo(names[name], _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _written(name, parts[name], names))
    return target.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts that are kept, by name; within the limits whatever the directory of the archive says."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                raise Unfit("large")
            return dict(_read(archive, entries))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Unfit("damaged") from error


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    room, seen = MOST_UNPACKED, set[str]()
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 1:
            raise Unfit("encrypted")
        if name.casefold() in seen or name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise Unfit("damaged")
        seen.add(name.casefold())
        if name.endswith("/") or _LEFT_OUT.match(name):
            continue
        if not (name == TYPES or _RELATIONS.match(name) or _TEXT.match(name) or _PICTURE.match(name)):
            raise Unfit("embedded")
        with archive.open(entry) as part:
            content = part.read(min(room, MOST_XML) + 1)
        room -= len(content)
        if room < 0 or len(content) > MOST_XML:
            raise Unfit("large")
        yield name, content


def _written(name: str, content: bytes, names: Mapping[str, str]) -> bytes:
    """A part as it goes into the copy."""
    if _PICTURE.match(name):
        try:
            return pictures.png(content) if name.lower().endswith(".png") else pictures.jpeg(content)
        except Unfit as unfit:
            raise Unfit("large" if unfit.reason == "large" else "embedded") from unfit
    root = _parsed(content)
    if name == TYPES:
        _keep_types(root, names)
    elif _RELATIONS.match(name):
        _keep_relations(root, name, names)
    else:
        _empty(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _parsed(content: bytes) -> etree._Element:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Unfit("damaged")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unfit("damaged") from error
    about: Any = root.getroottree().docinfo
    if about.doctype:
        raise Unfit("damaged")
    return root


def _keep_types(root: etree._Element, names: Mapping[str, str]) -> None:
    """The types of the parts that are kept; the main one is a document without programs."""
    main = ""
    for entry in list(root):
        part, kind = entry.get("PartName", "").lstrip("/"), entry.get("ContentType", "")
        main = kind if part == MAIN else main
        if _local(entry) == "Override" and part in names:
            entry.set("PartName", f"/{names[part]}")
        elif _local(entry) != "Default" or entry.get("Extension", "").lower() not in _DEFAULTS:
            root.remove(entry)
    if main != _MAIN_TYPE:
        raise Unfit("kind")


def _keep_relations(root: etree._Element, name: str, names: Mapping[str, str]) -> None:
    """Those to parts that are kept; addresses outside lead nowhere."""
    folder = PurePosixPath(name).parent.parent
    for entry in list(root):
        if entry.get("Type", "").endswith("/attachedTemplate"):
            root.remove(entry)
        elif entry.get("TargetMode") == "External":
            entry.set("Target", "about:blank")
        else:
            target = entry.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else _resolved(folder, target)
            if whole in names:
                entry.set("Target", f"/{names[whole]}")
            else:
                root.remove(entry)


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = list(folder.parts)
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def _empty(root: etree._Element) -> None:
    """Take everything out of a part that says whose it is."""
    _empty_fields(root)
    for element in list(root.iter()):
        local = _local(element)
        if local == "dataBinding" and "roperties" in element.get(_like(element, "xpath"), ""):
            properties = element.getparent()
            _silence(None if properties is None else properties.getparent())
        parent = element.getparent()
        if local in _DROPPED and parent is not None:
            parent.remove(element)
            continue
        for key in list(element.attrib):
            plain = str(key).rpartition("}")[2]
            if plain.startswith("rsid"):
                del element.attrib[key]
            elif plain in _EMPTIED or (plain == "name" and local in _PICTURE_NAMES):
                element.set(key, "")


def _like(element: etree._Element, name: str) -> str:
    """An attribute of the same namespace as its element."""
    return f"{str(element.tag).rpartition('}')[0]}}}{name}"


def _silence(shown: etree._Element | None) -> None:
    """Empty every text within."""
    for element in () if shown is None else shown.iter():
        if _local(element) == "t":
            element.text = ""


def _empty_fields(root: etree._Element) -> None:
    """Empty what fields show that say whose document it is: simple ones, and those of several runs, which may nest."""
    codes: list[str] = []
    for element in root.iter():
        local = _local(element)
        if local == "fldSimple" and _FIELD.match(element.get(_like(element, "instr"), "")):
            element.set(_like(element, "instr"), _NO_FIELD)
            _silence(element)
        elif local == "fldChar":
            _step(codes, element.get(_like(element, "fldCharType")))
        elif local == "instrText" and codes:
            codes[-1] += element.text or ""
            if _FIELD.match(codes[-1]):
                element.text = _NO_FIELD
        elif local == "t" and any(map(_FIELD.match, codes)):
            element.text = ""


def _step(codes: list[str], kind: str | None) -> None:
    """Into a field, or out of it."""
    if kind == "begin":
        codes.append("")
    elif kind == "end" and codes:
        codes.pop()


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
