"""Charts of a report's figures, drawn by the workbook from the cells themselves."""

from __future__ import annotations

from pledgebook.reports.figures.table import Chart, Report
from pledgebook.reports.render.styles import FONT, INK, NAVY
from pledgebook.reports.render.texts import number_format
from xlsxwriter import Workbook
from xlsxwriter.chart import Chart as Drawing

WIDTH, HEIGHT = 760, 300
"""Pixels: within an A4 page, also of a narrow table."""

LOWEST = 180
"""Pixels below which a chart is not made lower."""
ROW_PIXELS = 20

_FILLS = (NAVY, "#5B8DB8", "#C9962B", "#8796A8", "#9B1C1C")
"""Told apart in grey too: dark, middle, light."""


def draw(
    workbook: Workbook, report: Report, chart: Chart, sheet: str, first: int, heading: int
) -> Drawing:
    """Return the drawing of a chart of `report`, whose lines begin in row `first` of `sheet` and
    whose column headings stand in row `heading`.
    """
    options = {"type": "column", **({"subtype": "stacked"} if chart.stacked else {})}
    drawing = workbook.add_chart(options)
    keys = [column.key for column in report.columns]
    places = [keys.index(key) for key in chart.columns]
    top, bottom = first + chart.first, first + chart.last
    if chart.across:
        drawing.add_series(
            {
                "categories": [sheet, heading, places[0], heading, places[-1]],
                "values": [sheet, top, places[0], top, places[-1]],
                "fill": {"color": _FILLS[0]},
                "gap": 80,
            }
        )
        drawing.set_legend({"none": True})
    else:
        named = keys.index(chart.names)
        for number, place in enumerate(places):
            drawing.add_series(
                {
                    "name": [sheet, heading, place],
                    "categories": [sheet, top, named, bottom, named],
                    "values": [sheet, top, place, bottom, place],
                    "fill": {"color": _FILLS[number % len(_FILLS)]},
                    "gap": 80,
                }
            )
        drawing.set_legend({"position": "bottom", "font": _font(9)})
    drawing.set_title({"name": chart.title, "name_font": _font(11, bold=True), "overlay": False})
    drawing.set_x_axis({"num_font": _font(9)})
    drawing.set_y_axis(
        {
            "num_font": _font(9),
            "num_format": number_format(0),
            "major_gridlines": {"visible": True, "line": {"color": "#D8DEE6"}},
        }
    )
    drawing.show_na_as_empty_cell()
    return drawing


def _font(size: int, *, bold: bool = False) -> dict[str, object]:
    return {"name": FONT["font_name"], "size": size, "bold": bold, "color": INK}
