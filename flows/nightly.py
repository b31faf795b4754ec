"""The night: go on with what was left, release what is approved, prove the page balance, stamp what is sealed."""

from dataclasses import asdict
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso import recipe
from hoso.recipe import nights
from hoso.site import Site


@flow(name="nightly")
def nightly(home: str, jobs: int = 0, patience: float = 1800.0) -> dict[str, int]:
    """The page balance after the night's work. Raises where it is uneven, so that the run shows as failed."""
    with Site(Path(home)) as site, nights.over(site, "nightly", str(flow_run.id or "")) as night:
        try:
            with nights.alone(site, patience), recipe.crew_for(site, nights.jobs(site, jobs)) as crew:
                total = nights.main(site, crew, night)
                recipe.stamp(site)
        finally:
            create_markdown_artifact(nights.page(site, night), key="page-balance", description="Balance and problems")
            for dossier in night.worked[: nights.PAGES]:
                create_markdown_artifact(nights.dossier_page(site, dossier), key=f"dossier-{dossier}")
        return asdict(total)
