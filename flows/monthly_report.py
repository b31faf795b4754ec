"""The indicators of this month and the last as workbooks: a home in, their names out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="monthly-report")
def monthly_report(home: str) -> list[str]:
    """Written into HOME/reports/."""
    with Site(Path(home)) as site, nights.over(site, "monthly-report", str(flow_run.id or "")) as night:
        try:
            return nights.report(site, night)
        finally:
            create_markdown_artifact(nights.page(site, night), key="monthly-report")
