"""Registers that changed into the warehouse: a home in, the names of their tables out."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from hoso.recipe import nights
from hoso.site import Site


@flow(name="enrol-registers")
def enrol_registers(home: str) -> list[str]:
    """Raises where a register is broken, so that the run shows as failed."""
    with Site(Path(home)) as site, nights.over(site, "enrol-registers", str(flow_run.id or "")) as night:
        try:
            with nights.alone(site):
                return list(nights.registers(site, night))
        finally:
            create_markdown_artifact(nights.page(site, night), key="enrol-registers")
