"""QTI's response processing: which score an item gives to an answer. Followed exactly or refused.

Only what bears on SCORE is followed; rules that only choose feedback are passed over.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from lxml import etree

from question_bank.formats.qti_expressions import Declarations, Expression, State, expression, is_true
from question_bank.formats.qti_values import NUMBERS, Declaration, Unsupported, Value
from question_bank.formats.xml import local

SCORE, RESPONSE = "SCORE", "RESPONSE"
#: templates of the standard by the last step of their address, each with what it does
_MATCH, _MAP = ("match_correct", "CC2_match"), ("map_response", "CC2_map_response")
#: a template of one program: what is left unanswered earns everything
_NOTHING = ("match_nothing",)
_SETS = ("setOutcomeValue", "lookupOutcomeValue")
_BRANCHES = ("responseIf", "responseElseIf", "responseElse")
#: some programs score items by the rules of tests
_AS_IN_TESTS = {
    "outcomeProcessing": "responseProcessing", "outcomeCondition": "responseCondition", "outcomeIf": "responseIf",
    "outcomeElseIf": "responseElseIf", "outcomeElse": "responseElse",
    "outcomeProcessingFragment": "responseProcessingFragment", "exitTest": "exitResponse",
}  # fmt: skip
MAX_RULES = 500
#: elements that are gone through for one item in all, some tenths of a second
MAX_WORK = 600_000

Rule = Callable[[State], None]


class _Exit(Exception):
    """The item is done with this answer."""


class Processing:
    """How an item scores."""

    def __init__(self, rules: list[Rule], declarations: Mapping[str, Declaration], element: etree._Element) -> None:
        self._rules, self.element = rules, element
        self._size, self._work = sum(1 for _one in element.iter()), 0
        self._start: State = {
            one.identifier: one.default or ((Fraction(0),) if one.base in NUMBERS else None)
            for one in declarations.values()
            if local(one.element) == "outcomeDeclaration" and (one.cardinality == "single" or one.default)
        }

    def score(self, responses: Mapping[str, Value]) -> Fraction:
        """The SCORE of these responses; NULL is nought. Raises Unsupported where it is no number."""
        self._work += self._size
        if self._work > MAX_WORK:
            raise Unsupported("responseProcessing", self.element)
        state: State = {**self._start, **responses}
        try:
            for rule in self._rules:
                rule(state)
        except _Exit:
            pass
        value = state.get(SCORE)
        if value is None:
            return Fraction(0)
        if isinstance(value[0], bool) or not isinstance(value[0], Fraction):
            raise Unsupported(SCORE, self.element)
        return value[0]


def processing(item: etree._Element, declarations: Declarations) -> Processing | None:
    """How the item scores; None where it says nothing of a score. Raises Unsupported.

    Without response processing, mappings alone say what answers are worth, as with the template map_response.
    """
    if not any(local(one) == "responseProcessing" for one in item):
        for one in item.iter(*_AS_IN_TESTS):
            one.tag = _AS_IN_TESTS[local(one)]
    element = next((one for one in item if local(one) == "responseProcessing"), None)
    if element is None or not (len(element) or element.get("template")):
        return _mapped_only(item, declarations)
    if not len(element):
        return Processing([_template(element, declarations)], declarations, element)
    if sum(1 for _one in element.iter()) > MAX_RULES * 10:
        raise Unsupported("responseProcessing", element)
    relevant = _relevant(element)
    if not relevant:
        return None
    return Processing(_rules(element, declarations, relevant, 0), declarations, element)


def _mapped_only(item: etree._Element, declarations: Declarations) -> Processing | None:
    responses = [one for one in declarations.values() if local(one.element) == "responseDeclaration"]
    tables = [(one.identifier, one.mapping) for one in responses if one.mapping is not None]
    if not tables or len(tables) < len(responses) or any(one.correct for one in responses):
        return None

    def mapped(state: State) -> None:
        worths = [table.worth(state.get(name)) for name, table in tables if state.get(name) is not None]
        state[SCORE] = (sum(worths, Fraction(0)),)

    return Processing([mapped], declarations, item)


def _template(element: etree._Element, declarations: Declarations) -> Rule:
    name = element.get("template", "").rstrip("/").rpartition("/")[2].removesuffix(".xml")
    response = declarations.get(RESPONSE)
    if name not in _MATCH + _MAP + _NOTHING or response is None:
        raise Unsupported(f"template {name}", element)
    table = response.mapping
    if name in _MAP and table is None:
        raise Unsupported("mapResponse without mapping", element)

    def matched(state: State) -> None:
        state[SCORE] = (Fraction(response.same(state.get(RESPONSE), response.correct)),)

    def mapped(state: State) -> None:
        value = state.get(RESPONSE)
        state[SCORE] = (Fraction(0) if value is None or table is None else table.worth(value),)

    def unanswered(state: State) -> None:
        state[SCORE] = (Fraction(state.get(RESPONSE) is None),)

    return unanswered if name in _NOTHING else matched if name in _MATCH else mapped


def _relevant(element: etree._Element) -> set[str]:
    """The outcomes on which SCORE depends, itself included; none where nothing sets it."""
    sets = [one for one in element.iter() if local(one) in _SETS]
    found = {SCORE} if any(one.get("identifier") == SCORE for one in sets) else set()
    while True:
        used = {
            variable.get("identifier", "")
            for one in sets
            if one.get("identifier") in found
            for scope in (one, *(cond for up in one.iterancestors() for cond in _tests_of(up)))
            for variable in scope.iter()
            if local(variable) == "variable"
        }
        if used <= found or not found:
            return found
        found |= used


def _tests_of(element: etree._Element) -> list[etree._Element]:
    """The conditions of a branch's whole decision."""
    if local(element) != "responseCondition":
        return []
    return [branch[0] for branch in element if len(branch) and local(branch) != "responseElse"]


def _bears(element: etree._Element, relevant: set[str]) -> bool:
    """Whether a rule changes the score, or ends the processing."""
    return any(
        local(one) == "exitResponse" or (local(one) in _SETS and one.get("identifier") in relevant)
        or local(one) in ("setResponseValue", "include")
        for one in element.iter()
    )  # fmt: skip


def _rules(parent: etree._Element, known: Declarations, relevant: set[str], skip: int) -> list[Rule]:
    return [_rule(child, known, relevant) for child in list(parent)[skip:] if _bears(child, relevant)]


def _rule(element: etree._Element, known: Declarations, relevant: set[str]) -> Rule:
    name = local(element)
    if name == "exitResponse":
        return _exit
    if name == "responseProcessingFragment":
        return _sequence(_rules(element, known, relevant, 0))
    if name == "responseCondition":
        return _condition(element, known, relevant)
    if name in _SETS and len(element):
        target = element.get("identifier", "")
        value = expression(element[0], known)
        return _set(target, value if name == "setOutcomeValue" else _looked_up(element, value, known))
    raise Unsupported(name, element)


def _exit(_state: State) -> None:
    raise _Exit


def _sequence(rules: list[Rule]) -> Rule:
    def run(state: State) -> None:
        for rule in rules:
            rule(state)

    return run


def _set(target: str, value: Expression) -> Rule:
    def run(state: State) -> None:
        state[target] = value(state)

    return run


def _condition(element: etree._Element, known: Declarations, relevant: set[str]) -> Rule:
    branches: list[tuple[Expression | None, list[Rule]]] = []
    for branch in element:
        name = local(branch)
        if name not in _BRANCHES or (name != "responseElse" and not len(branch)):
            raise Unsupported(name, branch)
        test = None if name == "responseElse" else expression(branch[0], known)
        branches.append((test, _rules(branch, known, relevant, 0 if test is None else 1)))

    def run(state: State) -> None:
        for test, rules in branches:
            if test is None or is_true(test(state)):
                for rule in rules:
                    rule(state)
                return

    return run


def _looked_up(element: etree._Element, value: Expression, known: Declarations) -> Expression:
    """A number turned into another by the outcome's table."""
    declaration = known.get(element.get("identifier", ""))
    if declaration is None or not (declaration.lookup or declaration.exact_lookup):
        raise Unsupported("lookupOutcomeValue", element)
    steps, exact, default = declaration.lookup, declaration.exact_lookup, declaration.default

    def found(state: State) -> Value:
        given = value(state)
        if given is None or not isinstance(given[0], Fraction):
            return None
        source = given[0]
        if source in exact:
            return (exact[source],)
        step = next((worth for start, within, worth in steps if source > start or (within and source == start)), None)
        return default if step is None else (step,)

    return found
