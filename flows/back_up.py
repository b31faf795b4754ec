"""Add a backup where settings.toml [backup] target says: a home in, the backup's name out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="back-up")
def back_up(home: str) -> str:
    """The name of the backup, "" where none is asked for."""
    with Site(Path(home)) as site, nights.over(site, "back-up", str(flow_run.id or "")) as night:
        try:
            return nights.back_up(site, night)
        finally:
            create_markdown_artifact(nights.page(site, night), key="back-up")
