"""What the report on the health of a pool says, in words of an examination office."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of finding: its name, what it means and what to do, and how much it matters ("bad", "warn", "info")."""

    name: LazyString
    advice: LazyString
    weight: str


def _category(weight: str, name: LazyString, advice: LazyString) -> Category:
    return Category(name, advice, weight)


#: groups of categories, in the order of the page
GROUPS: tuple[tuple[LazyString, tuple[str, ...]], ...] = (
    (
        lazy_gettext("Law"),
        ("law_changed", "validity_over", "validity_ends", "law_repealed", "law_amended", "law_unknown"),
    ),
    (lazy_gettext("Twins"), ("same_stem", "turned", "twins", "lone_enemy")),
    (
        lazy_gettext("Keys and wording"),
        ("letters", "one_sided", "long_keys", "all_or_none", "quiet_negation"),
    ),
    (
        lazy_gettext("What exams say"),
        (
            "key_doubtful", "tempting_distractor", "idle_distractor", "weak", "inefficient", "too_hard", "too_easy",
            "overexposed", "never_used",
        ),
    ),
    (
        lazy_gettext("Missing particulars"),
        ("no_citation", "no_explanation", "no_why", "no_point", "no_difficulty"),
    ),
)  # fmt: skip
CATEGORIES: dict[str, Category] = {
    "law_changed": _category(
        "bad",
        lazy_gettext("A law has changed under them"),
        lazy_gettext("Out of the draw. Compare the words of the law, then clear the question or word it anew."),
    ),
    "validity_over": _category(
        "bad",
        lazy_gettext("No longer valid"),
        lazy_gettext("Their last valid day has passed; no new exam takes them. Word them anew or retire them."),
    ),
    "validity_ends": _category(
        "warn",
        lazy_gettext("Valid for less than 90 days"),
        lazy_gettext("Prepare the wording for the new law now."),
    ),
    "law_repealed": _category(
        "bad",
        lazy_gettext("Rest on a law that was repealed"),
        lazy_gettext("Cite the law that has taken its place, or retire the question."),
    ),
    "law_amended": _category(
        "warn",
        lazy_gettext("Rest on an older text of a law"),
        lazy_gettext("The library says that this text has been amended. Check the article."),
    ),
    "law_unknown": _category(
        "info",
        lazy_gettext("Cited laws that the library does not have"),
        lazy_gettext("Nobody is told when they change. Bring their texts into the library, or mend the names."),
    ),
    "same_stem": _category(
        "bad",
        lazy_gettext("The same stem more than once"),
        lazy_gettext("Retire all but one, or make them enemies so that no paper holds two."),
    ),
    "turned": _category(
        "warn",
        lazy_gettext("Alike but for a negation or a number"),
        lazy_gettext("One gives the other away, and one of the two may be a slip. Compare; make them enemies."),
    ),
    "twins": _category(
        "warn",
        lazy_gettext("Twins: stems that are nearly the same"),
        lazy_gettext("Retire one, or make them enemies so that no paper holds both."),
    ),
    "lone_enemy": _category(
        "info",
        lazy_gettext("Enemies without a partner"),
        lazy_gettext("The group has one question only: mend its name or empty the field."),
    ),
    "letters": _category(
        "warn",
        lazy_gettext("One letter is the key too often"),
        lazy_gettext("Who guesses learns the letter. Move the key of some of them to another place."),
    ),
    "one_sided": _category(
        "warn",
        lazy_gettext("True or false too one-sided"),
        lazy_gettext("Turn some of the statements round."),
    ),
    "long_keys": _category(
        "warn",
        lazy_gettext("The key is the longest option too often"),
        lazy_gettext("The length gives the answer away. Shorten keys or lengthen wrong options."),
    ),
    "all_or_none": _category(
        "info",
        lazy_gettext("“All of the above” or “none of the above”"),
        lazy_gettext("Such options are mostly the key or mostly not. Write an option of its own."),
    ),
    "quiet_negation": _category(
        "warn",
        lazy_gettext("A negation that is easily overlooked"),
        lazy_gettext("The stem asks for what is not so: set the word in bold, or ask for what is."),
    ),
    "key_doubtful": _category(
        "bad",
        lazy_gettext("Doubtful key"),
        lazy_gettext("Better candidates get it wrong more often than weaker ones. Check the key first of all."),
    ),
    "tempting_distractor": _category(
        "bad",
        lazy_gettext("A wrong option that better candidates choose"),
        lazy_gettext("It may be right too, or the stem may be read in two ways."),
    ),
    "idle_distractor": _category(
        "info",
        lazy_gettext("A wrong option that hardly anybody chooses"),
        lazy_gettext("Write one that somebody who does not know might believe."),
    ),
    "weak": _category(
        "warn",
        lazy_gettext("Tells good and weak candidates hardly apart"),
        lazy_gettext("Make the stem unambiguous and the wrong options plausible."),
    ),
    "inefficient": _category(
        "info",
        lazy_gettext("Tells less than it could at its difficulty"),
        lazy_gettext("Look at the wrong options."),
    ),
    "too_hard": _category(
        "warn",
        lazy_gettext("Hardly anybody gets it right"),
        lazy_gettext("Check the key and whether the matter was taught."),
    ),
    "too_easy": _category(
        "info",
        lazy_gettext("Nearly everybody gets it right"),
        lazy_gettext("It costs time and tells nothing; keep it only if everybody has to know it."),
    ),
    "overexposed": _category(
        "warn",
        lazy_gettext("Seen too often"),
        lazy_gettext("On more than a fifth of all papers: it is known soon. Write more of this kind, or let it rest."),
    ),
    "never_used": _category(
        "info",
        lazy_gettext("Never used"),
        lazy_gettext("No exam has reported on them yet."),
    ),
    "no_citation": _category(
        "warn",
        lazy_gettext("No law or document named"),
        lazy_gettext("Without it nobody can check the key, and nobody is told when the law changes."),
    ),
    "no_explanation": _category(
        "warn",
        lazy_gettext("No explanation"),
        lazy_gettext("Candidates cannot learn from their mistake."),
    ),
    "no_why": _category(
        "info",
        lazy_gettext("Wrong options without a reason"),
        lazy_gettext("Say of each why it is wrong."),
    ),
    "no_point": _category(
        "info",
        lazy_gettext("No knowledge point"),
        lazy_gettext("Papers cannot be balanced by it, and results not told by it."),
    ),
    "no_difficulty": _category(
        "info",
        lazy_gettext("No difficulty"),
        lazy_gettext("Exams that ask for a difficulty never take them."),
    ),
}
#: category -> the fact that chooses its sentence, and the sentences
_CHOSEN: dict[str, tuple[str, Mapping[str, LazyString]]] = {
    "same_stem": (
        "offers",
        {
            "same": lazy_gettext("What can be answered is the same too."),
            "other": lazy_gettext("What can be answered differs."),
        },
    ),
    "turned": (
        "how",
        {
            "number": lazy_gettext("They differ by a number only."),
            "negation": lazy_gettext("They differ by a negation only."),
        },
    ),
    "one_sided": (
        "most",
        {
            "true": lazy_gettext("%(subject)s: %(percent)s%% of %(total)s statements are true."),
            "false": lazy_gettext("%(subject)s: %(percent)s%% of %(total)s statements are false."),
        },
    ),
}
#: category -> the sentence about one finding; what is not here says all by its name
_SENTENCES: dict[str, LazyString] = {
    "twins": lazy_gettext("%(percent)s%% of the wording is the same."),
    "validity_over": lazy_gettext("Valid until %(day)s."),
    "validity_ends": lazy_gettext("Valid until %(day)s, %(days)s more days."),
    "law_repealed": lazy_gettext("%(law)s was repealed."),
    "law_amended": lazy_gettext("%(law)s was amended."),
    "law_unknown": lazy_gettext("%(law)s is not in the library."),
    "lone_enemy": lazy_gettext("Group: %(group)s."),
    "letters": lazy_gettext(
        "%(subject)s: of %(total)s questions with one right option %(percent)s%% have the key %(most)s (%(spread)s)."
    ),
    "long_keys": lazy_gettext(
        "%(subject)s: in %(percent)s%% of %(total)s questions the key is the longest option; chance would give %(chance)s%%."
    ),
    "key_doubtful": lazy_gettext("Discrimination %(figure)s over %(attempts)s answers."),
    "weak": lazy_gettext("Discrimination %(figure)s over %(attempts)s answers."),
    "inefficient": lazy_gettext("Efficiency %(figure)s over %(attempts)s answers."),
    "too_hard": lazy_gettext("%(percent)s%% are right, over %(attempts)s answers."),
    "too_easy": lazy_gettext("%(percent)s%% are right, over %(attempts)s answers."),
    "idle_distractor": lazy_gettext("Option %(options)s, over %(attempts)s answers."),
    "tempting_distractor": lazy_gettext("Option %(options)s, over %(attempts)s answers."),
    "overexposed": lazy_gettext("On %(percent)s%% of all papers."),
    "no_why": lazy_gettext("%(options)s wrong options say no reason."),
}


def sentence(category: str, facts: Mapping[str, Any], subjects: Mapping[str, str]) -> str:
    """What a finding says, "" where the name of its category says all. `subjects`: names by code."""
    chosen = _CHOSEN.get(category)
    words = chosen[1][facts[chosen[0]]] if chosen else _SENTENCES.get(category, "")
    said = dict(facts)
    if "subject" in said:
        said["subject"] = subjects.get(said["subject"], said["subject"])
    if "law" in said:
        said["law"] = f"《{said['law'].strip('《》')}》"
    return str(words) % said
