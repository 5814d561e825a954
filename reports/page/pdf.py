"""The report as `report.pdf`, for print and for archives: made by WeasyPrint, which the extra `pdf` installs.

It has what the page prints, without the exchanges: with those of a run it takes minutes. It is tagged (PDF/UA),
has no script, no form and no link out of the document, and nothing is loaded for it. Its time and its identifier are
those of the record. So the same record gives the same bytes with the same fonts and the same versions of WeasyPrint and
Pango.
"""

from hashlib import sha256

from orders_conformance.reports.page.html import page
from orders_conformance.reports.summary import Report

NAME = "report.pdf"
_VARIANT = "pdf/ua-1"
# Bytes of the identifier of a PDF (ISO 32000-1, 14.4).
_IDENTIFIER_LENGTH = 16


def lack() -> str | None:
    """Return why no PDF can be made here and how to mend it, in one line; None if it can."""
    try:
        # Imported here: only the option --pdf needs the library, and it takes a second.
        import weasyprint  # noqa: F401, PLC0415 - see above
    except ImportError:
        return f"{NAME} needs WeasyPrint, which is not installed: pip install 'orders-conformance[pdf]'"
    except OSError as error:
        reason = " ".join(str(error).split())[:200]
        return (
            f"{NAME} needs the system library Pango, which cannot be loaded ({reason}): "
            "on Debian, apt install libpango-1.0-0 libpangoft2-1.0-0"
        )
    return None


def document(report: Report) -> bytes:
    """Return the report as PDF.

    Raises:
        ImportError, OSError: WeasyPrint or Pango are not installed; `lack` says so beforehand.

    """
    # Imported here: see `lack`.
    from weasyprint import HTML  # noqa: PLC0415 - see above
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - see above

    record = report["record"]
    identity = sha256(f"{report['run']} {record['digest'] or record['head']}".encode()).digest()[:_IDENTIFIER_LENGTH]
    fetcher = URLFetcher(allowed_protocols=("data",))
    made = HTML(string=page(report, for_pdf=True), url_fetcher=fetcher, media_type="print")
    named = {each.get("id") for each in made.etree_element.iter()}
    for each in made.etree_element.iter():
        # Neither to the outside nor to an exchange, which is not in the PDF.
        if each.get("href", "").removeprefix("#") not in named:
            each.attrib.pop("href", None)
    content: bytes = made.write_pdf(pdf_variant=_VARIANT, pdf_identifier=identity)
    return content
