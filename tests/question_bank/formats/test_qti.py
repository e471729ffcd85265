"""Reading QTI: what is taken, and that nothing is ever scored otherwise than the file says without a word."""

import re
import zipfile
from io import BytesIO

import pytest

from question_bank.formats import registry
from question_bank.formats.package import packed
from question_bank.formats.qti_packages import looks_like, read
from question_bank.formats.refusal import Imported
from tests.pace import spent_cpu
from tests.question_bank.formats.qti_items import (
    MAP,
    MATCH,
    PNG,
    SINGLE,
    choices,
    correct,
    declaration,
    item,
    mapping,
)

SUM = (
    '<responseProcessing><setOutcomeValue identifier="SCORE"><sum><mapResponse identifier="RESPONSE"/>'
    '<mapResponse identifier="R2"/></sum></setOutcomeValue></responseProcessing>'
)


def taken(data: bytes) -> Imported:
    """What becomes of a single item."""
    return read(data, name="q.xml", subjects={})


def codes(found: Imported) -> list[str]:
    """The codes of its complaints."""
    return [refusal.code for refusal in found.refused]


def warned(found: Imported) -> list[tuple[str, str]]:
    """Its remarks."""
    return [(warning.code, warning.value) for warning in found.warnings]


def entry(name: str) -> str:
    """A gap for typing."""
    return f'<textEntryInteraction responseIdentifier="{name}" expectedLength="9"/>'


def test_single_choice_is_read_with_its_key() -> None:
    """
    The option that earns the score is the right one; the words around it are the stem.
    """
    (found,) = taken(SINGLE).items

    assert (found.type, found.stem, found.ref) == ("single_choice", "Who decides?", "q1")
    assert [(option.text, option.right, option.fixed) for option in found.body.options] == [
        ("The mayor", False, False),
        ("The council", True, False),
        ("Nobody", False, False),
    ]


def test_the_same_item_in_the_names_of_3_0_is_the_same_question() -> None:
    """
    QTI 3.0 differs in names only; reading it gives the same question as 2.x.
    """
    text = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q1" title="t"
      adaptive="false" time-dependent="false">
      <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
        <qti-correct-response><qti-value>b</qti-value></qti-correct-response></qti-response-declaration>
      <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
      <qti-item-body><p>Who decides?</p>
        <qti-choice-interaction response-identifier="RESPONSE" shuffle="true" max-choices="1">
          <qti-simple-choice identifier="a">The mayor</qti-simple-choice>
          <qti-simple-choice identifier="b">The council</qti-simple-choice>
          <qti-simple-choice identifier="c">Nobody</qti-simple-choice></qti-choice-interaction></qti-item-body>
      <qti-response-processing
        template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
    </qti-assessment-item>"""

    assert taken(text.encode()).items == taken(SINGLE).items


def test_the_key_is_what_earns_the_score_not_what_is_called_correct() -> None:
    """
    Where the rules score another option than correctResponse names, the rules are believed.
    """
    rule = """<responseProcessing><responseCondition><responseIf><match><variable identifier="RESPONSE"/>
      <baseValue baseType="identifier">a</baseValue></match><setOutcomeValue identifier="SCORE">
      <baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>"""
    data = item(declaration("single", "identifier", correct("b")), choices(a="One", b="Two"), rule)
    (found,) = taken(data).items

    assert found.body.right_keys() == {"A"}


@pytest.mark.parametrize(
    ("worth", "attributes", "rule"),
    [
        ({"a": 1, "b": 1, "c": -1, "d": -1}, 'lowerBound="0"', "right_minus_wrong"),
        ({"a": 1, "b": 1, "c": -5, "d": -5}, 'lowerBound="0"', "cn_half"),
        ({"a": 1, "b": 1, "c": -5, "d": -5, "e": 1}, 'lowerBound="0"', "cn_proportional"),
    ],
)
def test_the_rule_that_a_mapping_means_is_said(worth: dict[str, float], attributes: str, rule: str) -> None:
    """
    Rules belong to exams here: the one under which the question scores as the file says is named in a warning.
    """
    found = taken(
        item(
            declaration("multiple", "identifier", mapping(attributes, **worth)),
            "<p>Which two?</p>" + choices(0, shuffle=True, **{name: name.upper() for name in worth}),
            MAP,
        )
    )

    assert found.items[0].body.right_keys() == {name.upper() for name, value in worth.items() if value > 0}
    assert ("qti_rule", rule) in warned(found)


def test_match_correct_of_several_is_all_or_nothing() -> None:
    """
    The template match_correct gives nothing for a part; the default rule here would, so the warning names the rule.
    """
    found = taken(
        item(
            declaration("multiple", "identifier", correct("a", "c")),
            "<p>Which two?</p>" + choices(0, a="A", b="B", c="C"),
        )
    )

    assert ("qti_rule", "all_or_nothing") in warned(found)


NUMBER = item(
    declaration("single", "float", correct("1")),
    f"<p>{entry('RESPONSE')}</p>",
    '<responseProcessing><setOutcomeValue identifier="SCORE"><variable identifier="RESPONSE"/></setOutcomeValue>'
    "</responseProcessing>",
)
REFUSED = {
    "marks for an answer that was not given": (
        item(
            declaration("single", "identifier", correct("a")),
            choices(a="A", b="B"),
            MATCH.replace("match_correct", "match_nothing"),
        ),
        "qti_blank",
    ),
    "marks without a highest": (NUMBER, "qti_scoring"),
    "an item that changes after an answer": (
        SINGLE.replace(b'adaptive="false"', b'adaptive="true"'),
        "qti_adaptive",
    ),
    "an item with numbers drawn by chance": (
        SINGLE.replace(
            b"<outcomeDeclaration",
            b'<templateDeclaration identifier="N" cardinality="single" baseType="integer"/><outcomeDeclaration',
        ),
        "qti_template",
    ),
    "a template of somebody's own": (SINGLE.replace(b"match_correct", b"our_way"), "qti_processing"),
    "an operator that is not followed": (
        item(
            declaration("single", "string", correct("x")),
            f"<p>{entry('RESPONSE')}</p>",
            '<responseProcessing><setOutcomeValue identifier="SCORE"><customOperator class="x"/></setOutcomeValue>'
            "</responseProcessing>",
        ),
        "qti_processing",
    ),
    "an interaction of another kind": (
        SINGLE.replace(b"choiceInteraction", b"sliderInteraction"),
        "qti_interaction",
    ),
    "two questions in one": (
        item(declaration("single", "identifier", correct("a")), choices(a="A", b="B") * 2),
        "qti_several",
    ),
    "nothing to answer": (item("", "<p>Read this.</p>", ""), "qti_no_interaction"),
    "no key at all": (item(declaration("single", "identifier"), choices(a="A", b="B"), ""), "no_key"),
    "QTI 1.2": (b"<questestinterop><item ident='a'/></questestinterop>", "qti_old"),
    "a test": (b"<assessmentTest identifier='t'/>", "qti_test"),
    "broken XML": (SINGLE[:-4], "file_xml_damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_scored_as_the_file_says_is_refused_with_its_reason(name: str) -> None:
    """
    No item is taken that would earn other marks here than where it comes from.
    """
    data, code = REFUSED[name]
    found = taken(data)

    assert found.items == ()
    assert codes(found) == [code]
    assert found.refused[0].where.startswith("q.xml")


def test_a_refusal_names_line_element_value_and_item() -> None:
    """
    An examiner finds the place: file and line, the element, what stands there, and whose item it is.
    """
    (refusal,) = taken(NUMBER).refused

    assert refusal.where == "q.xml:5"
    assert refusal.field == "responseProcessing"
    assert re.fullmatch(r"[\d.]+ = [\d.]+/\d+", refusal.value)
    assert refusal.facts["item"] == "q1"


GROWING = {
    "squares": '<setOutcomeValue identifier="SCORE"><product><variable identifier="SCORE"/><variable '
    'identifier="SCORE"/><baseValue baseType="float">12345678901</baseValue></product></setOutcomeValue>',
    "doubles": '<setOutcomeValue identifier="BAG"><multiple><variable identifier="BAG"/><variable identifier="BAG"/>'
    '<baseValue baseType="identifier">a</baseValue></multiple></setOutcomeValue>',
    "long": '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/></sum></setOutcomeValue>' * 10,
}


@pytest.mark.parametrize("name", GROWING)
def test_rules_that_grow_without_end_are_refused_in_time(name: str) -> None:
    """
    Numbers that are squared, containers that are doubled and rules without number are given up early.
    """
    end = (
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/><containerSize><variable '
        'identifier="BAG"/></containerSize></sum></setOutcomeValue>'
    )
    bag = '<outcomeDeclaration identifier="BAG" cardinality="multiple" baseType="identifier"/>'
    letters = {letter: letter for letter in "abcdefghij"}
    rules = "<responseProcessing><setOutcomeValue identifier='SCORE'><baseValue baseType='float'>1</baseValue>"
    data = item(
        bag + declaration("multiple", "identifier", correct("a", "b")),
        choices(0, shuffle=True, **letters),
        f"{rules}</setOutcomeValue>{GROWING[name] * 120}{end}</responseProcessing>",
    )
    with spent_cpu() as spent:
        found = taken(data)

    assert codes(found) == ["qti_processing"]
    assert spent.seconds < 1


def test_gaps_for_typing_become_blanks_with_weights() -> None:
    """
    Text entries are blanks in their place; what each earns is its weight; whether capitals count is found by trying.
    """
    data = item(
        declaration("single", "string", mapping(Rome=2))
        + declaration(
            "single", "string", '<mapping><mapEntry mapKey="Po" mappedValue="4" caseSensitive="false"/></mapping>', "R2"
        ),
        f"<p>The capital is {entry('RESPONSE')}, the river {entry('R2')}.</p>",
        SUM,
    )
    found = taken(data)

    assert found.items[0].stem == "The capital is [[1]], the river [[2]]."
    assert [(b.accept, b.case, b.weight) for b in found.items[0].body.blanks] == [
        (("Rome",), True, 1),
        (("Po",), False, 2),
    ]
    assert ("qti_marks", "6") in warned(found)


def test_gaps_that_earn_only_together_are_refused() -> None:
    """
    Blanks here count one by one; a file that gives nothing for one of two is not taken.
    """
    both = """<responseProcessing><responseCondition><responseIf><and>
      <match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>
      <match><variable identifier="R2"/><correct identifier="R2"/></match></and><setOutcomeValue identifier="SCORE">
      <baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>"""
    data = item(
        declaration("single", "string", correct("x")) + declaration("single", "string", correct("y"), "R2"),
        f"<p>{entry('RESPONSE')} and {entry('R2')}</p>",
        both,
    )

    assert codes(taken(data)) == ["qti_together"]


@pytest.mark.parametrize(
    ("test", "answer", "tolerance"),
    [
        ('toleranceMode="exact"', "36", "0"),
        ('toleranceMode="absolute" tolerance="0.5 0.5"', "36", "0.5"),
        ('toleranceMode="absolute" tolerance="1 3"', "37", "2"),
        ('toleranceMode="relative" tolerance="5 5"', "36", "1.8"),
    ],
)
def test_numbers_are_taken_with_the_interval_that_the_file_accepts(test: str, answer: str, tolerance: str) -> None:
    """
    The accepted interval is found by trying numbers on both sides of its ends; a lop-sided one has its centre moved.
    """
    rule = f"""<responseProcessing><responseCondition><responseIf><equal {test}><correct identifier="RESPONSE"/>
      <variable identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE"><baseValue baseType="float">1
      </baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>"""
    data = item(declaration("single", "float", correct("36")), f"<p>How much?</p><p>{entry('RESPONSE')} kg</p>", rule)
    (found,) = taken(data).items

    assert found.type == "numeric"
    assert (str(found.body.answer), str(found.body.tolerance), found.body.unit) == (answer, tolerance, "kg")
    assert found.stem == "How much?"


def test_orders_and_pairs_are_read() -> None:
    """
    An ordered key becomes the order of the lines; directed pairs become pairs, what belongs to none an extra.
    """
    order = item(
        declaration("ordered", "identifier", correct("c", "a", "b")),
        '<orderInteraction responseIdentifier="RESPONSE" shuffle="true"><prompt>In order!</prompt>'
        + "".join(f'<simpleChoice identifier="{name}">line {name}</simpleChoice>' for name in "abc")
        + "</orderInteraction>",
    )
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(f'<simpleAssociableChoice identifier="{n}" matchMax="1">{n}</simpleAssociableChoice>' for n in side)
        + "</simpleMatchSet>"
        for side in ("pq", "xyz")
    )
    match = item(
        declaration("multiple", "directedPair", mapping(p__y=1, q__x=1)),
        f'<p>Match.</p><matchInteraction responseIdentifier="RESPONSE" maxAssociations="2">{sides}</matchInteraction>',
        MAP,
    )

    assert taken(order).items[0].body.lines == ("line c", "line a", "line b")
    assert taken(order).items[0].stem == "In order!"
    assert taken(match).items[0].body.pairs == (("p", "y"), ("q", "x"))
    assert taken(match).items[0].body.extra == ("z",)


def test_areas_of_a_picture_are_read_with_the_picture() -> None:
    """
    A hotspot of a package brings its picture; a rectangle of corners becomes one of corner and sides.
    """
    spots = """<p>Where?</p><hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1">
      <object data="map.png" type="image/png" width="100" height="80"/>
      <hotspotChoice identifier="a" shape="rect" coords="10,20,40,60" hotspotLabel="Left"/>
      <hotspotChoice identifier="b" shape="circle" coords="70,40,9" hotspotLabel="Right"/></hotspotInteraction>"""
    data = packed(
        {
            "imsmanifest.xml": b'<manifest><resources><resource type="imsqti_item_xmlv2p2" href="i/q.xml"/></resources></manifest>',
            "i/q.xml": item(declaration("single", "identifier", correct("b")), spots),
            "i/map.png": PNG,
        }
    )
    found = read(data, name="p.zip", subjects={})

    assert [(s.label, s.shape, s.coords, s.right) for s in found.items[0].body.spots] == [
        ("Left", "rect", (10, 20, 30, 40), False),
        ("Right", "circle", (70, 40, 9), True),
    ]
    assert list(found.pictures.values()) == [PNG]
    assert codes(read(item(declaration("single", "identifier", correct("b")), spots), name="q", subjects={})) == [
        "picture_missing"
    ]


def test_feedback_rubrics_and_formulas_are_kept() -> None:
    """
    Feedback of an option is its why, feedback after the answer the explanation, a rubric for markers the model answer,
    LaTeX in MathML a formula.
    """
    data = item(
        declaration("single", "identifier", correct("a")),
        '<p>What is <math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mi>x</mi><annotation '
        'encoding="application/x-tex">x^2</annotation></semantics></math>?</p>'
        + choices(
            a='Yes<feedbackInline outcomeIdentifier="F" identifier="a" showHide="show">Because.</feedbackInline>',
            b="No",
        ),
        after='<modalFeedback outcomeIdentifier="F" identifier="x" showHide="show"><p>See §3.</p></modalFeedback>',
    )
    essay = item(
        declaration("single", "string"),
        '<p>Write.</p><rubricBlock view="scorer"><p>Three points.</p></rubricBlock>'
        '<extendedTextInteraction responseIdentifier="RESPONSE" expectedLines="20"/>',
        "",
    )
    (found,) = taken(data).items

    assert found.stem == "What is $x^2$?"
    assert (found.body.options[0].text, found.body.options[0].why) == ("Yes", "Because.")
    assert found.explanation == "See §3."
    assert (taken(essay).items[0].type, taken(essay).items[0].body.model_answer) == ("essay", "Three points.")


def test_words_of_a_file_never_become_markup_or_scripts() -> None:
    """
    What acts is left out with a warning, what looks like markup is words.
    """
    found = taken(SINGLE.replace(b"<p>Who", b"<p><script>alert(1)</script>&lt;b&gt; *x* [[1]] Who"))

    assert "script" not in found.items[0].stem
    assert found.items[0].stem == "\\<b\\> \\*x\\* \\[\\[1\\]\\] Who decides?"
    assert ("html_left_out", "<script>") in warned(found)


def test_the_register_knows_the_files_by_their_content() -> None:
    """
    A package or an item is recognised whatever it is called; a zip of something else is not.
    """
    stranger = BytesIO()
    with zipfile.ZipFile(stranger, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    recognised = registry.recognised("upload.bin", SINGLE)
    assert recognised is not None
    assert recognised.key == "qti"
    assert not looks_like("a.zip", stranger.getvalue())
    assert not looks_like("a.xml", b"<quiz><question type='essay'/></quiz>")


def test_items_that_only_a_test_names_are_read() -> None:
    """
    Where the manifest lists a test alone, the items in the package are found all the same.
    """
    manifest = b'<manifest><resources><resource type="imsqti_test_xmlv2p1" href="t.xml"/></resources></manifest>'
    found = read(
        packed({"imsmanifest.xml": manifest, "t.xml": b"<assessmentTest/>", "i/q.xml": SINGLE}), name="p", subjects={}
    )

    assert [one.ref for one in found.items] == ["q1"]
    assert [warning.code for warning in found.warnings] == ["qti_test"]


def test_a_package_takes_the_good_and_names_the_bad() -> None:
    """
    One bad item does not cost the others; the same reference twice is refused the second time.
    """
    names = ("a.xml", "b.xml", "c.xml")
    resources = "".join(f'<resource type="imsqti_item_xmlv2p1" href="{name}"/>' for name in names)
    data = packed(
        {
            "imsmanifest.xml": f"<manifest><resources>{resources}</resources></manifest>".encode(),
            "a.xml": SINGLE,
            "b.xml": SINGLE[:-9],
            "c.xml": SINGLE,
        }
    )
    found = read(data, name="p.zip", subjects={})

    assert [one.ref for one in found.items] == ["q1"]
    assert [(refusal.where.partition(":")[0], refusal.code) for refusal in found.refused] == [
        ("b.xml", "file_xml_damaged"),
        ("c.xml", "duplicate"),
    ]
