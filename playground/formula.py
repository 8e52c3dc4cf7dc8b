"""A density that a visitor types: log p(x, y), up to a constant, as a formula in x and y.

The text is read by Python's own parser, but only arithmetic survives: the numbers, names, operators and functions that
are listed here, checked node by node before anything is computed; simpleeval then walks the same tree with these and
nothing else. Every number is a float, so that 10**10**10 is ∞ at once instead of a huge integer.
"""

import ast
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from simpleeval import InvalidExpression, SimpleEval
from torch import Tensor

from .errors import InvalidInput

LONGEST, MOST_NODES, DEEPEST = 400, 200, 40  # characters, nodes of the tree, nodes from its root to a leaf
CONSTANTS = {"pi": math.pi, "e": math.e}
SPELLED = {"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "^": "**", "²": "**2", "³": "**3", "π": "pi"}
EXAMPLE = "-(x**2 + y**2)/2"


def _where(condition: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    return torch.where(condition != 0, yes, no)


FUNCTIONS: dict[str, tuple[Callable[..., Tensor], int]] = {  # name → (function, how many arguments)
    "sin": (torch.sin, 1),
    "cos": (torch.cos, 1),
    "tan": (torch.tan, 1),
    "atan": (torch.atan, 1),
    "sinh": (torch.sinh, 1),
    "cosh": (torch.cosh, 1),
    "tanh": (torch.tanh, 1),
    "exp": (torch.exp, 1),
    "log": (torch.log, 1),
    "log1p": (torch.log1p, 1),
    "sqrt": (torch.sqrt, 1),
    "abs": (torch.abs, 1),
    "min": (torch.minimum, 2),
    "max": (torch.maximum, 2),
    "logaddexp": (torch.logaddexp, 2),
    "where": (_where, 3),
}
OPERATORS: dict[type, Callable[..., Tensor]] = {
    ast.Add: torch.add,
    ast.Sub: torch.sub,
    ast.Mult: torch.mul,
    ast.Div: torch.div,
    ast.Pow: torch.pow,
    ast.USub: torch.neg,
    ast.UAdd: torch.positive,
    ast.Lt: lambda a, b: (a < b).to(a.dtype),  # 1 where it holds, 0 elsewhere
    ast.LtE: lambda a, b: (a <= b).to(a.dtype),
    ast.Gt: lambda a, b: (a > b).to(a.dtype),
    ast.GtE: lambda a, b: (a >= b).to(a.dtype),
}
KNOWN = f"x, y, numbers, + − * / **, < <= > >=, pi, e and {', '.join(FUNCTIONS)}"


@dataclass(frozen=True)
class Formula:
    """What `parse` makes of a text; one thread at a time may call it.

    `log_density(points)`: (B, 2) → (B,) log p up to a constant. Called itself it is the energy E = −log p.
    """

    text: str
    tree: ast.expr
    _evaluator: SimpleEval = field(repr=False, compare=False)

    def log_density(self, points: Tensor) -> Tensor:
        """(B,) log p, nats up to a constant, in the dtype of the points."""
        x, y = points.unbind(-1)
        constants = {name: x.new_tensor(value) for name, value in CONSTANTS.items()}
        self._evaluator.names = {"x": x, "y": y, **constants}
        return self._evaluator.eval(self.text, previously_parsed=self.tree).expand_as(x)

    def __call__(self, points: Tensor) -> Tensor:
        return -self.log_density(points)


def parse(text: str) -> Formula:
    """The density of a typed formula. InvalidInput says in one sentence what is wrong with the text.

    Whether it is a density at all, finite and of finite mass, is seen on a grid: `quadrature.quadrature`.
    """
    if len(text) > LONGEST:  # before anything looks at it
        raise InvalidInput(f"The formula has {len(text):,} characters; at most {LONGEST} are read.")
    if not text.strip():
        raise InvalidInput(f"The formula is empty: type log p(x, y), for example {EXAMPLE}.")
    plain = "".join(SPELLED.get(letter, letter) for letter in " ".join(text.split()))
    for letter in plain:
        if not letter.isascii() or not letter.isprintable():
            raise InvalidInput(
                f"The formula holds {_shown(letter)}, which is no sign of arithmetic; known are {KNOWN}."
            )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise InvalidInput(_why_unreadable(plain, error)) from error
    names = _checked(tree)
    if not names & {"x", "y"}:
        raise InvalidInput(f"The formula holds neither x nor y: log p has to depend on the place, as {EXAMPLE} does.")
    evaluator = SimpleEval(OPERATORS, {name: function for name, (function, _) in FUNCTIONS.items()}, {})
    evaluator.nodes = {
        kind: handler
        for kind, handler in evaluator.nodes.items()
        if kind in (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name)
    }
    evaluator.nodes[ast.Constant] = lambda node: evaluator.names["x"].new_tensor(_as_float(node.value))
    return Formula(plain, tree, evaluator)


def _checked(tree: ast.expr) -> set[str]:
    """The names in the tree; InvalidInput at the first node that is not arithmetic, or if there are too many."""
    names, waiting, count = set(), [(tree, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > DEEPEST or count > MOST_NODES:
            raise InvalidInput(
                f"The formula is too long to be computed at every step: at most {MOST_NODES} numbers, names and signs, "
                f"nested at most {DEEPEST} deep."
            )
        waiting += [(child, depth + 1) for child in _children(node)]
        if isinstance(node, ast.Name):
            names.add(node.id)
    return names


def _children(node: ast.expr) -> list[ast.expr]:
    """The operands of a node that is allowed; InvalidInput names one that is not."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return []
        case ast.Name(id=name) if name in ("x", "y") or name in CONSTANTS:
            return []
        case ast.Name(id=name):
            raise InvalidInput(f"The formula holds the name {_shown(name)}, which is not known; known are {KNOWN}.")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return [operand]
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
            return [left, right]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            wanted = FUNCTIONS[name][1]
            if len(args) != wanted:
                raise InvalidInput(f"{name} takes {wanted} number{'s' * (wanted > 1)}, not {len(args)}.")
            return args
        case ast.Call(func=ast.Name(id=name)):
            raise InvalidInput(f"The formula calls {_shown(name)}, which is not known; known are {KNOWN}.")
    raise InvalidInput(f"The formula holds {_shown(ast.unparse(node))}, which is no arithmetic; known are {KNOWN}.")


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return math.inf


def _why_unreadable(text: str, error: Exception) -> str:
    if isinstance(error, SyntaxError) and error.text and error.offset and 0 < error.offset <= len(text) + 1:
        place = text[max(0, error.offset - 8) : error.offset + 4]
        hint = "; is a bracket open or a * missing?" if "\\" not in text else "."
        return f"The formula cannot be read near character {error.offset}, {_shown(place)}{hint}"
    return "The formula cannot be read: it is nested too deeply, or it is no arithmetic."


def _shown(text: str) -> str:
    return repr(text if len(text) <= 30 else f"{text[:30]}…")


def attempt(formula: Formula) -> None:
    """Compute one value; InvalidInput where even that fails, which no formula that `parse` let through should do."""
    try:
        formula.log_density(torch.zeros(1, 2))
    except (InvalidExpression, TypeError, RuntimeError) as error:
        raise InvalidInput("The formula cannot be computed.") from error
