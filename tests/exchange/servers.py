"""Servers on loopback that behave like the portals: they answer, refuse, err, dawdle, drop the line and talk nonsense.

``Portal`` keeps what it was told, as the real one would: what was added cannot be added again. A *mood* is what becomes of
a request: "ok"; before the work: "busy" (503), "wait" (429), "drop", "error" (500); after it: "drop-after", "error-after",
"slow" (answers too late), "nonsense" (no JSON), "empty", "other" (JSON of another number).
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["AFTER", "BEFORE", "Adapter", "Portal", "Rest", "Server", "serving"]

BEFORE = ("busy", "wait", "drop", "error")
AFTER = ("drop-after", "error-after", "slow", "nonsense", "empty", "other")


class Server:
    """What every double does: ``mood(number, path)`` says how request ``number`` (from 1) fares, ``work`` does it."""

    late = 0.6
    retry_after = ""
    piece, dripping = 2**20, 0.0
    """Bytes of an answer that go at a time, and the seconds between."""

    def __init__(self) -> None:
        self.mood: Callable[[int, str], str] = lambda number, path: "ok"
        self.requests = 0
        self.moods: Counter[str] = Counter()
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        self.keep_seen = True
        self.lock = threading.Lock()
        self.url = ""

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        raise NotImplementedError

    def other(self, answer: Any) -> Any:
        return {"so": "x"}

    def asked(self, path: str, query: str, headers: dict[str, str], raw: bytes) -> tuple[str, int, bytes]:
        """(how to answer: "send", "drop", status, body)."""
        with self.lock:
            self.requests += 1
            mood = self.mood(self.requests, path)
            self.moods[mood] += 1
            if mood in BEFORE:
                return (
                    ("drop", 0, b"") if mood == "drop" else ("send", {"busy": 503, "wait": 429}.get(mood, 500), b"busy")
                )
            body = json.loads(raw) if headers.get("content-type", "").startswith("application/json") else raw
            if self.keep_seen:
                self.seen.append((path, headers, body))
            status, answer = self.work(path, query, headers, body)
        if mood == "slow":
            time.sleep(self.late)
        if mood == "drop-after":
            return "drop", 0, b""
        if mood == "error-after":
            return "send", 502, b"<html>Bad gateway</html>"
        if mood == "nonsense":
            return "send", 200, b"<html><body>Service</body></html>"
        if mood == "empty":
            return "send", 200, b""
        return (
            "send",
            status,
            json.dumps(self.other(answer) if mood == "other" else answer, ensure_ascii=False).encode(),
        )


class Portal(Server):
    """The health portal: ``held`` by (SO, HANGBANGLAI), ``added`` counts how often each was added."""

    def __init__(self, user: str = "34001_GKSK", password: str = "") -> None:
        super().__init__()
        self.user, self.password = user, password
        self.held: dict[tuple[str, str], dict[str, str]] = {}
        self.added: Counter[tuple[str, str]] = Counter()
        self.edited: Counter[tuple[str, str]] = Counter()
        self.check: Callable[[dict[str, str]], str] = lambda body: ""

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if (headers.get("username"), headers.get("password")) != (self.user, self.password):
            return 401, {"MSG_STATE": 0, "MSG_TEXT": "Sai tài khoản"}
        key = body["SO"], body["HANGBANGLAI"]
        answer = {"MSG_STATE": 1, "MSG_TEXT": "Thành công", "IDBENHVIEN": body["IDBENHVIEN"], "SO": body["SO"],
                  "UUID": f"uuid-{body['SO']}-{body['HANGBANGLAI']}", "BENHVIEN": body["BENHVIEN"]}  # fmt: skip
        fault = self.check(body)
        if body["STATE"] == "ADD" and key in self.held:
            fault = fault or "Số giấy đã tồn tại"
        if body["STATE"] == "EDIT" and key not in self.held:
            fault = fault or "Không tìm thấy giấy"
        if fault:
            return 200, answer | {"MSG_STATE": 0, "MSG_TEXT": fault, "UUID": None}
        self.held[key] = body
        (self.added if body["STATE"] == "ADD" else self.edited)[key] += 1
        return 200, answer

    def other(self, answer: Any) -> Any:
        return {**answer, "SO": "99999/GKSKLX/99999/99"}


class Adapter(Server):
    """The dossier system in its older form: a login session, then services on one address."""

    def __init__(self, user: str = "hoso", password: str = "mat-khau") -> None:
        super().__init__()
        self.user, self.password = user, password
        self.sessions: set[str] = set()
        self.held: dict[str, dict[str, Any]] = {}
        self.created: Counter[str] = Counter()
        self.updated: Counter[str] = Counter()
        self.steps: dict[str, list[dict[str, str]]] = {}

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if path.endswith("/login"):
            if (body.get("username"), body.get("password")) != (self.user, self.password):
                return 200, {"error_code": 1, "error_message": "sai mật khẩu"}
            session = f"phien-{len(self.sessions) + 1}"
            self.sessions.add(session)
            return 200, {"session": session, "error_code": 0}
        if body.get("session") not in self.sessions:
            return 200, {"error_code": "-1", "error_message": "phiên hết hạn"}
        service = body["service"]
        if service == "TraCuuHoSo":
            found = self.held.get(body["mahoso"])
            return 200, {"error_code": "00", "result": [found] if found else []}
        if service == "DongBoHoSoMC":
            for one in body["data"]:
                code, exists = one["MaHoSo"], one["MaHoSo"] in self.held
                if exists != (body["isUpdating"] == "True"):
                    return 200, {"error_code": "09", "error_message": "hồ sơ đã có" if exists else "chưa có hồ sơ"}
                self.held[code] = one
                (self.updated if exists else self.created)[code] += 1
            return 200, {"error_code": "00"}
        if service == "CapNhatTienDoHoSoMC":
            for one in body["data"]:
                if one["MaHoSo"] not in self.held:
                    return 200, {"error_code": "08", "error_message": "chưa có hồ sơ"}
                lines = self.steps.setdefault(one["MaHoSo"], [])
                if one not in lines:
                    lines.append(one)
            return 200, {"error_code": "00"}
        return 200, {"error_code": "99", "error_message": "không có dịch vụ"}

    def other(self, answer: Any) -> Any:
        return {"trang_thai": "?"}


class Rest(Server):
    """The dossier system in its newer form: a token that ends after ``life`` uses, then an address for each act."""

    def __init__(self, user: str = "hoso", password: str = "mat-khau") -> None:
        super().__init__()
        self.user, self.password, self.life = user, password, 10**9
        self.tokens: dict[str, int] = {}
        self.held: dict[str, dict[str, Any]] = {}
        self.created: Counter[str] = Counter()
        self.updated: Counter[str] = Counter()
        self.steps: dict[str, list[dict[str, str]]] = {}
        self.states: dict[str, str] = {}
        self.files: dict[str, bytes] = {}

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if path.endswith("/token"):
            if (body.get("client_id"), body.get("client_secret")) != (self.user, self.password):
                return 401, {"error": "invalid_client"}
            token = f"t{len(self.tokens) + 1}"
            self.tokens[token] = 0
            return 200, {"access_token": token, "expires_in": 300}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens or self.tokens[token] >= self.life:
            return 401, {"error": "expired"}
        self.tokens[token] += 1
        return 200, getattr(self, "_" + path.rpartition("/")[2].lower())(body)

    def _upload(self, body: bytes) -> Any:
        data = body[body.index(b"\r\n\r\n") + 4 : body.rindex(b"\r\n--")]
        name = f"tep-{len(self.files) + 1}"
        self.files[name] = data
        return {"data": {"IdTepTin": name, "HashTepTin": hashlib.sha256(data).hexdigest()}}

    def _find(self, body: Any) -> Any:
        found = self.held.get(body["MaHoSo"])
        return {"error_code": "0", "data": [found] if found else []}

    def _dossiers(self, body: Any) -> Any:
        return self._kept(body, False)

    def _update(self, body: Any) -> Any:
        return self._kept(body, True)

    def _kept(self, body: Any, exists: bool) -> Any:
        code = body["MaHoSo"]
        named = [
            f["IdGiayTo"]
            for part in ("ThanhPhanHoSo", "GiayToKetQua")
            for one in body[part]
            for f in one["GiayToDinhKem"]
        ]
        if any(name not in self.files for name in named):
            return {"error_code": "12", "message": "không có tệp"}
        if (code in self.held) != exists:
            return {"error_code": "09", "message": "hồ sơ đã có" if code in self.held else "chưa có hồ sơ"}
        self.held[code] = body
        (self.updated if exists else self.created)[code] += 1
        return {"error_code": "0", "data": {"MaHoSo": code}}

    def _capnhattientrinh(self, body: Any) -> Any:
        lines = self.steps.setdefault(body["MaHoSo"], [])
        if body not in lines:
            lines.append(body)
        return {"error_code": "0"}

    def _capnhattrangthai(self, body: Any) -> Any:
        self.states[body["MaHoSo"]] = body["TrangThai"]
        return {"error_code": "0"}

    def other(self, answer: Any) -> Any:
        return {"trang_thai": "?"}


@contextmanager
def serving(server: Server, certificate: Path | None = None, key: Path | None = None) -> Iterator[Server]:
    """``server`` answers on loopback, over TLS where a certificate is given; its address is ``server.url``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            path, _, query = self.path.partition("?")
            given = {name.lower(): value for name, value in self.headers.items()}
            how, status, body = server.asked(path, query, given, raw)
            if how == "drop":
                self.close_connection = True
                return
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                if server.retry_after:
                    self.send_header("retry-after", server.retry_after)
                self.end_headers()
                for start in range(0, len(body), server.piece):
                    self.wfile.write(body[start : start + server.piece])
                    time.sleep(server.dripping)
            except OSError:  # the other side did not wait
                self.close_connection = True

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Handler) as http:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            http.socket = context.wrap_socket(http.socket, server_side=True)
        scheme = "https" if certificate else "http"
        server.url = f"{scheme}://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
