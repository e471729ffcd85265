"""QTI as files: content packages (manifest, items, pictures) and single items, read and written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from lxml import etree

from question_bank.errors import UnreadableFile
from question_bank.formats import html, pictures, qti_own, qti_read, qti_write
from question_bank.formats.package import MANIFEST, Package, content_package, opened, packed
from question_bank.formats.qti_names import ITEM_ROOTS, OLD_ROOT, uniform
from question_bank.formats.qti_own import Own
from question_bank.formats.qti_source import child_of
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.xml import local, parsed
from question_bank.item import ItemVersion, Stimulus
from question_bank.problem import shortened

MAX_ITEMS = 2900
#: a leading piece of a file in which its root must begin
_HEAD = 4096
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(assessmentItem|qti-assessment-item|questestinterop)[\s>]")
_TYPES = {
    "2.1": ("imsqti_item_xmlv2p1", "http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.1 Package", "1.0.0"),
    "2.2": ("imsqti_item_xmlv2p2", "http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.2 Package", "1.0.0"),
    "3.0": ("imsqti_item_xmlv3p0", "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0"),
}  # fmt: skip
_STIMULUS_TYPE = "imsqti_stimulus_xmlv3p0"
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,120}\Z", re.ASCII)
#: remarks that a file may hold of every item: said once, with how often
_OFTEN = ("qti_order_kept", "qti_comparison", "qti_rule", "qti_marks", "qti_unscored", "qti_labels")
_KINDS = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


def looks_like(_name: str, data: bytes) -> bool:
    """A zip archive with a manifest that speaks of QTI, or XML whose root is an item of any version."""
    if not data.startswith(b"PK\x03\x04"):
        head = data[:_HEAD]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            head = head.decode("utf-16", "ignore").encode()
        return _ROOT.search(head) is not None
    if MANIFEST.encode() not in data:  # names stand in an archive as they are: no need to unpack a workbook
        return False
    try:
        package = opened(data)
    except UnreadableFile:
        return True  # the reader says what is wrong with it
    return b"qti" in package.parts.get(MANIFEST, b"").lower() or any(_is_item(package, name) for name in package.parts)


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """The items of a package or of a single file; never raises for what is in it."""
    reading = _Reading(name, tuple(subjects.values()), subject)
    try:
        if data.startswith(b"PK"):
            reading.package(*content_package(data))
        else:
            reading.single(parsed(data), name, Package({}))
    except UnreadableFile as error:
        reason = str(error.facts.get("reason", ""))
        facts = {key: value for key, value in error.facts.items() if key != "reason"}
        where = f"{name}:{facts['line']}" if facts.get("line") else name
        reading.refused.append(Refusal(where, "", "", f"file_{reason}", facts))
    return reading.result()


class _Reading:
    """Goes through a file, keeping items, complaints and pictures."""

    def __init__(self, name: str, subjects: tuple[str, ...], subject: str) -> None:
        self.name, self.subjects, self.subject = name, subjects, subject
        self.items: dict[str, ItemVersion] = {}
        self.refused: list[Refusal] = []
        self.warnings: list[Refusal] = []
        self.pictures: dict[str, bytes] = {}

    def result(self) -> Imported:
        """Everything taken and everything said."""
        if not self.items and not self.refused:
            self.refused.append(Refusal(self.name, "", "", "qti_no_items"))
        return Imported(tuple(self.items.values()), tuple(self.refused), _once(self.name, self.warnings), self.pictures)

    def package(self, package: Package, manifest: etree._Element) -> None:
        """Every item of a package, in the order of its manifest."""
        resources = [one for one in manifest.iter() if local(one) == "resource"]
        if len(resources) > MAX_ITEMS * 2:
            raise UnreadableFile(reason="too_large")
        for resource in resources:
            kind, address = resource.get("type", ""), resource.get("href", "")
            if "item" in kind or kind.startswith(("imsqti_xml", "imsqti_assessment")) or _is_item(package, address):
                self._resource(package, resource, address)
            elif "test" in kind or "section" in kind:
                self.warnings.append(Refusal(f"{self.name} {address}", "resource", kind, "qti_test"))
        if not self.items and not self.refused:  # a manifest may name a test only, and the test its items
            for address in package.parts:
                if _is_item(package, address):
                    self._resource(package, etree.Element("resource"), address)

    def _resource(self, package: Package, resource: etree._Element, address: str) -> None:
        content = package.part(address)
        if content is None:
            self.refused.append(Refusal(self.name, "resource", shortened(address), "file_manifest_file"))
            return
        try:
            root = parsed(content)
        except UnreadableFile as error:
            line = error.facts.get("line")
            where = f"{address}:{line}" if line else address
            self.refused.append(Refusal(where, "", "", f"file_{error.facts.get('reason', '')}", {"line": line or 0}))
            return
        own = qti_own.found(resource, content)
        if own is not None and own.unchanged:
            self._own(own.item, package, address)
        else:
            self.single(root, address, package, own)

    def single(self, root: etree._Element, file: str, package: Package, own: Own | None = None) -> None:
        """One item file."""
        if local(root) not in ITEM_ROOTS:
            code = {OLD_ROOT: "qti_old", "assessmentTest": "qti_test", "qti-assessment-test": "qti_test"}
            self.refused.append(
                Refusal(f"{file}:{root.sourceline}", local(root), "", code.get(local(root), "qti_no_item"))
            )
            return
        find = partial(package.part, beside=file)
        stimulus = _stimulus(root, package, file)
        found = qti_read.item(root, file=file, find=find, subject=self.subject, stimulus=stimulus)
        self.refused += found.refused
        self.warnings += found.warnings
        if found.item is not None:
            item = found.item if own is None else self._subject(own.over(found.item), file)
            if own is not None:
                self.warnings.append(Refusal(f"{file}:{root.sourceline}", "", item.ref, "qti_changed"))
            self._take(item, file, found.pictures)

    def _own(self, item: ItemVersion, package: Package, file: str) -> None:
        """A question as we wrote it."""
        wanted = pictures.named([item])
        held = {pictures.name_of(part).removeprefix("picture:"): part for part in _pictures(package, wanted)}
        self.refused += [Refusal(file, "picture", digest[:12], "picture_missing") for digest in wanted - set(held)]
        if wanted <= set(held):
            self._take(self._subject(item, file), file, held)

    def _subject(self, item: ItemVersion, file: str) -> ItemVersion:
        """The item under a subject that is known here."""
        if not self.subjects or item.subject in self.subjects or item.subject == self.subject:
            return item
        self.warnings.append(Refusal(file, "subject", shortened(item.subject), "qti_subject"))
        return replace(item, subject=self.subject)

    def _take(self, item: ItemVersion, file: str, held: Mapping[str, bytes]) -> None:
        known = (*self.subjects, self.subject) if self.subjects else ()
        wrong = item.problems(known)
        if item.ref in self.items:
            self.refused.append(Refusal(file, "id", shortened(item.ref), "duplicate"))
        elif wrong:
            self.refused += [Refusal.of(file, problem) for problem in wrong]
        else:
            self.items[item.ref] = item
            self.pictures |= held


def _is_item(package: Package, address: str) -> bool:
    """Whether a part that its manifest calls otherwise is an item all the same."""
    content = package.part(address) if address.lower().endswith(".xml") else None
    return content is not None and _ROOT.search(content[:_HEAD]) is not None


def _pictures(package: Package, wanted: Iterable[str]) -> list[bytes]:
    """The parts that carry these hashes in their names, as we write them."""
    return [
        package.parts[name]
        for digest in wanted
        for _kind, ending in _KINDS
        if (name := f"pictures/{digest}.{ending}") in package.parts
    ]


def _stimulus(root: etree._Element, package: Package, file: str) -> Stimulus | None:
    """The material to which an item of 3.0 refers."""
    reference = next((one for one in root if local(one).endswith("assessment-stimulus-ref")), None)
    address = "" if reference is None else reference.get("href", "")
    content = package.part(address, beside=file) if address else None
    if reference is None or content is None:
        return None
    try:
        material = uniform(parsed(content))
    except UnreadableFile:
        return None
    body = child_of(material, "stimulusBody")
    if body is None:
        return None
    text = html.markdown(body, pictures=partial(_beside, package, address, file), field="case").text
    title = material.get("title") or reference.get("title") or ""
    return Stimulus(material.get("identifier", "")[:80], title, text) if text else None


def _beside(package: Package, stimulus: str, file: str, address: str) -> bytes | None:
    folder = file.rpartition("/")[0]
    return package.part(address, beside=f"{folder}/{stimulus}" if folder else stimulus)


def _once(name: str, warnings: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """Remarks with those together that would be said of every item: where the first was, and how many there are."""
    kept: dict[tuple[str, str, str], list[Refusal]] = {}
    for number, warning in enumerate(warnings):
        key = (warning.code, warning.field, warning.value) if warning.code in _OFTEN else (str(number), "", "")
        kept.setdefault(key, []).append(warning)
    return tuple(
        same[0]
        if len(same) == 1
        else replace(same[0], where=name, facts={**same[0].facts, "items": len(same), "first": same[0].where})
        for same in kept.values()
    )


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes], version: str = "3.0") -> bytes:
    """The items as a content package of a version of QTI."""
    return _Package(items, pictures, version).written()


class _Package:
    """A package on its way."""

    def __init__(self, items: Sequence[ItemVersion], held: Mapping[str, bytes], version: str) -> None:
        self.version, self.items = version, items
        named = pictures.named(items)
        self.files = {digest: f"pictures/{digest}.{_ending(data)}" for digest, data in held.items() if digest in named}
        self.held = held
        self.parts: dict[str, bytes] = {}
        self.stimuli: dict[Stimulus, str] = {}
        kind, space, schema, schema_version = _TYPES[version]
        self.kind = kind
        self.manifest = etree.Element(f"{{{space}}}manifest", nsmap={None: space}, identifier="questions")  # type: ignore[dict-item]
        self.space = space
        about = self._element(self.manifest, "metadata")
        self._element(about, "schema", schema)
        self._element(about, "schemaversion", schema_version)
        self._element(self.manifest, "organizations")
        self.resources = self._element(self.manifest, "resources")

    def written(self) -> bytes:
        """The bytes of the archive; the manifest comes first."""
        taken: set[str] = set()
        for number, item in enumerate(self.items, 1):
            identifier = item.ref if _NAME.match(item.ref) and item.ref.casefold() not in taken else f"item-{number}"
            taken.add(identifier.casefold())
            self._add(item, identifier)
        for digest, file in self.files.items():
            self.parts[file] = self.held[digest]
        return packed({MANIFEST: qti_write.serialised(self.manifest), **self.parts})

    def _element(self, parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
        made = etree.SubElement(parent, f"{{{self.space}}}{name}", attributes)
        made.text = text
        return made

    def _add(self, item: ItemVersion, identifier: str) -> None:
        file = f"items/{identifier}.xml"
        stimulus = self._stimulus(item.stimulus) if item.stimulus and self.version == "3.0" else ""
        content = qti_write.item(item, identifier, self.version, self._address, stimulus and f"../{stimulus}")
        self.parts[file] = content
        self._resource(f"res-{identifier}", self.kind, file, [item], qti_own.element(item, content))

    def _address(self, digest: str) -> str:
        return "../" + self.files.get(digest, f"pictures/{digest}.png")

    def _resource(
        self, name: str, kind: str, file: str, items: Sequence[ItemVersion], own: etree._Element | None = None
    ) -> None:
        resource = self._element(self.resources, "resource", identifier=name, type=kind, href=file)
        if own is not None:
            self._element(resource, "metadata").append(own)
        self._element(resource, "file", href=file)
        for digest in sorted(pictures.named(items)):
            if digest in self.files:
                self._element(resource, "file", href=self.files[digest])

    def _stimulus(self, stimulus: Stimulus) -> str:
        """The file of a case's material, written once."""
        if stimulus not in self.stimuli:
            file = f"stimuli/case-{len(self.stimuli) + 1}.xml"
            self.stimuli[stimulus] = file
            self.parts[file] = qti_write.stimulus(stimulus, self._address)
            self._resource(f"res-case-{len(self.stimuli)}", _STIMULUS_TYPE, file, [])
        return self.stimuli[stimulus]


def _ending(data: bytes) -> str:
    return next((ending for head, ending in _KINDS if data.startswith(head)), "png")


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """What other systems will not see or will mark otherwise; we ourselves read everything back."""
    found = [] if len(items) <= MAX_ITEMS else [Refusal("", "id", str(len(items)), "too_many", {"most": MAX_ITEMS})]
    for item in items:
        found += [Refusal(item.ref, field, "", "qti_lost") for field in _lost(item)]
    return tuple(found)


def _lost(item: ItemVersion) -> list[str]:
    """The fields of a body that the standard's templates cannot say."""
    body = item.body
    if item.type == "fill_in":
        marks = {
            "blanks.pattern": any(blank.pattern for blank in body.blanks),
            "blanks.numerals": any(blank.numerals for blank in body.blanks),
            "blanks.partly": any(one.pattern and one.text != "*" for blank in body.blanks for one in blank.partly),
        }
        return [field for field, lost in marks.items() if lost]
    if item.type == "numeric" and body.units:
        return ["units"]
    return ["endings"] if item.type == "file_answer" else []
