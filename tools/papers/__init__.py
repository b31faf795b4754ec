"""Synthetic Vietnamese office papers with their truth, drawn from a seed.

Owns: made-up people and offices, the look of each paper, ink, the damage of scanning, the files a scanner would leave,
and the truth beside them. Never: imports the product (truth must not depend on what it judges), reads a clock, or
draws a real person's data.

The way of a page: ``world`` (who, where, which numbers) → ``types`` (a paper of one type, on sheets measured in points)
→ ``scanner`` (pixels, damage, boxes that went through the same damage) → ``pack`` (JPEG, PNG, TIFF, PDF) → ``truth``.
"""

__all__: list[str] = []
