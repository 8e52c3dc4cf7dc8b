"""What a sequence of L tokens costs, counted from formulas: products, and numbers that must be held. One sequence.

d width of a transformer, N its layers, A its heads, x times d units in its feed-forward layers; H units and E numbers
of an embedding in an LSTM; V states of a token. A product is one multiplication with its addition. Norms, activations
and softmaxes are left out: they are few beside these.
"""

from ..models.recurrent import RecurrentConfig
from ..models.transformer import TransformerConfig


def recurrent_products(config: RecurrentConfig, length: int) -> int:
    """L · (4H(E + H) + HV): each token costs the same."""
    hidden, total, inputs = config.hidden, 0, config.embedding
    for _ in range(config.layers):
        total += 4 * hidden * (inputs + hidden)
        inputs = hidden
    return length * (total + hidden * config.states)


def recurrent_numbers(config: RecurrentConfig) -> int:
    """2H a layer: the hidden state and the memory, however long the text was."""
    return 2 * config.hidden * config.layers


def pass_products(config: TransformerConfig, length: int) -> int:
    """N (L (4 + 2x) d² + 2 L² d) + L d V: scores and answers of all pairs, masked ones among them, as executed."""
    width = config.model_width
    linear = (4 + 2 * config.expansion) * width * width
    return config.layers * (length * linear + 2 * length * length * width) + length * width * config.states


def cached_products(config: TransformerConfig, length: int) -> int:
    """N (L (4 + 2x) d² + L (L + 1) d) + L d V: token l looks at l keys: half the pairs, quadratic still."""
    width = config.model_width
    linear = (4 + 2 * config.expansion) * width * width
    return config.layers * (length * linear + length * (length + 1) * width) + length * width * config.states


def naive_products(config: TransformerConfig, length: int) -> int:
    """The sum of the passes over 1, 2, …, L tokens: of order L³."""
    width, tokens = config.model_width, length * (length + 1) // 2
    linear = (4 + 2 * config.expansion) * width * width
    pairs = length * (length + 1) * (2 * length + 1) // 6
    return config.layers * (tokens * linear + 2 * pairs * width) + tokens * width * config.states


def cache_numbers(config: TransformerConfig, length: int) -> int:
    """2 N L d: a key and a value for every token in every layer."""
    return 2 * config.layers * length * config.model_width


def score_numbers(config: TransformerConfig, length: int) -> int:
    """A L²: the scores of one layer, the largest thing that a pass holds at once."""
    return config.heads * length * length
