"""A unit as the files of its folder, the inverse of reading them: what is written reads as an equal unit.

The text is canonical: one form for one unit, whatever blanks and comments the folder had from which it was once read.
"""

from collections.abc import Iterable, Iterator

from courseware.packages.recordings import quoted, share_text, tables
from courseware.unit import PRESENCE, SETTINGS, Page, Source, Unit

FORMAT = 1


def write(unit: Unit) -> dict[str, bytes]:
    """The settings and the pages by their file names; the media lie beside them under their own."""
    files = {SETTINGS: settings_text(unit)} | {page.file: page_text(page) for page in unit.pages}
    return {name: text.encode("utf-8") for name, text in files.items()}


def page_text(page: Page) -> str:
    """A page as its file has it: the title line, an empty line, the text."""
    return f"# {page.title}\n\n{page.markdown}"


def settings_text(unit: Unit) -> str:
    """The `unit.toml` of a unit."""
    return "\n".join(_settings(unit)) + "\n"


def _settings(unit: Unit) -> Iterator[str]:
    yield f"format = {FORMAT}"
    for name in ("code", "title", "title_en", "summary", "summary_en", "subject"):
        yield f"{name} = {quoted(getattr(unit, name))}"
    yield from _source(unit.source)
    yield f"hours = {quoted(str(unit.hours))}"
    if unit.prerequisites:
        yield f"prerequisites = {_texts(unit.prerequisites)}"
    yield from _lines("objectives", (quoted(line) for line in unit.objectives))
    yield from _lines(
        "terms", (f"{{ term = {quoted(one.term)}, meaning = {quoted(one.meaning)} }}" for one in unit.terms)
    )
    yield f"check = {{ items = {_texts(unit.check.items)}, pass = {quoted(share_text(unit.check.pass_share))} }}"
    if unit.completion.minutes:
        yield f"completion = {{ minutes = {unit.completion.minutes} }}"
    yield from _lines("references", (_reference(one.source, one.article) for one in unit.references))
    if unit.presence != PRESENCE:
        yield f"presence = {unit.presence}"
    yield f"pages = {_texts(page.file for page in unit.pages)}"
    yield from tables(unit.pages)


def _source(source: Source) -> Iterator[str]:
    yield f"source = {quoted(source.origin.value)}"
    if source.supplier:
        yield f"supplier = {quoted(source.supplier)}"
    if source.licence_end is not None:
        yield f"licence_end = {source.licence_end.isoformat()}"
    if source.cost is not None:
        yield f"cost = {quoted(f'{source.cost:.2f}')}"


def _reference(source: str, article: str) -> str:
    return f"{{ source = {quoted(source)}{f', article = {quoted(article)}' if article else ''} }}"


def _lines(name: str, entries: Iterable[str]) -> Iterator[str]:
    held = list(entries)
    yield f"{name} = [" + ("]" if not held else "")
    if held:
        yield from (f"  {entry}," for entry in held)
        yield "]"


def _texts(values: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, values))}]"
