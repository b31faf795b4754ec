"""Every import knows its room: ranks point downwards, siblings stay strangers, foreign libraries stay at home."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pipeline" / "hoso"
FLOWS = Path(__file__).parents[1] / "flows"

RANK = {
    "verdicts": -1,  # nouns too; ``nouns`` hands them on
    "pictures": -1,
    "timeproof": -1,
    "nouns": 0, "errors": 0,
    "keys": 1, "lasting": 1, "shut": 1, "settings": 1, "resources": 1, "values": 1,
    "forms": 2, "registers": 2, "postgres": 2,
    "calibration": 2,
    "fitting": 3, "imaging": 3, "pdf": 3, "engines": 3, "stores": 3, "ledgers": 3, "warehouses": 3, "signers": 3,
    "exports": 3,
    "stages": 4,
    "site": 5,
    "work": 6,
    "recipe": 7,
    "cli": 8, "watch": 8, "desk": 8, "flows": 8, "library": 8,
    "papers": 0,  # types alone
    "partners": 0,  # values of settings alone
}  # fmt: skip

HOME: dict[str, str | tuple[str, ...]] = {
    "cv2": "imaging", "numpy": ("imaging", "engines", "fitting"), "PIL": "imaging",  # ONNX Runtime speaks numpy
    "pytesseract": "engines", "tesserocr": "engines", "onnxruntime": "engines", "zxingcpp": "engines",
    "pikepdf": "pdf", "pdfplumber": "pdf", "pdfminer": "pdf", "pypdfium2": "pdf", "fontTools": "pdf",
    "pyhanko": "signers", "pyhanko_certvalidator": "signers", "cryptography": "signers", "asn1crypto": "signers",
    "pkcs11": "signers",
    "lxml": "exports", "xlsxwriter": "exports", "httpx": "exports", "prometheus_client": "exports",
    "minio": "stores", "urllib3": "stores",
    "pyarrow": "warehouses", "pandas": "warehouses", "polars": "warehouses",
    "duckdb": "warehouses", "duckdb_extensions": "warehouses", "pg8000": "postgres",
    "prefect": "flows",
    "fastapi": "desk", "starlette": "desk", "jinja2": "desk", "argon2": "desk", "pydantic": "desk", "uvicorn": "cli",
    "click": "cli", "rich": "cli", "watchfiles": "cli",
    "rapidfuzz": "values", "natsort": "values", "vietnam_address_converter": "values",
    "msgspec": "keys",
}  # fmt: skip


def homes(library: str) -> tuple[str, ...]:
    home = HOME[library]
    return home if isinstance(home, tuple) else (home,)


def room_of(path: Path) -> str:
    if path.is_relative_to(FLOWS):
        return "flows"
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by full name, not relatively"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def modules() -> list[Path]:
    return sorted(
        p for p in [*PACKAGE.rglob("*.py"), *FLOWS.rglob("*.py")] if p.name != "__init__.py" or p.parent != PACKAGE
    )


def strays(path: Path) -> list[str]:
    room, wrong = room_of(path), []
    if room not in RANK:
        return [f"{path}: {room!r} is no room of the design; see CONTRIBUTING, 'Where does this line live'"]
    for line, name in imported(path):
        top, *rest = name.split(".")
        where = f"{path}:{line}"
        if top == "pipeline":
            wrong.append(f"{where}: import hoso, never pipeline")
        elif top == "hoso" and rest:
            other = rest[0]
            if other == "__version__" or other == room:
                continue
            if other not in RANK:
                wrong.append(f"{where}: {other!r} is no room")
            elif RANK[other] >= RANK[room]:
                wrong.append(
                    f"{where}: {room} (rank {RANK[room]}) may not import {other} (rank {RANK[other]}): "
                    f"move this line to rank {RANK[other] + 1} or above, or what it needs to rank {RANK[room] - 1} or below"
                )
        elif top in HOME and room not in homes(top):
            rooms = " and ".join(homes(top))
            wrong.append(f"{where}: {top} lives in {rooms} alone; move this line there and hand over nouns")
        elif top not in HOME and top not in sys.stdlib_module_names and top != "hoso":
            wrong.append(
                f"{where}: {top} has no home yet; give it one in tests/test_rooms.py and a line in docs/why.md"
            )
    if room in {"verdicts", "pictures", "nouns", "errors"}:
        wrong += [f"{path}:{n}: standard library only" for n, m in imported(path) if m.split(".")[0] in HOME]
    return wrong


@pytest.mark.parametrize("path", modules(), ids=lambda p: f"{room_of(p)}/{p.name}")
def test_every_import_knows_its_room(path: Path) -> None:
    assert not strays(path), "\n".join(strays(path))


def test_a_stray_line_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stray = tmp_path / "imaging" / "bad.py"
    stray.parent.mkdir()
    stray.write_text("import pikepdf\nfrom hoso.stages import read\nfrom hoso.pdf import compose\nimport requests\n")
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    assert len(strays(stray)) == 4


def test_no_module_grows_past_its_subject() -> None:
    long = {p.name: n for p in modules() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 450}
    assert not long, f"look for the second subject in {long}"


def test_the_source_root_is_no_package() -> None:
    assert not (PACKAGE.parent / "__init__.py").exists()
