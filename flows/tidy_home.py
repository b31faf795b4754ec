"""Remove what a home need not keep (logs, half-written files): a home in, how many files out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="tidy-home")
def tidy_home(home: str) -> int:
    """Files removed; no document, no fact, nothing in an inbox."""
    with Site(Path(home)) as site, nights.over(site, "tidy-home", str(flow_run.id or "")) as night:
        try:
            return nights.tidy(site, night)
        finally:
            create_markdown_artifact(nights.page(site, night), key="tidy-home")
