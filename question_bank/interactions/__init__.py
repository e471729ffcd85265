"""The question types, one module each; adding one is its module, its line here, its template and its tests."""

from question_bank.interactions import (
    essay,
    file_answer,
    fill_in,
    hotspot,
    inline_choice,
    matching,
    multiple_choice,
    numeric,
    ordering,
    short_answer,
    single_choice,
    true_false,
)
from question_bank.interactions.base import Choice, Interaction, Presentation, Response

_MODULES: tuple[Interaction, ...] = (
    single_choice,
    multiple_choice,
    true_false,
    fill_in,
    inline_choice,
    numeric,
    ordering,
    matching,
    hotspot,
    short_answer,
    essay,
    file_answer,
)

#: every type by its key, in the order in which papers and lists name them
KINDS: dict[str, Interaction] = {module.KEY: module for module in _MODULES}

__all__ = ["KINDS", "Choice", "Interaction", "Presentation", "Response"]
