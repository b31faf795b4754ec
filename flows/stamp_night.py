"""One timestamp over all that was sealed and has none: a home in, how many documents it is over out."""

from pathlib import Path

from prefect import flow
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="stamp-night", retries=3, retry_delay_seconds=900)
def stamp_night(home: str) -> int:
    """Evidence for every sealed document without it. Raises where the timestamp server is silent: the flow tries again."""
    with (
        Site(Path(home)) as site,
        nights.over(site, "stamp-night", str(flow_run.id or "")) as night,
        nights.alone(site),
    ):
        return nights.stamp(site, night)
