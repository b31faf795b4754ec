"""One timestamp over all that was sealed and has none: a home in, how many documents it is over out."""

from pathlib import Path

from prefect import flow

from hoso import recipe
from hoso.recipe import stamping
from hoso.site import Site


@flow(name="stamp-night", retries=3, retry_delay_seconds=900)
def stamp_night(home: str) -> int:
    """Evidence for every sealed document without it. Raises where the timestamp server is silent: the flow tries again."""
    with Site(Path(home)) as site, recipe.only_run(site):
        return sum(made.documents for made in stamping.night(site))
