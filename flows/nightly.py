"""The night: go on with what was left, release what is approved, stamp what is sealed, prove the page balance."""

from dataclasses import asdict
from pathlib import Path

from prefect import flow

from hoso import recipe
from hoso.errors import Damaged
from hoso.site import Site


@flow(name="nightly")
def nightly(home: str, jobs: int = 2) -> dict[str, int]:
    """The page balance after the night's work. Raises where it is uneven, so that the run shows as failed."""
    with Site(Path(home)) as site, recipe.only_run(site):
        with recipe.crew_for(site, jobs) as crew:
            list(recipe.resume(site, crew))
        total = recipe.balance(recipe.standing(site, dossier) for dossier in recipe.dossiers(site))
        recipe.stamp(site)
    if not total.even:
        raise Damaged(f"the page balance is uneven: {asdict(total)}")
    return asdict(total)
