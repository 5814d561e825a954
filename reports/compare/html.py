"""The comparison of two runs as one self-contained HTML page."""

from orders_conformance.reports.compare.comparison import KINDS, Comparison
from orders_conformance.reports.compare.text import sentence
from orders_conformance.reports.tables.html import render


def page(comparison: Comparison) -> str:
    """Return the HTML page of a comparison."""
    return render("compare.html.j2", comparison=comparison, kinds=KINDS, sentence=sentence(comparison))
