"""Asking the warehouse: masked by default; unmasked for a named person and a stated purpose, told to the ledger.

The fact ``unmasked`` is told before the answer is handed out: who, when, for what, the question without its values, how
many rows (Law 91/2025/QH15: processing has a purpose, and is accounted for). Never tells a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hoso import keys
from hoso.errors import Usage
from hoso.nouns import Fact
from hoso.site import Site
from hoso.warehouses.api import ALL, Answer, Hit, Only

__all__ = ["Asking", "asking"]

_FOUND = re.compile("⟦[^⟧]*⟧")


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions to the warehouse of ``site``; ``purpose`` empty: masked."""

    site: Site
    who: str = ""
    purpose: str = ""

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """The answer. Raises Usage for SQL that is wrong, would write or, masked, would go around the masks."""
        if not self.purpose:
            return self.site.warehouse.query_masked(sql, parameters)
        answer = self.site.warehouse.query(sql, parameters)
        self._tell(sql, len(answer.rows))
        return answer

    def export(self, sql: str, path: str, form: str = "parquet") -> None:
        """Write the answer as a file of the form "parquet" or "arrow" (Arrow IPC); raises as :meth:`query`."""
        if self.purpose:
            counted = self.site.warehouse.query(f"SELECT count(*) FROM (\n{sql.strip().rstrip(';')}\n)").rows[0][0]
            self._tell(sql, int(str(counted)))
        export = self.site.warehouse.export if self.purpose else self.site.warehouse.export_masked
        if form == "parquet":
            export(sql, path)
            return
        from hoso.warehouses.ducklake import frames

        with TemporaryDirectory() as folder:
            made = Path(folder) / "answer.parquet"
            export(sql, str(made))
            frames.to_ipc(made, Path(path))

    def search(self, words: str, limit: int = 20, skip: int = 0, only: Only = ALL) -> tuple[Hit, ...]:
        """Pages that hold the words; masked, a snippet has the words found and none that stand around them.
        Raises Usage where masked words are beginnings of numbers: trying one digit after the other would tell them all."""
        if not self.purpose and re.search(r"\d\S*\*", words):
            raise Usage(
                "the beginning of a number is not searched while personal data are masked; give the whole number"
            )
        hits = self.site.warehouse.search(words, limit, skip, only)
        if self.purpose:
            self._tell(words, len(hits), question="search")
            return hits
        return tuple(replace(hit, snippet=_around(hit.snippet, begun="*" in words)) for hit in hits)

    def account(self, question: str, rows: int) -> None:
        """Tell the ledger that ``rows`` with personal data go out for ``question`` (words without values)."""
        self._tell(question, rows, question)

    def _tell(self, text: str, rows: int, question: str = "") -> None:
        body = {
            "who": self.who, "purpose": _scrubbed(self.purpose), "question": question or _shape(text),
            "digest": keys.key("question", text), "rows": str(rows),
        }  # fmt: skip
        self.site.ledger.tell(Fact("unmasked", "warehouse", self.site.stamp(), body))


def asking(site: Site, unmask: bool = False, purpose: str = "", who: str = "") -> Asking:
    """Questions to the warehouse. Raises Usage where unmasking lacks its purpose or its person, or is not theirs by
    settings.toml [personal] unmask."""
    if not unmask:
        if purpose:
            raise Usage("a purpose is stated only to see personal data: give --unmask with it")
        return Asking(site)
    if not purpose.strip() or not who.strip():
        raise Usage('unmasking needs what for and who: --unmask --purpose "…" --who NAME (or the variable HOSO_WHO)')
    allowed = site.settings.personal.unmask
    if "*" not in allowed and who not in allowed:
        raise Usage(f"{who}: may not see personal data of this home; see settings.toml [personal] unmask")
    return Asking(site, who.strip(), purpose.strip())


def _around(snippet: str, begun: bool) -> str:
    """A snippet without what was not typed; words that were only ``begun`` go too."""
    return " … ".join("⟦…⟧" if begun else found for found in _FOUND.findall(snippet))


def _shape(sql: str) -> str:
    """A question without the values in it."""
    plain = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    plain = re.sub(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'", "?", plain, flags=re.DOTALL)
    return " ".join(re.sub(r'"(?:[^"]|"")*"', '"?"', re.sub(r"\b\d+(?:\.\d+)?\b", "?", plain)).split())


def _scrubbed(purpose: str) -> str:
    return re.sub(r"\d(?:[ .]?\d){5,}", "***", purpose)
