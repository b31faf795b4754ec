"""Broken files made out of whole ones, by seed: what a bad disk, a bad cable or a bad person makes of a scan."""

from __future__ import annotations

import random
import struct

__all__ = ["mutant", "seeds"]

_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WORDS = (b"endobj", b"stream", b"endstream", b"xref", b"trailer", b"startxref", b"/Length", b"/Kids", b"/Parent", b"/Type",
          b"/Filter", b"/FlateDecode", b"/DCTDecode", b"/JPXDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/Width",
          b"/Height", b"/Rotate", b"/Count", b"99999999999", b"-1", b"0 R", b"<<", b">>", b"[", b"]", b"%PDF-1.7",
          b"\xff\xd8\xff", b"\xff\xda", b"\xff\xc4", b"II*\0", b"IDAT", b"IHDR")  # fmt: skip


def seeds() -> dict[str, bytes]:
    """A small whole file of each kind and way of packing that is taken, and of those that a PDF may hold."""
    from io import BytesIO

    import pikepdf
    from PIL import Image, ImageDraw

    page = Image.new("L", (120, 168), 255)
    draw = ImageDraw.Draw(page)
    for row in range(10, 160, 14):
        draw.text((10, row), "QUYẾT ĐỊNH số 12"[: 6 + row % 9], fill=0)
    made: dict[str, bytes] = {}

    def keep(name: str, picture: Image.Image, kind: str, **how: object) -> bytes:
        out = BytesIO()
        picture.save(out, kind, dpi=(72, 72), **how)
        made[name] = out.getvalue()
        return made[name]

    keep("grey.jpg", page, "JPEG")
    keep("colour.jpg", page.convert("RGB"), "JPEG", progressive=True)
    keep("grey.png", page, "PNG")
    for way in ("group4", "group3", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        keep(f"{way}.tif", page.convert("1") if way.startswith("group") else page, "TIFF", compression=way)
    keep("jpeg.tif", page.convert("RGB"), "TIFF", compression="jpeg")
    keep("pages.tif", page, "TIFF", save_all=True, append_images=[page.rotate(90)])
    keep("scan.pdf", page, "PDF", resolution=72)
    wave = BytesIO()
    page.save(wave, "JPEG2000")
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(120, 168))
    image = pikepdf.Stream(pdf, wave.getvalue())
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height, image.Filter = 120, 168, pikepdf.Name.JPXDecode
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"q 120 0 0 168 0 0 cm /I Do Q")
    for name, how in (("wave.pdf", {}), ("packed.pdf", {"object_stream_mode": pikepdf.ObjectStreamMode.generate})):
        out = BytesIO()
        pdf.save(out, deterministic_id=True, **how)  # type: ignore[arg-type]
        made[name] = out.getvalue()
    return made


def mutant(data: bytes, chance: random.Random, other: bytes = b"") -> bytes:
    """``data`` broken in one to eight ways, with pieces of ``other`` among them; 4 MB at most."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        where = chance.randrange(len(made)) if made else 0
        size = chance.choice((1, 4, 16, 256, 4096))
        match chance.randrange(9):
            case 0 if made:
                made[where] ^= 1 << chance.randrange(8)
            case 1:
                made[where : where + size] = chance.randbytes(size)
            case 2:
                del made[where : where + size]
            case 3:
                made[where:where] = made[where : where + size] * chance.choice((1, 2, 50))
            case 4:
                edge = chance.choice(_EDGES)
                made[where : where + 4] = struct.pack(chance.choice("<>") + "I", edge)
            case 5:
                made[where : where + chance.choice((0, 8))] = chance.choice(_WORDS)
            case 6:
                del made[max(where, 8) :]
            case 7 if other:
                start = chance.randrange(len(other))
                made[where : where + size] = other[start : start + size]
            case _:
                digits = [i for i, b in enumerate(made) if 48 <= b <= 57]
                if digits:
                    made[chance.choice(digits)] = chance.randrange(48, 58)
    return bytes(made[: 4 << 20])
