"""Digitize one file or folder as one dossier: a path in, the dossier's id out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from hoso import recipe
from hoso.recipe import nights
from hoso.site import Site


@flow(name="digitize-dossier", retries=2, retry_delay_seconds=30)
def digitize_dossier(home: str, path: str, jobs: int = 0) -> str:
    """Both halves for the dossier at ``path``, as far as approvals allow; running it again redoes nothing."""
    with Site(Path(home)) as site, recipe.only_run(site), recipe.crew_for(site, nights.jobs(site, jobs)) as crew:
        (here,) = recipe.digitize(site, [recipe.source(Path(path))], crew)
        create_markdown_artifact(nights.dossier_page(site, here.dossier.id), key=f"dossier-{here.dossier.id}")
        return here.dossier.id
