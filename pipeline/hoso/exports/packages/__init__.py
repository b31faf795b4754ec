"""Archive packages by the profile of Circular 05/2025/TT-BNV (on E-ARK CSIP): written, read again and checked.

Modules: ``profile`` (names, fields, code lists), ``plan`` (what a package holds), ``ead`` · ``premis`` · ``mets``
(one XML each), ``markup`` (XML out and, safely, in), ``write`` (folder, ZIP, TAR), ``container`` (any of them, read
and never unpacked), ``rules`` · ``descriptions`` · ``check`` (the validator), ``findings`` (what it says). ``_xsd/``:
schemas of METS, XLink, PREMIS and CSIP as their boards publish them. Never: looks into a PDF, asks a ledger or a
store, reads the clock."""

from __future__ import annotations

__all__: list[str] = []
