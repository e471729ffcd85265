"""An item of a QTI file while it is read: its parts, its texts as Markdown, and what is said of it on the way."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from fractions import Fraction

from lxml import etree

from question_bank.formats import html
from question_bank.formats.qti_processing import Processing, processing
from question_bank.formats.qti_values import Declaration, Unsupported, Value, declared
from question_bank.formats.refusal import Refusal
from question_bank.formats.xml import local
from question_bank.problem import Problem, shortened

#: the bytes of a picture at an address as the item writes it
Find = Callable[[str], bytes | None]
INTERACTIONS = {
    "choiceInteraction", "inlineChoiceInteraction", "textEntryInteraction", "orderInteraction", "matchInteraction",
    "associateInteraction", "hotspotInteraction", "extendedTextInteraction", "uploadInteraction",
    "hottextInteraction", "gapMatchInteraction",
}  # fmt: skip
#: parts of an item that are read; others are reported
_READ = {
    "responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback", "stylesheet",
    "outcomeProcessing",
    "assessmentStimulusRef", "contextDeclaration", "companionMaterialsInfo", "catalogInfo",
}  # fmt: skip
_SILENT = {"stylesheet", "contextDeclaration"}
_VARYING = {"printedVariable", "templateBlock", "templateInline"}
_FEEDBACK = {"feedbackInline", "feedbackBlock"}
#: whose notes are for markers, and whose for candidates
_MARKERS = {"scorer", "tutor", "author", "testConstructor", "proctor"}


class Refused(Exception):
    """The item cannot be taken: why, and at which element."""

    def __init__(self, problem: Problem, element: etree._Element | None = None) -> None:
        super().__init__(problem.code)
        self.problem, self.element = problem, element


class Source:
    """One item: the uniform tree below `root`, from the part `file` of a package (or the file itself). Remarks are
    added to `warnings`, also when the item is refused in the end.
    """

    def __init__(self, root: etree._Element, file: str, find: Find, warnings: list[Refusal]) -> None:
        self.root, self.file, self._find = root, file, find
        self.identifier = root.get("identifier", "")
        self.warnings = warnings
        self.pictures: dict[str, bytes] = {}
        body = next((one for one in root if local(one) == "itemBody"), None)
        if body is None:
            raise Refused(Problem("itemBody", "missing"), root)
        self.body = body
        self._refuse_varying()
        self._report_parts()
        try:
            self.declarations = declared(root)
            self.processing: Processing | None = processing(root, self.declarations)
        except Unsupported as error:
            raise unsupported(error) from error
        self.notes: dict[str, list[str]] = {"scorer": [], "explanation": []}
        self._take_notes()
        self.interactions = [one for one in self.body.iter() if local(one).endswith("Interaction")]

    def place(self, element: etree._Element | None = None) -> str:
        """Where an element stands: the file and the line."""
        line = (self.root if element is None else element).sourceline
        return f"{self.file}:{line}" if line else self.file

    def warn(
        self, field: str, value: object, code: str, element: etree._Element | None = None, **facts: object
    ) -> None:
        """A remark that refuses nothing."""
        self.warnings.append(Refusal(self.place(element), field, shortened(value), code, facts))

    def response(self, interaction: etree._Element) -> Declaration:
        """The variable in which an interaction keeps its answer; raises Refused."""
        name = interaction.get("responseIdentifier", "")
        if name not in self.declarations:
            raise Refused(Problem("responseDeclaration", "missing", shortened(name)), interaction)
        return self.declarations[name]

    def score(self, responses: dict[str, Value]) -> Fraction:
        """What the item gives for these answers; raises Refused."""
        if self.processing is None:
            raise Refused(Problem("responseProcessing", "missing"), self.root)
        try:
            return self.processing.score(responses)
        except Unsupported as error:
            raise unsupported(error) from error

    def text(
        self,
        element: etree._Element,
        field: str,
        *,
        own: Callable[[etree._Element], str | None] = lambda _element: None,
        blanks: bool = False,
        single_line: bool = False,
    ) -> str:
        """The content of an element as Markdown; what it cannot say becomes a warning."""
        found = html.markdown(
            element, pictures=self._find, field=field, own=own, blanks=blanks, single_line=single_line
        )
        self.warnings += [Refusal.of(self.place(element), problem) for problem in found.problems]
        self.pictures |= found.pictures
        return found.text

    def picture(self, address: str) -> bytes | None:
        """The bytes of a picture of the item."""
        return self._find(address)

    def keep(self, digest: str, data: bytes) -> None:
        """A picture that the item names."""
        self.pictures[digest] = data

    def _refuse_varying(self) -> None:
        if self.root.get("adaptive") == "true":
            raise Refused(Problem("adaptive", "qti_adaptive", "true"), self.root)
        for one in self.root.iter():
            if local(one) in _VARYING or local(one) in ("templateDeclaration", "templateProcessing"):
                raise Refused(Problem(local(one), "qti_template"), one)

    def _report_parts(self) -> None:
        for one in self.root:
            name = local(one)
            if name in ("companionMaterialsInfo", "catalogInfo") or name not in _READ:
                self.warn(name, "", "qti_left_out", one)

    def _take_notes(self) -> None:
        """Rubrics and feedback leave the body: markers' notes, explanations, or part of what candidates read."""
        for one in self.root.iter():
            one.tag = "div" if local(one) == "contentBody" else one.tag
        for one in list(self.body.iter()):
            name = local(one)
            if name == "rubricBlock":
                views = set(one.get("view", "candidate").split())
                if "candidate" in views:
                    one.tag = "div"
                    continue
                use = "explanation" if one.get("use") == "explanation" or views == {"tutor"} else "scorer"
                self.notes[use].append(self.text(one, "model_answer" if use == "scorer" else "explanation"))
                taken_out(one)
            elif name == "feedbackBlock":
                self.notes["explanation"].append(self.text(one, "explanation"))
                self.warn("feedbackBlock", one.get("identifier", ""), "qti_feedback", one)
                taken_out(one)
        modal = [one for one in self.root if local(one) == "modalFeedback"]
        for one in modal:
            self.notes["explanation"].append(self.text(one, "explanation"))
        if len(modal) > 1:
            self.warn("modalFeedback", len(modal), "qti_feedback", modal[0])

    def explanation(self) -> str:
        """Everything the file says to explain, each text once."""
        return "\n\n".join(dict.fromkeys(filter(None, self.notes["explanation"])))


def unsupported(error: Unsupported) -> Refused:
    """The refusal of something that cannot be followed."""
    field = local(error.element) if error.element is not None else "responseProcessing"
    return Refused(Problem(field, "qti_processing", shortened(error.what)), error.element)


def feedback_within(element: etree._Element) -> Iterator[etree._Element]:
    """Feedback inside an option or the like."""
    return (one for one in element.iter() if local(one) in _FEEDBACK)


def taken_out(element: etree._Element) -> None:
    """Remove an element and leave the text behind it where it is."""
    parent = element.getparent()
    if parent is None:
        return
    tail, before = element.tail or "", element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)


def prompt_only(interaction: etree._Element) -> None:
    """Leave of an interaction only its prompt, as part of the text around it."""
    prompt = deepcopy(child_of(interaction, "prompt"))
    tail = interaction.tail
    interaction.clear()
    interaction.tag, interaction.tail = "div", tail
    if prompt is not None:
        prompt.tag, prompt.tail = "div", None
        interaction.append(prompt)


def text_only(interaction: etree._Element) -> None:
    """Leave of an interaction its prompt and its text, without what is put into gaps."""
    interaction.tag = "div"
    for one in list(interaction.iter()):
        name = local(one)
        if name == "gapText":
            taken_out(one)
        elif name in ("prompt", "hottext"):
            one.tag = "p" if name == "prompt" else "span"
            one.attrib.clear()


def child_of(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that name."""
    return next((one for one in element if local(one) == name), None)


def children_of(element: etree._Element, names: Iterable[str]) -> list[etree._Element]:
    """The children with one of these names."""
    wanted = set(names)
    return [one for one in element if local(one) in wanted]
