"""A decision as a person reads it: one view for what the CLI decides and for what comes over gRPC.

It takes the decision as a JSON document under the names of the contract. What proto3 leaves out because it is a default
counts as that default, and a fact's value may be plain or wrapped as `FactValue` is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from nextplay.authoring.readings import number_text, reading_text
from nextplay.sentences import fact_label

Document = Mapping[str, Any]
KIND_STYLES: Final = {
    "cx": "bold magenta",
    "cs": "bold cyan",
    "mixed": "bold yellow",
    "undetermined": "bold blue",
    "opportunity": "bold green",
    "none": "bold green",
}
_BAND_STYLES: Final = {"low": "green", "moderate": "yellow", "high": "red", "critical": "bold red"}
_LONG_NAMES: Final = {
    "cx": "CX: the experience is broken",
    "cs": "CS: the result is missing",
    "mixed": "MIXED: experience and result",
    "none": "NONE: no gap that matters",
    "undetermined": "UNDETERMINED: too little is known",
}
_FACTS_SHOWN: Final = 5
_EVIDENCE_SHOWN: Final = 4
_HASH_DIGITS: Final = 12


def decision_view(decision: Document, *, readings: bool = False) -> RenderableType:
    """Lay out a whole decision; `readings` adds every comparison behind the evidence, and the trace."""
    risk = _churn(decision.get("churn", {}), str(decision.get("locale", "")))
    sections: list[RenderableType] = [_head(decision), _diagnosis(decision), risk]
    for title, lines in (
        ("Gaps", _gaps(decision.get("gaps", ()), readings=readings)),
        ("Harmless here", _explained(decision.get("explained_gaps", ()))),
        ("Part of another gap", _absorbed(decision)),
        ("What to do", _actions(decision.get("actions", ()))),
        ("Withheld", _withheld(decision.get("withheld", ()))),
        ("Closed", _closed(decision.get("closed_actions", ()))),
        ("To ask", _questions(decision.get("undetermined", ()))),
        ("Nearly", _near_misses(decision.get("near_misses", ()))),
        ("Missing facts", _missing(decision.get("missing_facts", ()))),
        ("Not used", _warnings(decision.get("input_warnings", ()))),
        ("On trial", _shadow(decision)),
        ("Trace", _trace(decision.get("trace", ())) if readings else iter(())),
        ("Trace of gaps", _rule_trace("gap", decision.get("gap_trace", ())) if readings else iter(())),
        ("Trace of plays", _rule_trace("play", decision.get("play_trace", ())) if readings else iter(())),
    ):
        body = list(lines)
        if body:
            sections += [Text(), Text(title, style="bold underline"), *body]
    return Group(*sections, Text(), _release(decision))


def plain(text: object) -> str:
    """Make any text inert on a terminal: control characters become a visible sign."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign)[0] == "C" else sign for sign in str(text))


def fact_value(value: object) -> object:
    """Unwrap a fact's value from the shape that proto JSON gives it: one case of `FactValue`, lists within."""
    if not isinstance(value, Mapping):
        return value
    for case, inner in value.items():
        return inner.get(case, ()) if isinstance(inner, Mapping) else inner
    return None


def _words(name: object) -> str:
    return plain(name).replace("_", " ")


def _indented(body: RenderableType, left: int = 2) -> Padding:
    return Padding(body, (0, 0, 0, left))


def _bullets(rows: Iterable[tuple[Text | str, Text | str]], *, left: int = 4) -> Padding:
    """Lay out rows of a mark and a text; a text that wraps stays beside its mark."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for mark, text in rows:
        grid.add_row(mark, text)
    return _indented(grid, left)


def _head(decision: Document) -> RenderableType:
    as_of = plain(decision.get("as_of", "")).replace("T", " ").replace("Z", " UTC")
    return Rule(Text(f"{plain(decision.get('account_id', ''))}, as of {as_of}", style="bold"), align="left")


def _diagnosis(decision: Document) -> RenderableType:
    diagnosis = decision.get("diagnosis", {})
    kind = str(diagnosis.get("kind", "undetermined"))
    lead = diagnosis.get("lead")
    title = Text(_LONG_NAMES.get(kind, kind), style=KIND_STYLES.get(kind, "bold"))
    if kind == "mixed" and lead:
        title.append(f", begin with {str(lead).upper()}")
    return Group(title, _indented(Text(plain(diagnosis.get("says", "")))))


def _churn(churn: Document, locale: str) -> RenderableType:
    if churn.get("degraded") or churn.get("probability") is None:
        return Group(Text(), Text("Churn risk: unknown", style="bold"), _indented("no model could serve: rules alone"))
    band = str(churn.get("band", ""))
    title = Text("Churn risk: ", style="bold")
    title.append(f"{churn['probability'] * 100:.1f} %", style=_BAND_STYLES.get(band, ""))
    title.append(f" within {churn.get('horizon_days', 0)} days, {band}", style=_BAND_STYLES.get(band, ""))
    drivers = [driver for driver in churn.get("drivers", ()) if driver.get("contribution", 0.0)]
    rows = [
        (Text(f"{driver['contribution']:+.2f}", style="red" if driver["contribution"] > 0 else "green"),
         plain(driver.get("says", "")))
        for driver in drivers
    ]  # fmt: skip
    known = churn.get("completeness", 0.0)
    about = f"model {plain(churn.get('model_version', ''))}, {plain(churn.get('provenance', ''))}"
    notes = [Text(f"{about}; {known * 100:.0f} % of its facts are known", style="dim")]
    if churn.get("out_of_range"):
        outside = ", ".join(plain(fact_label(str(name), locale)) for name in churn["out_of_range"])
        notes.append(Text(f"outside what the model has seen: {outside}", style="dim"))
    return Group(Text(), title, _bullets(rows, left=2), *map(_indented, notes))


def _gaps(gaps: Iterable[Document], *, readings: bool) -> Iterator[RenderableType]:
    for gap in gaps:
        kind = str(gap.get("kind", ""))
        title = Text(f"{kind.upper()} {gap.get('severity', 0.0):.2f}", style=KIND_STYLES.get(kind, ""))
        title.append(f"  {plain(gap.get('title', ''))}", style="bold")
        yield _indented(title)
        about = [f"at {_words(gap['touchpoint'])}"] if gap.get("touchpoint") else []
        if gap.get("root_causes"):
            about.append(f"cause: {', '.join(map(_words, gap['root_causes']))}")
        if gap.get("item"):
            about.append(f"item {plain(gap['item'])}")
        about.append(plain(gap.get("gap", "")))
        yield _indented(Text("; ".join(about), style="dim"), 4)
        yield _bullets(_evidence(gap, readings=readings))


def _evidence(gap: Document, *, readings: bool) -> Iterator[tuple[Text | str, Text | str]]:
    for mark, style, key in (("+", "green", "evidence"), ("-", "red", "evidence_against")):
        found = gap.get(key, ())
        shown = found if readings else found[:_EVIDENCE_SHOWN]
        for evidence in shown:
            says = plain(evidence.get("says", "")) if mark == "+" else f"not so: {plain(evidence.get('title', ''))}"
            yield Text(mark, style=style), says
            for reading in evidence.get("readings", ()) if readings else ():
                yield "", Text(_reading(reading), style="dim")
        if len(found) > len(shown):
            yield "", Text(f"and {len(found) - len(shown)} more", style="dim")
    if gap.get("open_side"):
        yield Text("?", style="blue"), f"{str(gap['open_side']).upper()} could not be ruled out"
    for rival in gap.get("open_rivals", ()):
        yield Text("?", style="blue"), f"would be harmless if: {_words(rival)} (unknown)"
    if gap.get("answered"):
        yield Text("!", style="blue"), f"answered by a colleague: {_words(gap['answered'])}"


def _reading(reading: Document) -> str:
    text = reading_text(
        str(reading.get("fact", "")),
        fact_value(reading.get("value")),
        str(reading.get("operator", "")),
        fact_value(reading.get("threshold")),
    )
    return plain(text)


def _explained(gaps: Iterable[Document]) -> Iterator[RenderableType]:
    for gap in gaps:
        yield _indented(Text(plain(gap.get("title", ""))))
        yield _bullets(
            (Text("=", style="green"), plain(evidence.get("says", ""))) for evidence in gap.get("explained_by", ())
        )


def _absorbed(decision: Document) -> Iterator[RenderableType]:
    titles = {gap.get("gap"): gap.get("title", "") for gap in decision.get("gaps", ())}
    for gap in decision.get("absorbed_gaps", ()):
        whole = plain(titles.get(gap.get("absorbed_by"), gap.get("absorbed_by", "")))
        yield _indented(Text(f"{plain(gap.get('title', ''))}: part of {whole}"))


def _shadow(decision: Document) -> Iterator[RenderableType]:
    """Tell what the rules on trial say; only a full explanation has it."""
    for gap in decision.get("shadow_gaps", ()):
        severity = number_text(gap.get("severity", 0))
        yield _indented(Text(f"gap {plain(gap.get('gap', ''))} would stand: {plain(gap.get('kind', ''))}, {severity}"))
    for play in decision.get("shadow_plays", ()):
        gates = [gate for gate in ("eligibility", "applicability", "suitability") if play.get(gate) is not True]
        told = f", but for its {', '.join(gates)}" if gates else ""
        yield _indented(Text(f"play {plain(play.get('play', ''))} would be a candidate{told}"))


def _actions(actions: Sequence[Document]) -> Iterator[RenderableType]:
    if not actions:
        yield _indented("Nothing now: no play fits, or each was withheld.")
    for action in actions:
        title = Text(f"{action.get('rank', 0)}. {plain(action.get('title', ''))}", style="bold")
        if action.get("importance") == "must":
            title.append("  MUST", style="bold red")
        if action.get("state", "new") != "new":
            title.append(f"  {str(action['state']).upper()}", style="yellow")
        yield _indented(title)
        yield _bullets(_action_rows(action), left=5)


def _action_rows(action: Document) -> Iterator[tuple[Text | str, Text | str]]:
    owner = _words(action.get("owner_role", ""))
    if action.get("owner_id"):
        owner += f" ({plain(action['owner_id'])})"
    effort = f", about {number_text(action['effort_hours'])} h" if action.get("effort_hours") else ""
    yield Text("who", style="dim"), f"{owner}, by {_words(action.get('channel', ''))}{effort}"
    yield Text("due", style="dim"), Text(plain(action.get("due_on", "")), style="bold")
    yield Text("why", style="dim"), plain(action.get("rationale", ""))
    for index, step in enumerate(action.get("checklist", ())):
        yield Text("" if index else "do", style="dim"), f"[ ] {plain(step)}"
    gaps = ", ".join(map(plain, action.get("gaps", ())))
    yield Text("for", style="dim"), Text(f"{gaps} ({plain(action.get('purpose', ''))})", style="dim")
    yield from _priority_rows(action.get("priority", {}))
    if action.get("unchecked"):
        gates = ", ".join(map(_words, action["unchecked"]))
        yield Text("not checked", style="dim"), Text(f"{gates}: facts are missing", style="dim")


def _priority_rows(priority: Document) -> Iterator[tuple[Text | str, Text | str]]:
    names = ("propensity", "context", "value", "lever")
    factors = " x ".join(f"{name} {number_text(priority.get(name, 0.0))}" for name in names)
    yield Text("priority", style="dim"), Text(f"{priority.get('priority', 0.0):,.2f} = {factors}", style="dim")
    for note in priority.get("notes", ()):
        yield "", Text(plain(note), style="dim italic")


def _withheld(withheld: Iterable[Document]) -> Iterator[RenderableType]:
    for entry in withheld:
        text = Text(plain(entry.get("title", "")))
        text.append(f": {plain(entry.get('says', ''))}")
        text.append(f"  [{_words(entry.get('reason', ''))}]", style="dim")
        yield _bullets([(Text("x", style="red"), text)], left=2)


def _closed(closed: Iterable[Document]) -> Iterator[RenderableType]:
    for entry in closed:
        yield _indented(f"{_words(entry.get('play', ''))}: {_words(entry.get('reason', ''))}")


def _questions(questions: Iterable[Document]) -> Iterator[RenderableType]:
    for question in questions:
        rows: list[tuple[Text | str, Text | str]] = [(Text("?", style="blue"), plain(question.get("question", "")))]
        for option in question.get("options", ()):
            label = _words(option.get("label") or option.get("answer", ""))
            rows.append(("", f"{label}: then {str(option.get('side', '')).upper()}"))
        if question.get("facts"):
            facts = list(map(plain, question["facts"]))
            more = f" and {len(facts) - _FACTS_SHOWN} more" if len(facts) > _FACTS_SHOWN else ""
            rows.append(("", Text(f"would settle it: {', '.join(facts[:_FACTS_SHOWN])}{more}", style="dim")))
        yield _bullets(rows, left=2)


def _near_misses(near_misses: Iterable[Document]) -> Iterator[RenderableType]:
    for near in near_misses:
        text = Text(plain(near.get("title", "")))
        steps = number_text(round(near.get("distance", 0.0), 1))
        text.append(
            f": {_reading(near.get('reading', {}))} ({steps} {'step' if steps == '1' else 'steps'} away)", style="dim"
        )
        yield _bullets([("~", text)], left=2)


def _missing(missing: Sequence[Document]) -> Iterator[RenderableType]:
    rows = [
        (f"{entry.get('blocks', 0)}", plain(entry.get("fact", "")))
        for entry in sorted(missing, key=lambda entry: -entry.get("blocks", 0))[:_FACTS_SHOWN]
    ]
    if rows:
        yield _indented(Text("how many conditions each would help to decide", style="dim"))
        yield _bullets(rows, left=2)
    if len(missing) > _FACTS_SHOWN:
        yield _indented(Text(f"and {len(missing) - _FACTS_SHOWN} more", style="dim"))


def _warnings(warnings: Iterable[Document]) -> Iterator[RenderableType]:
    for warning in warnings:
        yield _bullets(
            [(Text("!", style="yellow"), f"{plain(warning.get('path', ''))}: {plain(warning.get('message', ''))}")],
            left=2,
        )


def _trace(trace: Iterable[Document]) -> Iterator[RenderableType]:
    """List signals: truth, own comparisons, and the signals that each names; below, what it is for each item."""
    for signal in trace:
        yield _traced(signal.get("truth"), signal.get("signal", ""), _made_of(signal), left=2)
        for item in signal.get("items", ()):
            for condition in item.get("conditions", ()):
                label = item.get("item_label") or item.get("item", "")
                yield _traced(condition.get("truth"), label, _made_of(condition), left=4)


def _rule_trace(key: str, trace: Iterable[Document]) -> Iterator[RenderableType]:
    """List gaps or plays with the truth of each of their conditions; below, what they are for each item."""
    for rule in trace:
        yield _bullets([(Text(""), _truths(rule.get(key, ""), rule))], left=2)
        for item in rule.get("items", ()):
            yield _bullets([(Text(""), _truths(item.get("item_label") or item.get("item", ""), item))], left=4)


def _truths(name: str, entry: Document) -> Text:
    text = Text(plain(name))
    for condition in entry.get("conditions", ()):
        text.append(f"  {plain(condition.get('key', ''))} ", style="dim")
        text.append_text(_TRUTHS[condition.get("truth")])
    return text


def _made_of(entry: Document) -> str:
    readings = [_reading(reading) + _steps_away(reading) for reading in entry.get("readings", ())]
    return "; ".join([*readings, *map(plain, entry.get("signals", ()))])


def _steps_away(reading: Document) -> str:
    distance = reading.get("distance")
    return "" if distance is None else f" ({number_text(round(distance, 1))} steps)"


def _traced(truth: bool | None, name: str, made_of: str, *, left: int) -> RenderableType:  # noqa: FBT001  a value
    text = Text(plain(name))
    text.append(f"  {made_of}", style="dim")
    return _bullets([(_TRUTHS[truth], text)], left=left)


_TRUTHS: Final = {
    True: Text("true", style="green"),
    False: Text("false", style="dim"),
    None: Text("unknown", style="blue"),
}


def _release(decision: Document) -> RenderableType:
    release = decision.get("release", {})
    rulebook, model = (
        plain(release.get(name, "")).removeprefix("sha256:")[:_HASH_DIGITS] or "none"
        for name in ("rulebook_hash", "model_hash")
    )
    engine = plain(release.get("engine_version", ""))
    text = f"decision {plain(decision.get('decision_id', ''))}; rulebook {rulebook}, model {model}, engine {engine}"
    return Text(text, style="dim")
