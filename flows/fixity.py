"""Re-read a part of the store each day, all of it in a month: a home in, how many objects out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="fixity")
def fixity(home: str) -> int:
    """Objects read. Raises where one is damaged or missing, so that the run shows as failed."""
    with Site(Path(home)) as site, nights.over(site, "fixity", str(flow_run.id or "")) as night:
        try:
            return nights.fixity(site, night)
        finally:
            create_markdown_artifact(nights.page(site, night), key="fixity")
