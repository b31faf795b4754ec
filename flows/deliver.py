"""Send what released documents are to be told by, through every open door: a home in, the counts out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="deliver", retries=2, retry_delay_seconds=300)
def deliver(home: str) -> dict[str, int]:
    """What was queued, sent and left. What a silent system did not take is sent by the next run."""
    with Site(Path(home)) as site, nights.over(site, "deliver", str(flow_run.id or "")) as night:
        try:
            return nights.deliver(site, night)
        finally:
            create_markdown_artifact(nights.page(site, night), key="deliver")
