"""Figures: the indicators of Decision 766 and the provincial report, quality of reading, by month, agency and procedure."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from hoso.desk.guard import Signed, allowed
from hoso.desk.show import render
from hoso.errors import HosoError
from hoso.recipe import reporting
from hoso.values import periods
from hoso.values.reports import Chart, shown

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
KINDS = (
    ("kpi", "Chỉ số 766", "Decision 766"), ("digitization", "Số hóa", "Digitization"), ("quality", "Chất lượng", "Quality"),
)  # fmt: skip


@router.get("/figures")
def figures(
    request: Request,
    who: Annotated[Signed, Depends(allowed("figures"))],
    kind: str = "kpi",
    month: str = "",
    by: str = "agency",
) -> Response:
    """One report of a month."""
    month = month or f"{who.desk.site.now():%Y-%m}"
    kind = kind if kind in {one for one, _, _ in KINDS} else "kpi"
    report, text = None, ""
    try:
        report = reporting.report(who.desk.site, kind, periods.period(month), by)  # type: ignore[arg-type]
    except HosoError as error:
        text = getattr(error, "vi", "") or str(error)
    return render(
        request, "figures.html", who, report=report, text=text, kind=kind, month=month, by=by, kinds=KINDS,
        cell_shown=shown, chart_most=_most,
    )  # fmt: skip


def _most(chart: Chart) -> float:
    """The longest bar of a chart."""
    return max((float(part) for bar in chart.bars for part in bar.parts if part is not None), default=0.0) or 1.0
