"""MathML as LaTeX."""

import pytest
from latex2mathml.converter import convert
from lxml import etree

from question_bank.formats import mathml

FORMULAS = [
    (r"\frac{1}{2}", r"\frac{1}{2}"),
    ("x_1^2", "{x}_{1}^{2}"),
    (r"\sqrt[3]{a+b}", r"\sqrt[3]{a + b}"),
    (r"\text{价} \le 50\%", r"\text{价} ≤ 50 \%"),
    (r"\begin{matrix}1&2\\3&4\end{matrix}", r"\begin{matrix}1 & 2 \\ 3 & 4\end{matrix}"),
    (r"\overline{AB}", r"\overline{A B}"),
]


@pytest.mark.parametrize(("source", "expected"), FORMULAS)
def test_formulas_come_back_as_latex(source: str, expected: str) -> None:
    """
    What a converter made of LaTeX becomes LaTeX of the same meaning, which the same converter takes.
    """
    found = mathml.latex(etree.fromstring(convert(source)))

    assert found == expected
    assert convert(found)


UNKNOWN = ["<math><maction/></math>", "<math><mfrac><mn>1</mn></mfrac></math>", "<math>" + "<mrow>" * 30 + "</mrow>" * 30 + "</math>",
           "<math><mi>\\href{x}</mi></math>", "<math/>"]  # fmt: skip


@pytest.mark.parametrize("source", UNKNOWN)
def test_what_is_unknown_is_none(source: str) -> None:
    """
    Strange elements, wrong numbers of parts, bottomless nesting and words of LaTeX's own make no formula.
    """
    assert mathml.latex(etree.fromstring(source)) is None
