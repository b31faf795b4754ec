"""Contact sheets, so that a person can look at many pages at once.

Owns: thumbnails in a grid. Never: judges a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageOps, ImageSequence, UnidentifiedImageError

__all__ = ["contact_sheet"]

_COLUMNS, _WIDTH, _HEIGHT = 6, 330, 466


def contact_sheet(folder: Path, out: Path, most: int = 24) -> int:
    """Write a PNG of the first pages found under ``folder``; gives how many. Files that are no pictures are passed by."""
    tiles = []
    for name, page in _pages(folder):
        tile = Image.new("RGB", (_WIDTH, _HEIGHT), (120, 120, 120))
        page.thumbnail((_WIDTH - 8, _HEIGHT - 22))
        tile.paste(page, ((_WIDTH - page.width) // 2, 18))
        ImageDraw.Draw(tile).text((6, 3), name[-48:], fill=(255, 255, 255))
        tiles.append(tile)
        if len(tiles) >= most:
            break
    rows = max(1, -(-len(tiles) // _COLUMNS))
    board = Image.new("RGB", (_COLUMNS * _WIDTH, rows * _HEIGHT), (90, 90, 90))
    for index, tile in enumerate(tiles):
        board.paste(tile, (index % _COLUMNS * _WIDTH, index // _COLUMNS * _HEIGHT))
    out.parent.mkdir(parents=True, exist_ok=True)
    board.save(out)
    return len(tiles)


def _pages(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        if path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as document:
                for number, page in enumerate(document, 1):
                    yield f"{name} {number}", page.render(scale=1).to_pil().convert("RGB")
        elif path.suffix in {".jpg", ".png", ".tif"}:
            try:
                with Image.open(path) as image:
                    for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                        yield f"{name} {number}", ImageOps.exif_transpose(frame).convert("RGB")
            except (UnidentifiedImageError, OSError):
                continue
