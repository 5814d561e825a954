"""The verdicts of several runs as one self-contained HTML page."""

from orders_conformance.reports.matrix.matrix import Matrix
from orders_conformance.reports.matrix.text import ABSENT
from orders_conformance.reports.tables.html import render


def page(matrix: Matrix) -> str:
    """Return the HTML page of a matrix."""
    return render("matrix.html.j2", matrix=matrix, absent=ABSENT)
