"""Every page of a rulebook in every locale it speaks, as files: the same rulebook gives the same bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from nextplay.authoring.pages.examples import Example, Examples, Turn, turns
from nextplay.authoring.pages.phrases import Phrases
from nextplay.authoring.pages.uses import Use, Uses
from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.release import Release
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import GapRule, Play, Rulebook, SignalRule
from nextplay.rules.wording import statement, written_value
from nextplay.sentences import fact_label, word_label

LISTS: Final = ("gaps", "plays", "signals", "owners", "touchpoints", "causes", "parameters", "facts")
"""The pages that list things, in the order in which they are linked."""
_TEMPLATES: Final = {"causes": "meanings.html", "touchpoints": "meanings.html"}
"""Lists that are alike; the others have a template of their own name."""
_KINDS: Final = ("cx", "cs", "contested", "opportunity")
_SHARE: Final = FactSpec("", "number", "", unit="share")
_HOURS: Final = FactSpec("", "number", "", unit="hours")
_PLAIN: Final = FactSpec("", "number", "")


def rulebook_pages(release: Release, locales: Sequence[str] = ()) -> dict[str, bytes]:
    """Return every file by its path: `index.html`, `style.css`, and a folder for each locale.

    `locales` left out are all that the rulebook speaks.
    """
    spoken = tuple(locales) or release.rulebook.locales
    environment = Environment(
        loader=PackageLoader("nextplay.authoring.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    examples, uses = Examples(release), Uses(release.rulebook)
    files = {
        "style.css": environment.get_template("style.css").render(),
        "index.html": environment.get_template("languages.html").render(
            rulebook=release.rulebook, locales=spoken, language_names=LANGUAGE_NAMES
        ),
    }
    for locale in spoken:
        site = _Site(release, examples, uses, locale=locale, locales=spoken)
        for name, template, context in site.pages():
            files[f"{locale}/{name}.html"] = environment.get_template(template).render(site.shared(name) | context)
    return {name: text.encode() for name, text in sorted(files.items())}


LANGUAGE_NAMES: Final[Mapping[str, str]] = {"en": "English", "pt-BR": "Português"}


Rule = TypeVar("Rule", GapRule, Play, SignalRule)


class _Site:
    """The pages of one locale."""

    def __init__(
        self, release: Release, examples: Examples, uses: Uses, *, locale: str, locales: Sequence[str]
    ) -> None:
        self.locale, self.locales = locale, locales
        self.book: Rulebook = release.rulebook
        self.specs = {**release.vocabulary.specs, **release.vocabulary.item_specs}
        self.examples, self.uses = examples, uses
        self.phrases = Phrases(self.book, self.specs, locale)
        self.words = self.phrases.words
        self._gaps = {gap.id: gap for gap in self.book.gaps}

    def pages(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield name, template and context of each page."""
        everything = {"plays": self._sorted(self.book.plays), "signals": self._sorted(self.book.signals)}
        yield "index", "index.html", {"groups": self._gap_groups()} | everything
        for name in LISTS:
            build: Callable[[], dict[str, Any]] = getattr(self, f"_{name}_page")
            yield name, _TEMPLATES.get(name, f"{name}.html"), build()
        for gap in self.book.gaps:
            yield f"gap-{gap.id}", "gap.html", self._gap(gap)
        for play in self.book.plays:
            yield f"play-{play.id}", "play.html", self._play(play)
        for signal in self.book.signals:
            yield f"signal-{signal.id}", "signal.html", self._signal(signal)

    def shared(self, name: str) -> dict[str, Any]:
        """Return what every template may use."""
        return {
            "w": self.words,
            "p": self.phrases,
            "book": self.book,
            "locale": self.locale,
            "locales": self.locales,
            "language_names": LANGUAGE_NAMES,
            "page": name,
            "lists": LISTS,
            "kind_of": kind_of,
            "share": self._share,
            "number": self._number,
            "due": self._due,
            "role": self._role,
            "hours": self._hours,
        }

    def _sorted(self, rules: Iterable[Rule]) -> list[Rule]:
        """Order rules by what they are called here, then id."""
        return sorted(rules, key=lambda rule: (self.phrases.plain(rule.title).casefold(), rule.id))

    def _gap_groups(self) -> list[tuple[str, list[GapRule]]]:
        grouped = defaultdict(list)
        for gap in self.book.gaps:
            grouped[kind_of(gap)].append(gap)
        return [(kind, self._sorted(grouped[kind])) for kind in _KINDS if grouped[kind]]

    def _gaps_page(self) -> dict[str, Any]:
        return {"groups": self._gap_groups()}

    def _plays_page(self) -> dict[str, Any]:
        grouped: dict[str, list[Play]] = defaultdict(list)
        for play in self.book.plays:
            grouped[play.purpose].append(play)
        order = ("repair", "outcome", "renewal", "ask", "expansion", "advocacy")
        return {"groups": [(purpose, self._sorted(grouped[purpose])) for purpose in order if grouped[purpose]]}

    def _signals_page(self) -> dict[str, Any]:
        grouped = defaultdict(list)
        for signal in self.book.signals:
            grouped[signal.place.path.removeprefix("signals/").removesuffix(".yaml")].append(signal)
        return {"groups": [(file, self._sorted(grouped[file])) for file in sorted(grouped)]}

    def _owners_page(self) -> dict[str, Any]:
        plays = defaultdict(list)
        for play in self.book.plays:
            for role in dict.fromkeys(_values(play.owner)):
                plays[role].append(play)
        roles = self.book.vocabularies.get("roles", {})
        return {"groups": [(role, self._sorted(plays[role])) for role in roles if plays[role]]}

    def _causes_page(self) -> dict[str, Any]:
        gaps: dict[str, list[tuple[GapRule, str]]] = defaultdict(list)
        for gap in self.book.gaps:
            for side, cause, _ in _causes(gap):
                gaps[cause].append((gap, side))
        words = self.book.vocabularies.get("root_causes", {})
        groups = [(cause, gaps[cause]) for cause in words if gaps[cause]]
        return {"vocabulary": "root_causes", "groups": groups}

    def _touchpoints_page(self) -> dict[str, Any]:
        gaps: dict[str, list[tuple[GapRule, str]]] = defaultdict(list)
        for gap in self.book.gaps:
            for side, _, touchpoint in _causes(gap):
                if touchpoint and (gap, side) not in gaps[touchpoint]:
                    gaps[touchpoint].append((gap, side))
        groups = [(touchpoint, gaps[touchpoint]) for touchpoint in sorted(gaps)]
        return {"vocabulary": "touchpoints", "groups": groups}

    def _parameters_page(self) -> dict[str, Any]:
        rows = []
        for name, parameter in sorted(self.book.parameters.items()):
            spec = self._spec_of_parameter(name)
            cases = [
                (word_label(word, self.locale), self.phrases.written(value, spec))
                for word, value in parameter.cases.items()
            ]
            otherwise = self.phrases.written(parameter.otherwise, spec)
            rows.append((name, parameter, cases, otherwise, self._rules(self.uses.parameters[name])))
        return {"rows": rows}

    def _spec_of_parameter(self, name: str) -> FactSpec:
        """Return the fact that a parameter is compared with, so that its values bear the unit."""
        for signal in self.book.signals:
            for turn in turns(signal.when, self.specs):
                if isinstance(turn.leaf.operand, Parameter) and turn.leaf.operand.name == name:
                    return self.specs[turn.leaf.fact]
        return _PLAIN

    def _facts_page(self) -> dict[str, Any]:
        names = [name for name in sorted(self.specs) if name in self.uses.facts]
        grouped = defaultdict(list)
        for name in names:
            grouped[name.partition(".")[0]].append((name, self.specs[name], self._rules(self.uses.facts[name])))
        return {"groups": sorted(grouped.items()), "label": lambda name: fact_label(name, self.locale)}

    def _gap(self, gap: GapRule) -> dict[str, Any]:
        shown, more = self.examples.of_gap(gap)
        facts = self.examples.facts_of_gap(gap)
        cards = [(one.test, one.gap(gap.id), self._known(one, facts)) for one in shown]
        sides = [(side, getattr(gap, side)) for side in ("cx", "cs") if getattr(gap, side) is not None]
        answering = self.uses.plays_of_gap[gap.id]
        answers = [(side, [play for play, of in answering if of == side]) for side in _SIDES]
        return {
            "gap": gap,
            "kind": kind_of(gap),
            "sides": sides,
            "answers": [(side, plays) for side, plays in answers if plays],
            "held": self.uses.held_by_gap[gap.id],
            "absorbed_by": self.uses.absorbed_by[gap.id],
            "cards": cards,
            "more": more,
        }

    def _play(self, play: Play) -> dict[str, Any]:
        shown, more = self.examples.of_play(play)
        gaps = [self._gaps[target.gap] for target in play.answers if target.gap in self._gaps]
        facts = self.examples.facts_of_play(play, gaps)
        return {
            "play": play,
            "gates": [(name, getattr(play, name)) for name in _GATES if getattr(play, name) is not None],
            "excluded": sorted(self.uses.excluded[play.id]),
            "channel": self._channel(play.channel),
            "prior": self.book.arbitration.default_prior,
            "cards": [(one.test, one.play(play.id), self._known(one, facts)) for one in shown],
            "more": more,
        }

    def _signal(self, signal: SignalRule) -> dict[str, Any]:
        shown, more = self.examples.of_signal(signal)
        facts = self.examples.facts_of_signal(signal)
        kin = [
            other.id
            for other in self.book.signals
            if signal.same_fact and other.same_fact == signal.same_fact and other.id != signal.id
        ]
        return {
            "signal": signal,
            "uses": self.uses.signals[signal.id],
            "kin": kin,
            "turns": [self._turn(turn) for turn in turns(signal.when, self.specs)],
            "cards": [(one.test, one.signal(signal.id), self._known(one, facts)) for one in shown],
            "more": more,
        }

    def _turn(self, turn: Turn) -> tuple[str, str, str]:
        say = statement(self.specs[turn.leaf.fact], locale=self.locale)
        when = self.words["otherwise"].format(value="", mark="").strip() if turn.when == "otherwise" else turn.when
        return word_label(when, self.locale), say(turn.holds), say(turn.fails)

    def _known(self, example: Example, facts: Sequence[str]) -> list[str]:
        """Say what is known of an example's customer, as far as the rule reads it."""
        planned = example.findings.facts.positions
        return [
            statement(self.specs[name], locale=self.locale)(value)
            for name in facts
            if name in planned and (value := example.findings.facts.value(name)) is not None
        ]

    def _rules(self, uses: Sequence[Use]) -> list[Use]:
        """Return each rule once, whatever its several uses."""
        return list({(use.kind, use.id): use for use in uses}.values())

    def _share(self, value: float | Parameter) -> str:
        return self._varying(value, lambda one: written_value(one, _SHARE, locale=self.locale))

    def _number(self, value: float) -> str:
        return written_value(value, _PLAIN, locale=self.locale)

    def _hours(self, play: Play) -> str:
        hours = self._varying(play.effort_hours, lambda one: written_value(one, _HOURS, locale=self.locale))
        return self.words["hours"].format(hours=hours)

    def _varying(self, value: FactValue | Parameter, written: Callable[[FactValue], str]) -> str:
        """Write a value of a play, or each that it can have."""
        return self.phrases.cases(value, written, mark=":") if isinstance(value, Parameter) else written(value)

    def _due(self, play: Play) -> str:
        days = play.due.within_days
        told = self._varying(days, str)
        due = self.words["due_one_day"] if days == 1 else self.words["due_days"].format(days=told)
        before = play.due.by_days_before_deadline
        return due if before is None else due + self.words["due_deadline"].format(days=before)

    def _role(self, owner: str | Parameter) -> str:
        if isinstance(owner, Parameter):
            return self.phrases.cases(owner, lambda role: self.phrases.word("roles", str(role)), mark=":")
        return self.phrases.word("roles", owner)

    def _channel(self, channel: str | Parameter) -> str:
        if isinstance(channel, Parameter):
            return self.phrases.cases(channel, lambda word: self.phrases.word("channels", str(word)), mark=":")
        return self.phrases.word("channels", channel)


_SIDES: Final[tuple[str | None, ...]] = (None, "cx", "cs", "undetermined")
_GATES: Final = ("eligibility", "applicability", "suitability", "done_when")


def kind_of(gap: GapRule) -> str:
    """Return the kind of a gap; one whose evidence decides is contested."""
    return gap.kind or "contested"


def _values(value: str | Parameter) -> list[str]:
    if not isinstance(value, Parameter):
        return [value]
    return [str(one) for one in (*value.cases.values(), value.otherwise)]


def _causes(gap: GapRule) -> Iterator[tuple[str, str, str | None]]:
    """Yield the side (empty for plain gaps), root cause and touchpoint of each meaning of a gap."""
    if gap.root_cause:
        yield "", gap.root_cause, gap.touchpoint
    for side, rule in (("cx", gap.cx), ("cs", gap.cs)):
        if rule is not None:
            yield side, rule.root_cause, rule.touchpoint or gap.touchpoint
