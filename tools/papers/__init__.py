"""Synthetic Vietnamese office papers with their truth, drawn from a seed.

Owns: made-up people and offices, the look of each paper, ink, the damage of scanning, the files a scanner would leave,
and the truth beside them. Never: imports the product (truth must not depend on what it judges), reads a clock, or
draws a real person's data.

The way of a page: ``world`` (who, where, which numbers) → ``types`` (a paper of one type, on sheets measured in points)
→ ``scanner`` (pixels, damage, boxes that went through the same damage) → ``pack`` (JPEG, PNG, TIFF, PDF) → ``truth``.

The order of a page's lines in the truth is that of a reader: the letterhead's left block whole (agency, number, "V/v"),
then its right block (national name, motto, place and date); tables row by row, a row cell by cell, a cell's lines
together; *Nơi nhận* whole, then the signature; signatures side by side one after the other; lines of a form across.
Stamps and seals stand under ``ink``, not in the text.
"""

__all__: list[str] = []
