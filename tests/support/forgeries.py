"""Forgeries of a folder of reports, drawn by a seeded generator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from orders_conformance.harness.verdicts.summary import sentence, why
from orders_conformance.harness.verdicts.verdict import RequirementVerdict, Verdict, outcome
from tests.support.report_folders import Event, events_of, seal


@dataclass(frozen=True, slots=True)
class Forgery:
    """A forgery: what was done, and to what."""

    kind: str
    at: str


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same forgeries each time


# Without new digests: the lines of the record, or the bytes of a file.


def _lines(folder: Path) -> list[bytes]:
    return (folder / "record.jsonl").read_bytes().splitlines(keepends=True)


def _rewrite(folder: Path, lines: list[bytes]) -> None:
    (folder / "record.jsonl").write_bytes(b"".join(lines))


def _edit(folder: Path, random: Random, kind: str, change: Callable[[Event], None]) -> str:
    """Change one event of a kind where it stands."""
    lines = _lines(folder)
    at = random.choice([number for number, line in enumerate(lines) if f'"type":"{kind}"'.encode() in line])
    event = json.loads(lines[at])
    change(event)
    lines[at] = json.dumps(event, separators=(",", ":")).encode() + b"\n"
    _rewrite(folder, lines)
    return f"line {at + 1}"


def byte(folder: Path, _other: Path, random: Random) -> str:
    """Change one bit of one file."""
    names = sorted(path.name for path in folder.iterdir())
    path = folder / random.choice(names)
    content = bytearray(path.read_bytes())
    at = random.randrange(len(content))
    content[at] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    return f"byte {at} of {path.name}"


def line(folder: Path, _other: Path, random: Random) -> str:
    """Take a line out, or put it in twice."""
    lines = _lines(folder)
    at = random.randrange(1, len(lines))
    lines[at : at + 1] = [] if random.random() < 0.5 else [lines[at]] * 2
    _rewrite(folder, lines)
    return f"line {at + 1}"


def verdict(folder: Path, _other: Path, random: Random) -> str:
    """Change a verdict."""

    def change(event: Event) -> None:
        event["verdict"] = random.choice([one for one in ("passed", "failed", "untested") if one != event["verdict"]])

    return _edit(folder, random, "verdict", change)


def finding(folder: Path, _other: Path, random: Random) -> str:
    """Take a finding out, or change what it says."""
    lines = _lines(folder)
    at = random.choice([number for number, text in enumerate(lines) if b'"type":"finding"' in text])
    if random.random() < 0.5:
        del lines[at]
        _rewrite(folder, lines)
        return f"line {at + 1}"
    return _edit(folder, random, "finding", lambda event: event.update(observed="nothing much"))


def count(folder: Path, _other: Path, random: Random) -> str:
    """Change a number of exchanges or of requests."""
    if random.random() < 0.3:
        return _edit(folder, random, "footer", lambda event: event["traffic"].update(requests=random.randrange(99)))
    name = random.choice(["exchanges", "against"])
    return _edit(folder, random, "verdict", lambda event: event.update({name: event[name] + random.randint(1, 9)}))


def order(folder: Path, _other: Path, random: Random) -> str:
    """Swap two lines."""
    lines = _lines(folder)
    one, other = random.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    _rewrite(folder, lines)
    return f"lines {one + 1} and {other + 1}"


def exchange(folder: Path, _other: Path, random: Random) -> str:
    """Take an exchange out, or change its response."""
    lines = _lines(folder)
    at = random.choice([number for number, text in enumerate(lines) if b'"type":"exchange"' in text])
    if random.random() < 0.5:
        del lines[at]
        _rewrite(folder, lines)
        return f"line {at + 1}"

    def change(event: Event) -> None:
        event["response"]["status"] = random.choice(
            [one for one in (201, 400, 409) if one != event["response"]["status"]]
        )

    return _edit(folder, random, "exchange", change)


def mixed(folder: Path, other: Path, random: Random) -> str:
    """Put a file of another run in, or a line of its record."""
    name = random.choice(["record.jsonl", "report.json", "report.html", "junit.xml", "attestation.json", "a line"])
    if name == "a line":
        lines, others = _lines(folder), _lines(other)
        at = random.randrange(1, min(len(lines), len(others)))
        lines[at] = others[at]
        _rewrite(folder, lines)
    else:
        (folder / name).write_bytes((other / name).read_bytes())
    return name


CHANGES = (byte, line, verdict, finding, count, order, exchange, mixed)


def changed(folder: Path, other: Path, seed: int) -> Forgery:
    """Change a folder without computing a digest again."""
    change = CHANGES[seed % len(CHANGES)]
    return Forgery(change.__name__, change(folder, other, _random(seed)))


# With every digest computed again: events whose verdicts contradict the exchanges.


def _concluded(events: list[Event], everything: int) -> list[Event]:
    """Let the footer say what the verdicts say."""
    header, footer = events[0], events[-1]
    levels = {one["id"]: one["level"] for one in header["requirements"]}
    judged = [
        RequirementVerdict(levels[one["requirement"]], Verdict(one["verdict"]))
        for one in events
        if one["type"] == "verdict"
    ]
    narrowed = len(levels) < everything
    result = outcome(judged, fail_on=header["fail_on"], broken=False, narrowed=narrowed)
    traffic = footer["traffic"]
    perhaps = f" and perhaps {traffic['orders_possible']} more" if traffic.get("orders_possible") else ""
    cost = f"{traffic['requests']} requests created {traffic['orders_created']} orders{perhaps}"
    footer |= {
        "outcome": result.value,
        "reason": why(result, judged, narrowed=narrowed),
        "summary": sentence(result, judged, header["fail_on"], cost),
    }
    return events


def _passed(events: list[Event], names: set[str], *, thorough: bool) -> list[Event]:
    """Let requirements pass: without their findings and, if thorough, without what follow-up requests found."""
    findings = {one["id"] for one in events if one["type"] == "finding" and one["requirement"] in names}
    kept = [one for one in events if not (one["type"] == "finding" and one["id"] in findings)]
    if thorough:
        settled = {one["exchange"] for one in kept if one["type"] == "evidence" and one["requirement"] in names}
        kept = [
            one
            for one in kept
            if not (one["type"] == "evidence" and one["requirement"] in names)
            and not (one["type"] == "settled" and one["exchange"] in settled)
        ]
    for one in kept:
        if one["type"] == "exchange":
            raised = set(one["findings"]) & findings
            one["findings"] = [each for each in one["findings"] if each not in findings]
            if raised:
                one["bears_on"] = sorted({*one["bears_on"], *names})
            if thorough:
                one.pop("suspicion", None)
        elif one["type"] == "verdict" and one["requirement"] in names:
            one |= {
                "verdict": "passed",
                "against": 0,
                "lead": None,
                "in_common": None,
                "exchanges": one["exchanges"] or 1,
            }
    return kept


def _failed(events: list[Event], of: str) -> set[str]:
    return {one["requirement"] for one in events if one["type"] == "verdict" and one["verdict"] == of}


def pass_one(events: list[Event], random: Random) -> list[Event]:
    """Let one failed requirement pass."""
    name = random.choice(sorted(_failed(events, "failed")))
    return _passed(events, {name}, thorough=random.random() < 0.5)


def pass_all(events: list[Event], random: Random) -> list[Event]:
    """Let every failed requirement pass: the record is green."""
    return _passed(events, _failed(events, "failed"), thorough=random.random() < 0.7)


def untest_all(events: list[Event], random: Random) -> list[Event]:
    """Let every failed requirement be untested."""
    names = _failed(events, "failed")
    kept = _passed(events, names, thorough=random.random() < 0.5)
    for one in kept:
        if one["type"] == "exchange":
            one["bears_on"] = [each for each in one["bears_on"] if each not in names]
        elif one["type"] == "verdict" and one["requirement"] in names:
            one |= {"verdict": "untested", "exchanges": 0}
    return kept


def accuse(events: list[Event], random: Random) -> list[Event]:
    """Let a requirement fail that no exchange broke."""
    name = random.choice(sorted(_failed(events, "passed")))
    shown = next(one for one in events if one["type"] == "exchange" and name in one["bears_on"])
    model = next(one for one in events if one["type"] == "finding")
    made = {**model, "id": "f999", "requirement": name, "exchange": shown["id"], "before": [], "minimal": False}
    shown["findings"] = [*shown["findings"], "f999"]
    shown["bears_on"] = [one for one in shown["bears_on"] if one != name]
    for one in events:
        if one["type"] == "verdict" and one["requirement"] == name:
            one |= {"verdict": "failed", "against": 1, "lead": "f999"}
    at = events.index(shown)
    return [*events[: at + 1], made, *events[at + 1 :]]


def lower(events: list[Event], random: Random) -> list[Event]:
    """Let what failed be information only."""
    names = _failed(events, "failed")
    for one in events[0]["requirements"]:
        if one["id"] in names:
            one["level"] = "info"
    kept = _passed(events, names, thorough=random.random() < 0.5)
    for one in kept:
        if one["type"] == "verdict" and one["requirement"] in names:
            one["verdict"] = "observed"
    return kept


def fewer(events: list[Event], random: Random) -> list[Event]:
    """Let fewer exchanges have failed a requirement than did, or more have tested it."""
    rows = [one for one in events if one["type"] == "verdict" and one["verdict"] == "failed"]
    one = random.choice(rows)
    one |= {"exchanges": one["exchanges"] + 7} if one["against"] < 2 or random.random() < 0.5 else {"against": 1}
    return events


CONTRADICTIONS = (pass_all, pass_one, untest_all, accuse, lower, fewer)
# The record that all digests are computed again for is greener than its exchanges.
GREENER = (pass_all, untest_all, lower)


def contradicted(folder: Path, seed: int, everything: int) -> Forgery:
    """Change the verdicts of a folder against its exchanges, and compute every digest again."""
    change = CONTRADICTIONS[seed % len(CONTRADICTIONS)]
    seal(folder, _concluded(change(events_of(folder), _random(seed)), everything))
    return Forgery(change.__name__, f"seed {seed}")


# With every digest computed again, and consistent: another target, time, run or response than there was.


def _of_header(name: str, make: Callable[[Random], Any]) -> Callable[[list[Event], Random], None]:
    def change(events: list[Event], random: Random) -> None:
        events[0][name] = make(random)

    return change


def _target(events: list[Event], random: Random) -> None:
    """Let another server have been judged."""
    url = events[0]["target"]["url"]
    other = f"https://tenant-{random.randrange(1000)}.example.com"
    text = json.dumps(events).replace(url, other)
    events[:] = json.loads(text)


def _response_header(events: list[Event], random: Random) -> None:
    """Let a server have sent another header."""
    chosen = random.choice([one for one in events if one["type"] == "exchange" and one["response"]])
    chosen["response"]["headers"].append(["x-release", f"2.{random.randrange(99)}"])


def _probe(events: list[Event], random: Random) -> None:
    """Let a request have been sent for another reason."""
    random.choice([one for one in events if one["type"] == "exchange"])["probe"] = "accept/minimal"


_CONSISTENT: Mapping[str, Callable[[list[Event], Random], None]] = {
    "target": _target,
    "run": _of_header("run", lambda random: f"{random.getrandbits(64):016x}"),
    "seed": _of_header("seed", lambda random: random.randrange(2, 2**32)),
    "response header": _response_header,
    "probe": _probe,
}


def replaced(folder: Path, seed: int) -> Forgery:
    """Change a folder such that everything in it still agrees, and compute every digest again."""
    kind = list(_CONSISTENT)[seed % len(_CONSISTENT)]
    events = events_of(folder)
    _CONSISTENT[kind](events, _random(seed))
    signature = (folder / "manifest.json.sig").read_bytes()
    seal(folder, events)
    # The signature of the true manifest is all that a forger has.
    (folder / "manifest.json.sig").write_bytes(signature)
    return Forgery(kind, f"seed {seed}")
