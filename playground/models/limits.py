"""What the fields of a model's configuration may hold: it may come from a file that somebody else wrote."""

import math

from .orderings import ordering


def require_whole(config: object, **allowed: tuple[int, int]) -> None:
    """Refuse a configuration whose fields are not whole numbers within `field=(lowest, highest)`.

    Raises ValueError that names the field, its value and the allowed range.
    """
    for field, (low, high) in allowed.items():
        value = getattr(config, field)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(
                f"{type(config).__name__}: {field}={value!r}: allowed are whole numbers from {low} to {high}"
            )


def require_positive(config: object, *names: str) -> None:
    """Refuse a configuration whose fields are not finite numbers above 0. Raises ValueError that names the field."""
    for name in names:
        value = getattr(config, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise ValueError(f"{type(config).__name__}: {name}={value!r}: allowed are numbers above 0")


def require_layers(config: object, field: str, layers: tuple[int, int], units: tuple[int, int]) -> None:
    """Make a field a tuple of layer sizes, and refuse it if their number or size is not allowed.

    Raises ValueError that names the field, its value and the allowed ranges.
    """
    value = getattr(config, field)
    if (
        not isinstance(value, list | tuple)
        or not layers[0] <= len(value) <= layers[1]
        or any(isinstance(v, bool) or not isinstance(v, int) or not units[0] <= v <= units[1] for v in value)
    ):
        raise ValueError(
            f"{type(config).__name__}: {field}={value!r}: allowed are {layers[0]} to {layers[1]} layers "
            f"of {units[0]} to {units[1]} units"
        )
    object.__setattr__(config, field, tuple(value))  # JSON knows lists only


def require_choice(config: object, field: str, *allowed: object) -> None:
    """Refuse a field whose value is not one of `allowed`. Raises ValueError that names them."""
    value = getattr(config, field)
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in allowed):
        raise ValueError(f"{type(config).__name__}: {field}={value!r}: allowed are {', '.join(map(repr, allowed))}")


def require_ordering(config: object) -> None:
    """Refuse a configuration whose `ordering` is neither a known name nor a permutation of its positions.

    Raises ValueError that says what is wrong with it.
    """
    wanted = config.ordering
    if not isinstance(wanted, str | list | tuple):
        raise ValueError(f"{type(config).__name__}: ordering={wanted!r}: allowed are a name or a list of positions")
    if not isinstance(wanted, str):
        object.__setattr__(config, "ordering", tuple(wanted))
    try:
        ordering(wanted, config.height, config.width)
    except ValueError as error:
        raise ValueError(f"{type(config).__name__}: {error}") from error
