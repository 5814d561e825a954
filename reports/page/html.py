"""The report as one self-contained HTML page: `report.html`.

The page needs no network and no other file, and everything in it can be read without its script, which only filters,
copies and unfolds. Text of the server is escaped, made printable and limited in length. As a second protection, a
content security policy forbids everything but the page's own style and script.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from orders_conformance.reports.causes import Cause, broken, causes
from orders_conformance.reports.html import environment, source_hash
from orders_conformance.reports.page import cards, heat_map, traffic
from orders_conformance.reports.page.messages import BODY_LIMIT, http_messages
from orders_conformance.reports.page.texts import FILTERS, is_link
from orders_conformance.reports.record.schema import LEVELS, VERDICTS
from orders_conformance.reports.sentences import evidence_count, is_stale
from orders_conformance.reports.summary import OBSERVATIONS_SHOWN, Report

# So many findings have their steps: of what leads a cause or is waived; of what failed with it; on the whole page.
FINDINGS_SHOWN, FINDINGS_SHOWN_WITH_IT, FINDINGS_ON_PAGE = 3, 1, 60
# So many causes stand at the top, and so many in the list of them.
CAUSES_ON_TOP, CAUSES_LISTED = 3, 20
NOT_JUDGED = "not judged"
# Characters of a body of an exchange that shows no failure, or where very many do; up to how many are few.
_SHORT_LIMIT, _FEW_FINDINGS = 500, 20
_TEMPLATES = Path(__file__).with_name("templates")
_SECTION_SEGMENTS = 2
_UNSAFE_IN_STYLE = re.compile(r"[^\w .,:;/()-]", re.ASCII)


def page(report: Report, *, for_pdf: bool = False) -> str:
    """Return the HTML page of `report`; the one for `report.pdf` has neither a script nor the exchanges."""
    report = _as_shown(report)
    requirements = report["requirements"]
    totals = _verdict_counts(requirements)
    style, script = _style(report, totals), _source("script.js")
    style += _source("pdf.css") if for_pdf else ""
    found = causes(requirements, report["fail_on"])
    waived = [one for one in _ranked(requirements) if one["verdict"] == "waived"]
    findings = _findings(found, waived)
    exchanges = _exchanges(report, findings.values())
    few = sum(map(len, findings.values())) <= _FEW_FINDINGS
    return _template("pdf.html.j2" if for_pdf else "report.html.j2").render(
        report=report,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=_policy(style, script),
        headline=report["headline"],
        killed=report["ended_at"] is None,
        levels=LEVELS,
        verdicts=VERDICTS,
        total=len(requirements),
        requirements_forced=sum(one["forced"] for one in requirements),
        causes=found,
        replay_of_first=_replay_of_first(report, found, findings),
        causes_on_top=CAUSES_ON_TOP,
        causes_listed=CAUSES_LISTED,
        failures=sum(len(cause.requirements) for cause in found),
        waived=waived,
        observed=[requirement for requirement in requirements if requirement["observations"]],
        untested=_untested_by_reason(report),
        sections=_sections(requirements),
        grids=heat_map.grids(requirements),
        strips=heat_map.strips(requirements),
        answers=traffic.answers(report),
        bars=traffic.bars(report["timeline"]),
        totals=totals,
        exchanges=exchanges,
        anchors={one["id"] for one, _failed in exchanges},
        findings=findings,
        observations_shown=OBSERVATIONS_SHOWN,
        evidence_count=evidence_count,
        broken=broken,
        is_stale=is_stale,
        is_link=_no_link if for_pdf else is_link,
        reproduction=partial(cards.reproduction, report=report),
        http_messages=http_messages,
        body_limits={True: BODY_LIMIT if few else 2 * _SHORT_LIMIT, False: _SHORT_LIMIT},
    )


@cache
def _template(name: str) -> Template:
    return environment(_TEMPLATES, FILTERS).get_template(name)


def _no_link(_text: str) -> bool:
    return False


@cache
def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _style(report: Report, totals: Mapping[str, int]) -> str:
    """Return the style of the page: with the share of each verdict, and the running header of a print."""
    shares = "".join(f".share-{count} {{ flex-grow: {count}; }}\n" for count in sorted(set(totals.values())))
    texts = (report["outcome"], report["contract"]["title"], report["target"]["url"], f"run {report['run']}")
    outcome, title, url, run = (_UNSAFE_IN_STYLE.sub("_", text[:80]) for text in texts)
    header = (
        f'@page {{ @top-left {{ content: "{title}: {outcome}"; }} @top-right {{ content: "{url}"; }}'
        f' @bottom-left {{ content: "{run}"; }} @bottom-right {{ content: counter(page) " of " counter(pages); }} }}\n'
    )
    return _source("report.css") + _source("pictures.css") + shares + _source("narrow_and_print.css") + header


def _policy(style: str, script: str) -> str:
    allowed = f"style-src {source_hash(style)}; script-src {source_hash(script)}; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _as_shown(report: Report) -> Report:
    """Return a report in which what a killed run left untested is not judged."""
    if report["ended_at"] is not None:
        return report
    shown = [
        {**one, "verdict": NOT_JUDGED, "reason": None} if one["verdict"] == "untested" else one
        for one in report["requirements"]
    ]
    return {**report, "requirements": shown}


def _ranked(requirements: Iterable[Report]) -> list[Report]:
    return sorted(requirements, key=lambda requirement: LEVELS.index(requirement["level"]))


def _findings(found: Sequence[Cause], waived: Sequence[Report]) -> dict[str, Sequence[Report]]:
    """Return the findings of which the page has the steps, by requirement; what leads a cause goes first."""
    wanted = [(cause.lead, FINDINGS_SHOWN) for cause in found]
    wanted += [(one, FINDINGS_SHOWN) for one in waived]
    wanted += [(one, FINDINGS_SHOWN_WITH_IT) for cause in found for one in cause.requirements[1:]]
    left = FINDINGS_ON_PAGE
    chosen = {}
    for requirement, number in wanted:
        chosen[requirement["id"]] = requirement["findings"][: min(number, left)]
        left -= len(chosen[requirement["id"]])
    return chosen


def _replay_of_first(report: Report, found: Sequence[Cause], findings: Mapping[str, Sequence[Report]]) -> str | None:
    """Return the command that shows the first cause again; None where nothing failed, or the record lacks it."""
    shown = [finding for cause in found[:1] for finding in findings.get(cause.lead["id"], ())[:1]]
    return cards.replay(shown[0], report) if shown and shown[0]["exchange"] is not None else None


def _exchanges(report: Report, findings: Iterable[Sequence[Report]]) -> list[tuple[Mapping[str, Any], bool]]:
    """Return every exchange that the page has, in the order of the run, and whether it shows a failure."""
    found: dict[str, tuple[Mapping[str, Any], bool]] = {one["id"]: (one, False) for one in report["exchanges"]}
    for finding in (one for members in findings for one in members):
        shown = [*finding["before"][-cards.STEPS_SHOWN :], finding["exchange"]]
        found.update({one["id"]: (one, True) for one in shown if one is not None})
    return sorted(found.values(), key=lambda one: float(one[0]["at"]))


def _untested_by_reason(report: Report) -> dict[str, list[Report]]:
    known = {requirement["id"]: requirement for requirement in report["requirements"]}
    grouped: dict[str, list[Report]] = {}
    for entry in report["untested"]:
        if known[entry["requirement"]]["verdict"] != NOT_JUDGED:
            grouped.setdefault(entry["reason"], []).append(known[entry["requirement"]])
    return grouped


def _sections(requirements: Iterable[Report]) -> list[dict[str, Any]]:
    """Group the requirements by their ids: sections by the first two segments, groups by the third.

    Sections and groups are in the order of the contract.
    """
    sections: dict[str, dict[str, list[Report]]] = {}
    for requirement in requirements:
        segments = requirement["id"].split("/")
        section = "/".join(segments[:_SECTION_SEGMENTS])
        group = segments[_SECTION_SEGMENTS] if len(segments) > _SECTION_SEGMENTS + 1 else ""
        sections.setdefault(section, {}).setdefault(group, []).append(requirement)
    return [
        {
            "name": name,
            "groups": groups,
            "tally": _verdict_counts(member for group in groups.values() for member in group),
        }
        for name, groups in sections.items()
    ]


def _verdict_counts(requirements: Iterable[Report]) -> dict[str, int]:
    found = [requirement["verdict"] for requirement in requirements]
    return {verdict: found.count(verdict) for verdict in (*VERDICTS, NOT_JUDGED) if verdict in found}
