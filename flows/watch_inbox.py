"""One look at a watched folder: the folder in, ids of the dossiers taken out."""

from pathlib import Path

from prefect import flow

from hoso import recipe
from hoso.recipe import nights
from hoso.site import Site


@flow(name="watch-inbox")
def watch_inbox(home: str, inbox: str = "", settle: float = 5.0, jobs: int = 0) -> list[str]:
    """Digitize what has settled in ``inbox`` (default: the home's), and move it away once it is received."""
    folder = Path(inbox) if inbox else Path(home) / "inbox"
    with Site(Path(home)) as site, recipe.only_run(site), recipe.crew_for(site, nights.jobs(site, jobs)) as crew:
        return [here.dossier.id for here in recipe.take_inbox(site, folder, settle, crew)]
