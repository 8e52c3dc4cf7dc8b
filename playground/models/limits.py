"""What the fields of a model's configuration may hold: it may come from a file that somebody else wrote."""


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
