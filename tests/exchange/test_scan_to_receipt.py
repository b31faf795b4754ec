"""From a scan to the receipts of both systems, by the commands and the worked examples that users have."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from lxml import etree
from servers import Adapter, Portal, serving

from doors import INBOX, ROOT, hoso

EXAMPLES = ROOT / "samples" / "exchange"
FOLDER = Path(__file__).parent
CODE, NUMBER = "000.26.36.H48-230620-0098", "01202/GKSKLX/51083/23"


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    return Adapter()


@pytest.fixture(scope="module")
def portal() -> Portal:
    return Portal("51083_GKSK", hashlib.md5(b"mat-khau", usedforsecurity=False).hexdigest())


def test_a_scanned_dossier_gets_its_receipts(tmp_path: Path, adapter: Adapter, portal: Portal) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    for name, pages in (("mot cua", ("001.jpg",)), (CODE, ("002.jpg", "003.jpg"))):  # scanned at two counters
        (inbox / name).mkdir(parents=True)
        for page in pages:
            shutil.copy(INBOX / "HS0001" / page, inbox / name)
    assert hoso(home, "init", "--demo").code == 0
    with serving(portal), serving(adapter):
        settings = (home / "settings.toml").read_text(encoding="utf-8")
        for name, server in (("health_portal", portal), ("dossier_system", adapter)):
            example = (EXAMPLES / name / "settings.toml").read_text(encoding="utf-8")
            host = "https://portal.example" if name == "health_portal" else "https://adapter.example"
            assert host in example
            settings += "\n" + example.replace(host, server.url)
            for register in (EXAMPLES / name / "registers").iterdir():
                shutil.copy(register, home / "registers")
            (home / "keys" / f"{name}.password").write_text("mat-khau\n", encoding="utf-8")
        (home / "settings.toml").write_text(settings, encoding="utf-8")

        assert hoso(home, "digitize", inbox).code == 0
        assert {row["to"]: row["state"] for row in hoso(home, "outbox", "list", "--json").rows()} == {
            "health_portal": "waiting", "dossier_system": "held",
        }  # fmt: skip
        approved = hoso(home, "approve", "--dossier", CODE, "--who", "Trần Thị Mẫu", "--with-problems")
        assert approved.code == 0, approved.err
        done = hoso(home, "outbox", "deliver", "--json")
        assert (done.code, done.rows()[0]["sent"], done.rows()[0]["replaced"]) == (0, 3, 1), done.err

        certificate = portal.held[NUMBER, "B2"]
        jsonschema.validate(certificate, _schema("health_portal"))
        assert certificate["HOTEN"] == "ĐỖ NGỌC CHÂU"
        assert (certificate["GIOITINHVAL"], certificate["MAXA_THUONGTRU"], certificate["KETLUAN"]) == (
            "1",
            "21000",
            "A0-1",
        )
        signed = etree.fromstring(base64.b64decode(certificate["SIGNDATA"]))
        assert signed.findtext("SO") == NUMBER
        for _, _, body in adapter.seen:
            if "service" in body:
                jsonschema.validate(body, _schema("dossier_system"))
        dossier = adapter.held[CODE]
        assert (dossier["ChuHoSo"], dossier["SoGiayToChuHoSo"]) == ("Đỗ Ngọc Châu", "051193003313")
        assert [one["MaThanhPhanHoSo"] for one in dossier["TaiLieuNop"]] == ["000.00.00.G04-KQ0002"]
        assert len(adapter.steps[CODE]) == 1

        rows = hoso(home, "sql", "--json", "SELECT noi_nhan, tinh_trang, ma_ho_so FROM v_giao_nhan ORDER BY 1").rows()
        assert [(row["noi_nhan"], row["tinh_trang"]) for row in rows] == [
            ("dossier_system", "done"), ("dossier_system", "done"), ("health_portal", "done"),
        ]  # fmt: skip
        paper = next(row for row in hoso(home, "records", "--json").rows() if row["type"] != "giay_tiep_nhan")[
            "document"
        ]
        word = ("outbox", "reused", paper, "--code", "KQ.G04.000002", "--national", "--who", "Trần Thị Mẫu")
        assert "1 messages queued" in hoso(home, *word).err
        assert hoso(home, "outbox", "deliver").code == 0
        one = adapter.held[CODE]["TaiLieuNop"][0]
        assert (one["DuocTaiSuDung"], one["DuocLayTuKhoDMQG"], one["MaKetQuaThayThe"]) == ("2", "1", "KQ.G04.000002")
        assert (adapter.created[CODE], adapter.updated[CODE]) == (1, 1)

        again = hoso(home, "outbox", "deliver", "--json").rows()[0]
        assert (again["sent"], again["left"]) == (0, 0)
        said = "".join(path.read_text(encoding="utf-8") for path in home.rglob("*.log*"))
        assert "051193003313" not in said


def _schema(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found
