"""A defect of ours in one dossier or document is shown, and the others go on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from doors import INBOX, hoso
from hoso import recipe
from hoso.recipe import digitizing
from hoso.site import Site


def test_a_defect_in_one_dossier_leaves_it_underway_and_the_others_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    assert hoso(home, "init", "--demo").code == 0
    for name in ("bad", "good"):
        (inbox / name).mkdir(parents=True)
        shutil.copy(INBOX / "QD-2024.pdf", inbox / name / f"{name}.pdf")
        (inbox / name / f"{name}.txt").write_text(name)  # refused, but makes the folders differ
    settle = digitizing.settle

    def defective(site: Site, arrival: recipe.intake.Arrival) -> object:
        if arrival.dossier.source == "bad":
            raise ZeroDivisionError("a defect")
        return settle(site, arrival)

    monkeypatch.setattr(digitizing, "settle", defective)
    told: list[str] = []
    with Site(home) as site, recipe.crew_for(site, 0) as crew:
        progress = recipe.Progress(defect=lambda what, error: told.append(repr(error)))
        states = {h.dossier.source: h.outcome for h in recipe.digitize(site, recipe.sources([inbox]), crew, progress)}
        assert told == ["ZeroDivisionError('a defect')"]
        assert states["bad"] is None
        assert states["good"] is not None
        monkeypatch.undo()
        list(recipe.resume(site, crew))
        assert recipe.balance(recipe.standing(site, d) for d in recipe.dossiers(site)).even
