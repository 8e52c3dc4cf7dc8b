"""A typed density: arithmetic is computed, and everything else gets one sentence, at once."""

import math
import time

import pytest
import torch

from playground.errors import InvalidInput
from playground.formula import CONSTANTS, FUNCTIONS, LONGEST, parse
from playground.traces import LandscapeSettings, compute

POINTS = torch.tensor([[0.5, -1.5], [2.0, 0.25], [-1.0, 3.0]])
X, Y = POINTS.unbind(-1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-(x**2 + y**2)/2", -(X**2 + Y**2) / 2),
        ("-x^2 - y²", -(X**2) - Y**2),
        ("−x·x − 2×y", -X * X - 2 * Y),
        ("sin(x)*cos(pi*y) + e**-abs(x)", torch.sin(X) * torch.cos(math.pi * Y) + torch.exp(-X.abs())),
        ("min(x, y) + max(x, 2) - tanh(y)", torch.minimum(X, Y) + X.clamp(min=2) - torch.tanh(Y)),
        ("where(x > 0, -x, 3)", torch.where(X > 0, -X, torch.tensor(3.0))),
        ("log1p(x**2) + sqrt(abs(y))", torch.log1p(X**2) + Y.abs().sqrt()),
        ("(x <= 0.5) + (y >= 3)", (X <= 0.5).float() + (Y >= 3).float()),
        (" x + \n 1 ", X + 1),
    ],
)
def test_arithmetic_is_computed_on_tensors(text, expected):
    formula = parse(text)
    torch.testing.assert_close(formula.log_density(POINTS), expected)
    torch.testing.assert_close(formula(POINTS), -expected)  # the energy is −log p
    assert formula(POINTS.double()).dtype == torch.float64


def test_its_gradient_is_that_of_the_formula():
    points = POINTS.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(parse("-(x**2)/2 + x*y")(points).sum(), points)
    torch.testing.assert_close(gradient, torch.stack([X - Y, -X], -1))


ATTACKS = {
    "__import__('os')": "__import__",
    "__import__('os').system('true')": "no arithmetic",
    "10**10**10": "neither x nor y",
    "x" * 100_000: "100,000 characters",
    "": "empty",
    "   ": "empty",
    "3": "neither x nor y",
    "1/0": "neither x nor y",
    "x/0": "at x =",
    "1/x": "infinite at x = 0",
    "1/(x - 0.1234) - x**2 - y**2": "pole",
    "x*10**10**10": "not a number",
    "9" * 390 + "*x": "not a number",
    "log(x) - x**2 - y**2": "not a number at x = −2, y = 0",
    "sqrt(y) - x**2 - y**2": "y = −2, and at 49%",
    "0*log(-1)*x": "not a number",
    "x**2": "cannot be normalised",
    "0*x": "cannot be normalised",
    "x - x + 5": "cannot be normalised",
    "exp(x**2 + y**2)": "infinite",
    "((((": "cannot be read",
    "(" * 199 + "x" + ")" * 199: "cannot be read|cannot be normalised|too long",
    "-" * 390 + "x": "too long",
    "+".join(["x"] * 200): "too long",
    "x.__class__": "no arithmetic",
    "(1).real": "no arithmetic",
    "lambda: x": "no arithmetic",
    "[x for x in y]": "no arithmetic",
    "x[0]": "no arithmetic",
    "'x'*9": "no arithmetic",
    "f'{x}'": "no arithmetic",
    "x if y else x": "no arithmetic",
    "x and y": "no arithmetic",
    "1 < x < 2": "no arithmetic",
    "1j*x": "no arithmetic",
    "True*x": "no arithmetic",
    "x @ y": "no arithmetic",
    "x // y": "no arithmetic",
    "x == y": "no arithmetic",
    "sin": "name 'sin'",
    "sin()": "sin takes 1 number, not 0",
    "sin(x, y)": "sin takes 1 number, not 2",
    "sin(x=1)": "sin",
    "sin(*x)": "no arithmetic",
    "open(x)": "'open'",
    "eval(x)": "'eval'",
    "nan*x": "name 'nan'",
    "2x": "cannot be read",
    "x := 3": "cannot be read",
    "x; y": "cannot be read",
    "import os": "cannot be read",
    "x\0": "no sign of arithmetic",
    "é": "'é'",
    "ⅹ": "'ⅹ'",
    "🙂": "🙂",
    "\\": "cannot be read",
    "#": "cannot be read",
    "{}": "no arithmetic",
    "...": "no arithmetic",
}


def way(text: str) -> None:
    """The whole way of a text to the screen; the settings refuse a long one too, in their own words."""
    if len(text) > LONGEST:
        parse(text)
    compute(LandscapeSettings.checked(target="formula", formula=text), None)


def refused(text: str) -> str:
    """The sentence that a text gets."""
    with pytest.raises(InvalidInput) as found:
        way(text)
    return str(found.value)


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:24] or "empty")
def test_each_attack_gets_one_sentence_in_no_time(text):
    begun = time.process_time()
    words = refused(text)
    assert time.process_time() - begun < 1
    assert any(part in words for part in ATTACKS[text].split("|")), words
    assert len(words) < 400
    assert "Traceback" not in words
    assert "\n" not in words


def test_nothing_of_python_can_be_named():
    for name in dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__:
        if name in FUNCTIONS or name in CONSTANTS:
            continue
        with pytest.raises(InvalidInput):
            parse(f"{name}(x)" if name.isidentifier() else name)


def test_what_is_too_long_is_refused_before_it_is_read():
    assert parse("x" + " " * (LONGEST - 1)).text == "x"
    with pytest.raises(InvalidInput, match="401 characters; at most 400"):
        parse("(" * (LONGEST + 1))


def test_a_hard_wall_is_no_mistake():
    trace = compute(LandscapeSettings(target="formula", formula="-(x**2 + y**2)/2 + log(x > 0)"), None)
    assert (trace.log_density[:, 0] == -torch.inf).all()
    assert trace.log_partition == pytest.approx(math.log(math.pi), abs=1e-3)
