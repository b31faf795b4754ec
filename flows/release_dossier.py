"""Release what is approved of one dossier: its id in, how many documents were newly filed out."""

from pathlib import Path

from prefect import flow

from hoso import recipe
from hoso.site import Site


@flow(name="release-dossier", retries=2, retry_delay_seconds=30)
def release_dossier(home: str, dossier: str) -> int:
    """Mark, compose, seal and load the approved documents of the dossier of that id."""
    with Site(Path(home)) as site, recipe.only_run(site):
        outcome = recipe.standing(site, dossier).outcome
        return recipe.release(site, [outcome] if outcome else [])
