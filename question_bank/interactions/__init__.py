"""The question types, one module each; adding one is its module, its line here, its template and its tests."""

from question_bank.interactions import (
    essay,
    fill_in,
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
    numeric,
    ordering,
    matching,
    short_answer,
    essay,
)

#: every type by its key, in the order in which papers and lists name them
KINDS: dict[str, Interaction] = {module.KEY: module for module in _MODULES}

__all__ = ["KINDS", "Choice", "Interaction", "Presentation", "Response"]
