"""Which facts of a document are wanted, by its kind. Pure."""

from collections.abc import Mapping

BUNDLED = "bundled:"
#: a statute is known by who issued it, its number and its days; other texts by whoever wrote them
_LAW = ("subject", "issuer", "number", "issued_on", "effective_on", "source_note")
_WORK = ("subject", "author", "issued_on", "source_note", "rights")
_FORM = ("subject", "issuer", "source_note")
WANTED: Mapping[str, tuple[str, ...]] = {
    "statute": _LAW,
    "commentary": _WORK,
    "guide": _WORK,
    "time-limits": _WORK,
    "decision-aid": _WORK,
    "glossary": ("subject", "author", "source_note", "rights"),
    "checklist": _FORM,
    "model": _FORM,
}
#: every fact that may be wanted, in the order of pages
FACTS = ("subject", "issuer", "number", "issued_on", "effective_on", "author", "source_note", "rights")
#: of what comes with the program, these are known to everybody
_OURS = frozenset({"source_note", "rights", "issuer"})


def lacking(kind: str, origin: str, facts: Mapping[str, object]) -> tuple[str, ...]:
    """The facts that a document of this kind and origin wants and has not, in the order of FACTS."""
    wanted = WANTED.get(kind, ("subject",))
    ours = _OURS if origin.startswith(BUNDLED) else frozenset[str]()
    return tuple(fact for fact in FACTS if fact in wanted and fact not in ours and not facts.get(fact))
