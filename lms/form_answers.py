"""Answers as a form without scripts sends them: from its fields to what a question type reads."""

from werkzeug.datastructures import MultiDict

from question_bank.interactions import Presentation


def raw_answer(control: str, shown: Presentation, form: MultiDict[str, str], name: str) -> object:
    """What was chosen or typed into the control `name` (as `components/question.html` names it)."""
    if control == "one":
        return form.get(name)
    if control in ("many", "spots"):
        return form.getlist(name)
    if control in ("blanks", "inline"):
        typed = [form.get(f"{name}-{blank}", "") for blank in range(1, shown.blanks + 1)]
        return typed if control == "blanks" else [chosen or None for chosen in typed]
    if control == "order":
        return [part for part in form.get(name, "").split(",") if part]
    if control == "match":
        chosen = {prompt.id: form.get(f"{name}-{prompt.id}", "") for prompt in shown.prompts}
        return {left: right for left, right in chosen.items() if right}
    return form.get(name, "")
