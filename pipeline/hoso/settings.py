"""The settings of a home: ``HOSO_HOME/settings.toml`` read into frozen values. Unknown keys are refused by name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hoso.errors import Misconfigured
from hoso.partners import DataStore, Population

__all__ = [
    "S3", "Alerts", "Archive", "Desk", "DossierSystem", "HealthPortal", "Inbox", "Office", "Outbox", "Packages",
    "Personal", "Postgres",
    "Reading", "Rooms", "Seal", "Service", "Settings", "Stamp", "Warehouse", "read",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """Who runs this home. ``converter`` is the person or unit named in the conversion mark (Decree 137/2024, art. 4)."""

    name: str = "CƠ QUAN THỬ NGHIỆM"
    code: str = "H23.16"
    converter: str = "Bộ phận số hóa"
    test: bool = False


@dataclass(frozen=True, slots=True)
class Rooms:
    """Which module of each room serves this home: module names under ``stores/``, ``ledgers/`` and so on."""

    store: str = "folder"
    ledger: str = "sqlite"
    warehouse: str = "ducklake"
    engine: str = "hoso"
    signer: str = "pkcs12"


@dataclass(frozen=True, slots=True)
class Reading:
    """How pages are read. ``timeout`` seconds a page; ``max_pixels`` a page may decode to; ``max_bytes`` a file."""

    language: str = "vie"
    timeout: float = 120.0
    max_pixels: int = 150_000_000
    max_bytes: int = 500_000_000
    max_pages: int = 5_000
    max_memory_mb: int = 4_096


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive copy. ``min_dpi`` below which a page is flagged (Circular 05/2025: 200). ``profile`` of its images:
    "default" keeps them, "mrc" parts paper and ink; ``pdfa``: "2u", or "3u" with the record as an attached file. ``copy``
    is the form of copy told over the mark (Decree 30/2020, art. 25): "SY", "SL", "TrS", or "" for none. ``verify_url``
    is the address, with {document} for the paper's id, to which a QR code beside the mark leads; "" for no code."""

    min_dpi: float = 200.0
    mark: bool = True
    profile: str = "default"
    pdfa: str = "2u"
    copy: str = ""
    verify_url: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """The agency's signature. ``password_env`` names the variable, ``password_file`` the file, that holds the password;
    paths are relative to the home. ``roots`` are PEM files of trusted root certificates. ``image`` is the PNG of the seal
    for the look "seal"; where it is empty a round seal with the office's name is drawn.

    ``level`` is "B-B", "B-T", "B-LT" or "B-LTA" (ETSI EN 319 142-1); from B-T on ``timestamp_url`` is asked, at most
    ``timestamps_per_day`` times a day (0: no bound). A server has ``timeout`` seconds for its whole answer and is asked
    ``tries`` times, ``pause`` seconds apart and then twice as long; one that gave none is left alone for ``rest`` seconds.
    What OCSP and CRL servers said counts for ``revocation_minutes``. ``token_…`` name the key of a PKCS#11 token: the
    module's path, the token by label or slot (-1: by label alone), key and certificate by label (the certificate's is the
    key's where it is empty), further certificates of the chain as PEM, and where the PIN is."""

    look: str = "text"
    p12: str = "keys/signer.p12"
    password_env: str = "HOSO_P12_PASSWORD"
    password_file: str = "keys/signer.password"
    roots: tuple[str, ...] = ("keys/roots.pem",)
    image: str = ""
    level: str = "B-B"
    timestamp_url: str = ""
    timestamp_user: str = ""
    timestamp_password_env: str = "HOSO_TSA_PASSWORD"
    timestamps_per_day: int = 0
    timeout: float = 10.0
    tries: int = 3
    pause: float = 1.0
    rest: float = 300.0
    revocation_minutes: float = 60.0
    token_module: str = ""
    token_label: str = ""
    token_slot: int = -1
    token_key: str = ""
    token_certificate: str = ""
    token_chain: str = ""
    token_pin_env: str = "HOSO_TOKEN_PIN"
    token_pin_file: str = "keys/token.pin"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One timestamp a night over all that was sealed (RFC 4998), from the server of ``[seal] timestamp_url``.

    ``night`` False: none is asked for. ``hash`` is the algorithm of new hash trees; evidence with one of ``weak`` is
    renewed with it. Evidence is renewed ``renew_days`` days before the certificate of its last timestamp ends."""

    night: bool = True
    hash: str = "sha256"
    weak: tuple[str, ...] = ()
    renew_days: int = 90


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages for an archive (Circular 05/2025/TT-BNV). ``fonds`` is the code of the fonds (mã phông; the agency's code
    where it is empty), ``archive`` the code of the archive that keeps an AIP, put before a dossier's code. ``maintenance``
    (term of keeping) and ``mode`` (of use) are codes of the circular for dossiers that nobody says another of; ``names``
    is the pattern of document names: {code} and {number}, as in "{code}.{number:03d}"."""

    fonds: str = ""
    archive: str = ""
    maintenance: str = ""
    mode: str = ""
    names: str = "{code}.{number}"


@dataclass(frozen=True, slots=True)
class S3:
    """The S3-compatible store, for ``[rooms] store = "s3"``. ``endpoint`` is "host:port"; the keys stand in the
    environment variables named; time-outs are seconds."""

    endpoint: str = "localhost:9000"
    bucket: str = "hoso"
    region: str = "us-east-1"
    secure: bool = True
    access_key_env: str = "HOSO_S3_ACCESS_KEY"
    secret_key_env: str = "HOSO_S3_SECRET_KEY"
    connect_timeout: float = 5.0
    read_timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Postgres:
    """The PostgreSQL server that several machines share. The password stands in the environment variable named. ``schema``
    is the beginning of the names of the schemas that Hoso makes in the database. ``tls``: the server's certificate must be
    one that this machine trusts. ``timeout`` is the seconds an answer may take. What a machine was
    at that was silent for ``turn`` seconds is taken over by others."""

    host: str = "localhost"
    port: int = 5432
    database: str = "hoso"
    user: str = "hoso"
    password_env: str = "HOSO_POSTGRES_PASSWORD"
    schema: str = "hoso"
    tls: bool = False
    timeout: float = 60.0
    turn: float = 60.0


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The warehouse on servers, for ``[rooms] warehouse = "postgres"``: its catalog and search index in ``[postgres]``, its
    Parquet files in ``bucket`` (that of ``[s3]`` where it is empty) of the server of ``[s3]``, under ``prefix``."""

    bucket: str = ""
    prefix: str = "warehouse"


@dataclass(frozen=True, slots=True)
class Personal:
    """Personal data (Law 91/2025/QH15). ``unmask`` are the names of those (``--who``) who may see them unmasked for a
    purpose that they state; "*" is anybody who works on this home, an empty list nobody."""

    unmask: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long papers are kept (Law 33/2024/QH15, art. 15), the office's own list: lines "type = years" or "type =
    vĩnh viễn"; "*" is any other type. A dossier whose term is not told, or not over, is not destroyed but by an order."""

    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backup:
    """Where each night adds a backup ("": nowhere); ``keep`` the latest that stay (0: all); ``keys`` go along or not."""

    target: str = ""
    keep: int = 30
    keys: bool = False


@dataclass(frozen=True, slots=True)
class Inbox:
    """A watched folder (``[[inbox]]``; none told: HOME/inbox alone). ``path`` may be relative to the home; ``agency``,
    ``procedure`` and ``counter`` are told of what comes by it. A file is whole once it did not change for ``settle``
    seconds and ends as its kind must; one that does not is refused after ``patience`` seconds. ``done``: the ending of the
    marker without which nothing is taken ("": none is waited for). ``mode``: "folder" (a folder or a single file is a
    dossier) or "name" (files CODE_….pdf are the dossier CODE)."""

    name: str = "inbox"
    path: str = "inbox"
    agency: str = ""
    procedure: str = ""
    counter: str = ""
    settle: float = 3.0
    patience: float = 900.0
    done: str = ""
    mode: str = "folder"


@dataclass(frozen=True, slots=True)
class Service:
    """What ``hoso up`` starts. Ports listen on loopback alone; 0: any free one. ``jobs``: pages read side by side (0: one a
    core). ``share``: a night re-reads one part in so many of the store. Logs and finished runs are kept ``keep_days``.
    Nothing is taken in while less than ``min_free_mb`` is free where the home lies (0: whatever is free)."""

    prefect: bool = True
    prefect_port: int = 4200
    desk: bool = True
    jobs: int = 0
    share: int = 30
    keep_days: int = 90
    log_mb: int = 10
    min_free_mb: int = 500


@dataclass(frozen=True, slots=True)
class Alerts:
    """Whom ``hoso health --alert`` tells, and from when on (0: never): ``command`` reads a JSON object on its standard
    input; letters go to ``to`` by the server ``smtp`` ("host:port"). ``silent_hours`` without a paper (Saturdays and
    Sundays not counted), ``queue_hours`` that one waits to be read or sent, ``stamp_hours`` for its timestamp,
    ``night_hours`` since the last night, ``certificate_days`` to the end of the signing certificate, ``disk_gb`` free.
    Told again after ``again_hours``."""

    command: str = ""
    to: tuple[str, ...] = ()
    sender: str = "hoso@localhost"
    smtp: str = "localhost:25"
    smtp_user: str = ""
    smtp_password_env: str = "HOSO_SMTP_PASSWORD"
    smtp_tls: bool = False
    silent_hours: float = 0.0
    queue_hours: float = 24.0
    stamp_hours: float = 36.0
    night_hours: float = 30.0
    certificate_days: float = 30.0
    disk_gb: float = 5.0
    again_hours: float = 24.0


@dataclass(frozen=True, slots=True)
class Desk:
    """The web pages of ``hoso desk``, on loopback: ``port``; ``hosts`` are further names it is asked by, behind a server
    that speaks TLS; ``secure``: browsers send the session over TLS alone. A session ends after ``idle_minutes`` unused,
    or ``session_hours``; a stated purpose after ``purpose_minutes``. ``second_keying`` is the share, 0..1, of the fields
    accepted without a person that is keyed again."""

    port: int = 8640
    hosts: tuple[str, ...] = ()
    secure: bool = False
    idle_minutes: float = 30.0
    session_hours: float = 12.0
    purpose_minutes: float = 15.0
    second_keying: float = 0.01


@dataclass(frozen=True, slots=True)
class Outbox:
    """How messages to other systems are sent. One that was not taken is tried ``tries`` times, ``pause`` seconds after the
    first and then twice as long each time, ``longest`` at most. ``together``: messages on the way at a time. A door that
    failed ten times in a row is left alone for ``rest`` seconds. ``link`` is the address at which the desk serves files to
    other systems, for ``link_hours``; its secret stands in the file ``link_secret``, which is made where it is missing."""

    tries: int = 20
    pause: float = 30.0
    longest: float = 21_600.0
    together: int = 4
    rest: float = 120.0
    link: str = ""
    link_hours: float = 72.0
    link_secret: str = "keys/links.secret"


@dataclass(frozen=True, slots=True)
class HealthPortal:
    """The portal for health insurance assessment (docs/doors/health_portal.md); shut while ``url`` or ``facility`` is
    empty. ``facility`` is the code of the office's own facility, ``name`` what it is called there."""

    url: str = ""
    user: str = ""
    password_env: str = "HOSO_HEALTH_PASSWORD"
    password_file: str = "keys/health_portal.password"
    ca: str = ""
    plain: bool = False
    timeout: float = 30.0
    rate: float = 5.0
    facility: str = ""
    name: str = ""
    algorithm: str = "rsa-sha1"
    signed_state: bool = True
    after_silence: str = "edit"
    district: bool = False
    alcohol_unit: str = ""
    conclusions: tuple[str, ...] = ("A0-1", "A0-2", "A0-3")


@dataclass(frozen=True, slots=True)
class DossierSystem:
    """The provincial dossier system or the National Public Service Portal (docs/doors/dossier_system.md); shut while
    ``url`` is empty. ``form`` is "adapter" or "rest"; addresses are parts behind ``url``. ``ours`` are the agency codes
    whose dossiers are told of (none: all). ``done`` are codes of a yes, ``missing`` those of "no such dossier"."""

    url: str = ""
    form: str = "adapter"
    user: str = ""
    password_env: str = "HOSO_DOSSIER_PASSWORD"
    password_file: str = "keys/dossier_system.password"
    ca: str = ""
    plain: bool = False
    timeout: float = 30.0
    rate: float = 5.0
    auth: str = "login"
    integration: str = "integration"
    agency: str = ""
    ours: tuple[str, ...] = ()
    subject_kind: str = "1"
    channel: str = "1"
    population: str = ""
    officer: str = ""
    title: str = ""
    unit: str = ""
    done: tuple[str, ...] = ("00", "0")
    missing: tuple[str, ...] = ()
    progress: bool = True
    token: str = "token"
    upload: str = "upload"
    create: str = "dossiers"
    update: str = "dossiers/update"
    look_up: str = "dossiers/find"
    steps: str = "CapNhatTienTrinh"
    status: str = "CapNhatTrangThai"


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them."""

    office: Office = field(default_factory=Office)
    rooms: Rooms = field(default_factory=Rooms)
    reading: Reading = field(default_factory=Reading)
    archive: Archive = field(default_factory=Archive)
    seal: Seal = field(default_factory=Seal)
    stamp: Stamp = field(default_factory=Stamp)
    packages: Packages = field(default_factory=Packages)
    s3: S3 = field(default_factory=S3)
    postgres: Postgres = field(default_factory=Postgres)
    warehouse: Warehouse = field(default_factory=Warehouse)
    personal: Personal = field(default_factory=Personal)
    retention: Retention = field(default_factory=Retention)
    backup: Backup = field(default_factory=Backup)
    service: Service = field(default_factory=Service)
    inbox: tuple[Inbox, ...] = ()
    alerts: Alerts = field(default_factory=Alerts)
    desk: Desk = field(default_factory=Desk)
    outbox: Outbox = field(default_factory=Outbox)
    health_portal: HealthPortal = field(default_factory=HealthPortal)
    dossier_system: DossierSystem = field(default_factory=DossierSystem)
    population: Population = field(default_factory=Population)
    data_store: DataStore = field(default_factory=DataStore)


_SECTIONS: dict[str, type] = {
    "office": Office, "rooms": Rooms, "reading": Reading, "archive": Archive, "seal": Seal, "stamp": Stamp,
    "packages": Packages, "s3": S3, "postgres": Postgres, "warehouse": Warehouse,
    "personal": Personal, "retention": Retention, "backup": Backup,
    "service": Service, "inbox": Inbox, "alerts": Alerts, "desk": Desk, "outbox": Outbox,
    "health_portal": HealthPortal, "dossier_system": DossierSystem,
    "population": Population, "data_store": DataStore,
}  # fmt: skip
_LISTS = frozenset({"inbox"})
"""Sections that may stand several times, as ``[[inbox]]``."""


def read(path: Path) -> Settings:
    """The settings in the TOML file ``path``. Raises :class:`Misconfigured` for what is unknown or of the wrong kind."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "make a home with: hoso init (or name yours with --home or HOSO_HOME)"
        raise Misconfigured(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: is not valid TOML: {error}") from error
    _known(path, "section", table, _SECTIONS)
    lists = {name: _each(path, name, table.get(name, [])) for name in _LISTS}
    return Settings(**lists, **{name: _section(path, name, table.get(name, {})) for name in _SECTIONS.keys() - _LISTS})


def _each(path: Path, name: str, tables: Any) -> Any:
    if not isinstance(tables, list):
        raise Misconfigured(f"{path}: write [[{name}]], with two brackets: there may be several")
    return tuple(_section(path, name, table) for table in tables)


def _section(path: Path, name: str, table: Any) -> Any:
    kind = _SECTIONS[name]
    if not isinstance(table, dict):
        raise Misconfigured(f"{path}: [{name}] must be a section")
    known = {f.name: f for f in fields(kind)}
    _known(path, f"key in [{name}]", table, known)
    default = kind()
    values = {key: _fit(path, f"{name}.{key}", value, getattr(default, key)) for key, value in table.items()}
    return kind(**values)


def _fit(path: Path, name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is type(default):
        return value
    raise Misconfigured(f"{path}: {name} must be of the kind of {default!r}, not {value!r}")


def _known(path: Path, what: str, given: Any, known: Any) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            raise Misconfigured(f"{path}: unknown {what}: {name!r}{hint}")
