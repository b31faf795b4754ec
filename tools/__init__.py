"""Tools of the workshop: they make and measure, the product never imports them."""

__all__: list[str] = []
