"""Small items of QTI for tests, written here."""

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)
V22 = "http://www.imsglobal.org/xsd/imsqti_v2p2"
MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'
SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'


def declaration(cardinality: str, base: str, inner: str = "", name: str = "RESPONSE") -> str:
    """A variable for an answer."""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">{inner}'
        "</responseDeclaration>"
    )


def correct(*values: str) -> str:
    """What is correct."""
    return f"<correctResponse>{''.join(f'<value>{value}</value>' for value in values)}</correctResponse>"


def mapping(attributes: str = "", **worth: float) -> str:
    """What values are worth; two underscores in a name stand for a blank."""
    entries = (f'<mapEntry mapKey="{key.replace("__", " ")}" mappedValue="{value}"/>' for key, value in worth.items())
    return f"<mapping {attributes}>{''.join(entries)}</mapping>"


def choices(maximum: int = 1, *, shuffle: bool = True, **texts: str) -> str:
    """A choice of texts by identifier."""
    inner = "".join(f'<simpleChoice identifier="{name}">{text}</simpleChoice>' for name, text in texts.items())
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="{str(shuffle).lower()}" maxChoices="{maximum}">'
        f"{inner}</choiceInteraction>"
    )


def item(declarations: str, body: str, processing: str = MATCH, *, attributes: str = "", after: str = "") -> bytes:
    """An item of QTI 2.2."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentItem xmlns="{V22}" identifier="q1" title="t" '
        f'adaptive="false" timeDependent="false" {attributes}>\n{declarations}{SCORE}\n<itemBody>\n{body}\n</itemBody>\n'
        f"{processing}\n{after}</assessmentItem>"
    ).encode()


SINGLE = item(
    declaration("single", "identifier", correct("b")),
    "<p>Who decides?</p>" + choices(a="The mayor", b="The council", c="Nobody"),
)
