"""A question as its candidates will see it, and its key as only examiners see it."""

import hashlib
from dataclasses import dataclass

from markupsafe import Markup

from lms.bank.telling import Why
from lms.library.queries import Link
from lms.richtext import rendered
from question_bank.interactions import Presentation
from question_bank.interactions.options import Options
from question_bank.item import Citation, ItemVersion
from question_bank.scoring import ONE, ZERO
from question_bank.shares import said


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page of a paper would show, by the names that `components/question.html` uses."""

    number: int
    type: str
    control: str
    stem: Markup
    presentation: Presentation
    stimulus: Markup | None
    stimulus_title: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """What is right and why: options as (words, right, why, own share in words where it is not all or nothing), or a
    summary for types without options; sources with their places in the library, None where they were not asked for or
    are not held.
    """

    options: tuple[tuple[str, bool, str, str], ...]
    summary: str
    explanation: Markup | None
    sources: tuple[tuple[Citation, Link | None], ...]


def preview(version: ItemVersion, *, number: int = 1, draw: int = 1) -> Preview:
    """The question on the paper of the `draw`-th imagined candidate: another draw, another order of options."""
    seed = hashlib.sha256(f"preview {draw} {version.ref}".encode()).digest()
    stimulus = version.stimulus
    return Preview(
        number=number,
        type=version.type,
        control=version.interaction.CONTROL,
        stem=rendered(version.stem),
        presentation=version.interaction.present(version.body, seed),
        stimulus=rendered(stimulus.text) if stimulus else None,
        stimulus_title=stimulus.title if stimulus else None,
    )


def key(version: ItemVersion, told: Why | None = None) -> Key:
    """The key of a version; `told` has its words with links into the library."""
    options: tuple[tuple[str, bool, str, str], ...] = ()
    whys = {text: why for text, _right, why in told.reasons} if told else {}
    if isinstance(version.body, Options):
        options = tuple(
            (option.text, option.right, whys.get(option.text, option.why), share)
            for option, share in zip(version.body.options, _own_shares(version), strict=False)
        )
    return Key(
        options=options,
        summary="" if options else version.interaction.key_summary(version.body),
        explanation=told.explanation if told else rendered(version.explanation) if version.explanation else None,
        sources=told.sources if told else tuple((one, None) for one in version.citations),
    )


def _own_shares(version: ItemVersion) -> list[str]:
    """The own share of each option in words, "" where the question has none or it is all or nothing."""
    shares = version.body.shares(several=version.type == "multiple_choice").values()
    return [said(share) if version.body.own and share not in (ZERO, ONE) else "" for share in shares]
