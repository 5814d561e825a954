"""The collapsed section of a log on GitLab."""

from __future__ import annotations

from orders_conformance.reports.ci.gitlab import section


def test_the_lines_stand_between_the_marks_of_a_collapsed_section() -> None:
    assert list(section("details", ["one", "two"], 1714550400.7)) == [
        "\x1b[0Ksection_start:1714550400:orders_conformance[collapsed=true]\r\x1b[0Kdetails",
        "one",
        "two",
        "\x1b[0Ksection_end:1714550400:orders_conformance\r\x1b[0K",
    ]


def test_there_is_no_section_without_lines() -> None:
    assert list(section("details", [], 0)) == []
