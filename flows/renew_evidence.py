"""Renew proofs of time before they end: a home in, how many documents were renewed out."""

from pathlib import Path

from prefect import flow
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="renew-evidence", retries=3, retry_delay_seconds=900)
def renew_evidence(home: str) -> int:
    """Another timestamp over what is due. Raises where none is to be had, so that the run shows as failed."""
    with (
        Site(Path(home)) as site,
        nights.over(site, "renew-evidence", str(flow_run.id or "")) as night,
        nights.alone(site),
    ):
        return nights.renew(site, night)
