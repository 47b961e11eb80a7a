"""Claims about the whole corridor, on the small rulebook and the shipped model."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Concluded, Decider
from nextplay.decision import Decision, Options
from nextplay.errors import InputInvalid, ModelInvalid
from nextplay.question import DEFAULT_OPTIONS, asked_about
from nextplay.release import InferenceEngine, load_release
from nextplay.rules.source import read_rulebook_folder, without_tests
from nextplay.snapshot import InputWarning, read_snapshot

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests" / "rules" / "small"
MODELS = ROOT / "models"

STALLED: dict[str, Any] = {
    "account_id": "a-1",
    "as_of": "2026-03-02T09:00:00Z",
    "profile": {"segment": "smb"},
    "contract": {
        "started_on": "2026-01-20",
        "seats": 40,
        "renewal_on": "2027-01-20",
        "auto_renew": True,
        "notice_period_days": 60,
    },
    "usage": {"active_users_28d": 4},
    "team": {"csm": "person-7"},
}


@pytest.fixture(scope="module")
def decider() -> Iterator[Decider]:
    """Decide by the small rulebook."""
    release = load_release(SMALL, MODELS)
    yield Decider(release)
    release.close()


def decided(decider: Decider, changes: dict[str, Any], **options: Any) -> Decision:  # noqa: ANN401  options by name
    """Decide on the stalled account with top-level changes."""
    return decider.decide(read_snapshot(STALLED | changes), options=Options(**options))


def with_usage(**usage: object) -> dict[str, Any]:
    """Return the stalled account's use with changes."""
    return {"usage": STALLED["usage"] | usage}


CHURN_SIGNAL = b"""
- id: model_worries
  title: {en: "Band {churn.band}", pt-BR: "Faixa {churn.band}"}
  when: {any: [{fact: churn.probability, gte: 0}, {fact: churn.band, in: [critical]}]}
  says: {en: "Churn risk {churn.probability}", pt-BR: "Risco {churn.probability}"}
"""
CHURN_GAP = b"""
- id: model_alone
  title: {en: "The model worries at {churn.probability}", pt-BR: "O modelo se preocupa: {churn.probability}"}
  kind: cs
  root_cause: silence
  when: {all: [model_worries]}
  severity: {base: 0.5}
"""


@pytest.mark.parametrize("inference", ["durable", "python"])
@pytest.mark.parametrize("models", [MODELS, None])
def test_rules_and_texts_may_read_the_churn_score(models: Path | None, inference: InferenceEngine) -> None:
    """The score is a fact like others, one account or many at a time; without a model it is unknown."""
    files = {"signals/churn.yaml": CHURN_SIGNAL, "gaps/churn.yaml": CHURN_GAP, **read_rulebook_folder(SMALL)}
    release = load_release(without_tests(files), models, inference=inference)
    decider = Decider(release)
    decision = decided(decider, {})
    asked = asked_about(read_snapshot(STALLED))
    many = [decider.word(one.findings, options=DEFAULT_OPTIONS)
            for one in decider.conclude_each([asked, asked]) if isinstance(one, Concluded)]  # fmt: skip
    release.close()
    assert [one.gaps for one in many] == [decision.gaps, decision.gaps]
    found = [(gap.title, gap.evidence[0].says) for gap in decision.gaps if gap.gap == "model_alone"]
    missing = [one.fact for one in decision.missing_facts if one.fact.startswith("churn.")]
    if models is None:
        assert (found, missing) == ([], ["churn.band", "churn.probability"])
    else:
        assert decision.churn is not None
        assert decision.churn.probability is not None
        written = f"{round(decision.churn.probability * 100, 1):g} %"
        assert (found, missing) == ([(f"The model worries at {written}", f"Churn risk {written}")], [])


def test_one_account_goes_all_the_way(decider: Decider) -> None:
    """Setup errors in week six give a CX gap with its evidence, and the session with owner role, date and reason."""
    decision = decided(
        decider, with_usage(setup_attempts_14d=9, setup_errors_14d=7) | {"objectives": [{"status": "active"}]}
    )
    assert (decision.diagnosis.kind, decision.diagnosis.lead) == ("cx", "cx")
    gap = decision.gaps[0]
    assert (gap.gap, gap.kind, gap.touchpoint, gap.root_causes) == (
        "early_adoption_stalled", "cx", "onboarding", ("onboarding_friction",),
    )  # fmt: skip
    assert "7 errors while setting up." in [evidence.says for evidence in gap.evidence]
    action = decision.actions[0]
    assert (action.play, action.rank, action.state, action.owner_role) == ("guided_setup_session", 1, "new", "csm")
    assert action.owner_id == "person-7"
    assert action.due_on.isoformat() == "2026-03-09"
    assert decision.churn.provenance == "synthetic"
    assert decision.release == decider.release.release_id


def test_the_same_question_is_the_same_answer_in_another_process() -> None:
    """Other processes with other hash seeds and other clock zones give the same bytes."""
    program = (
        "import sys, json; from pathlib import Path\n"
        "from nextplay.canonical import canonical_json, decision_document\n"
        "from nextplay.decider import Decider; from nextplay.decision import Options\n"
        "from nextplay.release import load_release; from nextplay.snapshot import read_snapshot\n"
        "decider = Decider(load_release(Path(sys.argv[1]), Path(sys.argv[2]), inference=sys.argv[3]))\n"
        "decision = decider.decide(read_snapshot(json.load(sys.stdin)), options=Options(explanation='full'))\n"
        "sys.stdout.buffer.write(canonical_json(decision_document(decision)))\n"
    )
    question = canonical_json(STALLED | {"objectives": [], "history": []})
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, str(SMALL), str(MODELS), inference],
            input=question,
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone, inference in [("1", "UTC", "durable"), ("2", "Asia/Tokyo", "durable"), ("3", "UTC", "python")]
    }
    assert len(answers) == 1
    assert b"early_adoption_stalled" in answers.pop()


def test_nothing_below_the_service_asks_for_the_time_or_the_environment() -> None:
    """`snapshot.as_of` is the only clock, and no setting leaks in: that is what makes replay exact."""
    asked = []
    for path in sorted((ROOT / "src" / "nextplay").rglob("*.py")):
        if path.relative_to(ROOT / "src" / "nextplay").parts[0] in {"service", "cli", "authoring", "_proto"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "environ", "getenv"}:
                asked.append(f"{path.name}:{node.lineno}: {node.attr}")
            if isinstance(node, ast.Import) and any(name.name in {"time", "random", "uuid"} for name in node.names):
                asked.append(f"{path.name}:{node.lineno}: import")
    assert [line for line in asked if "situation.today" not in line and ": today" not in line] == []


def test_an_answer_of_the_rep_counts_while_it_is_valid(decider: Decider) -> None:
    """The question of an undetermined gap, once answered, tells the side; after its validity it is open again."""
    answer = {"kind": "answered", "gap": "early_adoption_stalled", "answer": "tried_and_stopped"}
    silent = decided(decider, {})
    fresh = decided(decider, {"history": [answer | {"at": "2026-02-20T10:00:00Z"}]})
    stale = decided(decider, {"history": [answer | {"at": "2026-01-20T10:00:00Z"}]})
    assert [gap.kind for gap in silent.gaps] == ["undetermined"]
    assert [option.answer for option in silent.undetermined[0].options] == ["tried_and_stopped", "never_started"]
    assert [gap.kind for gap in fresh.gaps] == ["cx"]
    assert fresh.gaps[0].answered == "tried_and_stopped"
    assert [gap.kind for gap in stale.gaps] == ["undetermined"]


def test_an_answer_to_no_question_is_said(decider: Decider) -> None:
    """An answer that this rulebook cannot place is not lost silently."""
    entry = {"kind": "answered", "gap": "gone", "answer": "yes", "at": "2026-02-20T10:00:00Z"}
    decision = decided(decider, {"history": [entry]})
    assert [warning.path for warning in decision.input_warnings] == ["history[0]"]


def test_what_the_caller_sends_as_history_replaces_what_a_store_remembers(decider: Decider) -> None:
    """A list in the snapshot, even an empty one, wins over the history handed in."""
    remembered = read_snapshot(
        STALLED | {"history": [{"kind": "held", "at": "2026-02-20T10:00:00Z", "until": "2026-06-01"}]}
    ).snapshot.history
    assert remembered is not None
    held = decider.decide(read_snapshot(STALLED), history=remembered)
    free = decider.decide(read_snapshot(STALLED | {"history": []}), history=remembered)
    assert [withheld.reason for withheld in held.withheld] == ["held"]
    assert held.withheld[0].says == "the whole account is on hold until 2026-06-01"
    assert free.withheld == ()
    assert held.decision_id != free.decision_id


def test_the_tenant_and_the_options_are_part_of_the_id(decider: Decider) -> None:
    """Equal accounts of two tenants, or two ways of asking, are two decisions; asking again is the same one."""
    ids = [
        decider.decide(read_snapshot(STALLED)).decision_id,
        decider.decide(read_snapshot(STALLED), tenant="north").decision_id,
        decider.decide(read_snapshot(STALLED), options=Options(max_actions=1)).decision_id,
        decider.decide(read_snapshot(STALLED), options=Options(locale="pt-BR")).decision_id,
    ]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == len("d1-") + 32 for one in ids)
    assert decider.decide(read_snapshot(STALLED)).decision_id == ids[0]


def test_an_explanation_is_as_long_as_asked_for(decider: Decider) -> None:
    """`none` carries no evidence, `reasons` its sentences, `full` its readings and every signal."""
    changes = with_usage(setup_attempts_14d=9, setup_errors_14d=7)
    short, usual, whole = (decided(decider, changes, explanation=level) for level in ("none", "reasons", "full"))
    assert [gap.evidence for gap in short.gaps] == [()]
    assert "7 errors while setting up." in [evidence.says for gap in usual.gaps for evidence in gap.evidence]
    assert [reading for gap in usual.gaps for evidence in gap.evidence for reading in evidence.readings] == []
    readings = [reading for gap in whole.gaps for evidence in gap.evidence for reading in evidence.readings]
    assert ("usage.setup_errors_14d", 7, "gte", 3, True) in [
        (reading.fact, reading.value, reading.operator, reading.threshold, reading.truth) for reading in readings
    ]
    for brief in (short, usual):
        assert (brief.trace, brief.gap_trace, brief.play_trace) == ((), (), ())
    book = decider.release.rulebook
    assert [entry.signal for entry in whole.trace] == sorted(rule.id for rule in book.signals)
    assert [entry.gap for entry in whole.gap_trace] == sorted(rule.id for rule in book.gaps)
    assert [entry.play for entry in whole.play_trace] == sorted(rule.id for rule in book.plays)


def test_an_answer_comes_in_the_asked_locale_or_says_which(decider: Decider) -> None:
    """Portuguese of any country is answered in Brazilian Portuguese, French in English, and both say so."""
    brazilian, portuguese, french = (decided(decider, {}, locale=tag) for tag in ("pt-BR", "pt-PT", "fr"))
    assert brazilian.locale == portuguese.locale == "pt-BR"
    assert brazilian.gaps[0].title == "A adoção parou cedo"
    assert brazilian.input_warnings == ()
    assert [warning.path for warning in portuguese.input_warnings] == ["options.locale"]
    assert french.locale == "en"
    assert [warning.path for warning in french.input_warnings] == ["options.locale"]


def test_an_unknown_custom_field_is_unknown_or_refused(decider: Decider) -> None:
    """A custom field that no rulebook declares must not break a night; strict callers want to know at once."""
    odd = {"attributes": {"plan_code": "platinum", "never_declared": 1}}
    lenient = decided(decider, odd)
    assert [warning.path for warning in lenient.input_warnings] == ["attributes.never_declared", "attributes.plan_code"]
    with pytest.raises(InputInvalid) as refused:
        decided(decider, odd, strict=True)
    assert [violation.path for violation in refused.value.violations] == [
        "attributes.never_declared",
        "attributes.plan_code",
    ]


def test_many_questions_are_answered_as_each_alone(decider: Decider) -> None:
    """Accounts that go through the stations together keep their own answers, those that are refused their places."""
    usage = [with_usage(setup_attempts_14d=9, setup_errors_14d=number) for number in range(7)]
    answer = {"kind": "answered", "gap": "early_adoption_stalled", "answer": "tried_and_stopped"}
    odd: list[dict[str, Any]] = [
        {"attributes": {"never_declared": 1}},
        {"history": [answer | {"at": "2026-02-20T10:00:00Z"}]},
    ]
    snapshots = [STALLED | one | {"account_id": f"a-{number}"} for number, one in enumerate((usage + odd) * 30)]
    strict = Options(strict=True)
    questions = [asked_about(read_snapshot(snapshot), options=strict) for snapshot in snapshots]
    found = list(decider.conclude_each(questions))
    assert len(found) == len(questions)
    for question, one in zip(questions, found, strict=True):
        if isinstance(one, InputInvalid):
            with pytest.raises(InputInvalid, match=re.escape(str(one))):
                decider.conclude(question)
        else:
            assert one == decider.conclude(question)
    assert sum(isinstance(one, InputInvalid) for one in found) == 30
    assert list(decider.conclude_each([])) == []


def test_without_a_model_the_rules_still_decide() -> None:
    """Where no model can serve, the answer says that it is degraded, and the priorities say what was assumed."""
    release = load_release(SMALL, None)
    decision = Decider(release).decide(read_snapshot(STALLED | with_usage(setup_errors_14d=7, setup_attempts_14d=9)))
    release.close()
    assert decision.churn.degraded
    assert decision.churn.probability is None
    assert [action.play for action in decision.actions] == ["guided_setup_session"]
    assert decision.actions[0].priority.notes == (
        "annual value unknown: what is usual in the segment counts",
        "no churn model: the usual risk of the segment counts",
        "propensity by the rulebook's general experience",
    )


def test_an_empty_snapshot_is_never_healthy(decider: Decider) -> None:
    """With nothing known, the diagnosis is undetermined and asks the rulebook's general question."""
    decision = decider.decide(read_snapshot({"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z"}))
    assert decision.diagnosis.kind == "undetermined"
    assert decision.undetermined[0].gap is None
    assert decision.undetermined[0].facts != ()
    assert decision.actions == ()


@pytest.mark.parametrize("pointer", ["", "../elsewhere", "missing"])
def test_a_model_pointer_must_name_a_version_beside_it(tmp_path: Path, pointer: str) -> None:
    """A pointer that is empty, leaves the folder or names nothing is refused, not guessed."""
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / "current").write_text(pointer, encoding="utf-8")
    with pytest.raises(ModelInvalid, match="version folder"):
        load_release(SMALL, tmp_path)


def test_the_decision_as_bytes_is_stable(decider: Decider) -> None:
    """Deciding twice in one process gives identical bytes."""
    first, second = (canonical_json(decision_document(decided(decider, {"objectives": []}))) for _ in range(2))
    assert first == second


def test_a_text_that_is_only_wanted_falls_back_and_says_so() -> None:
    """Where one is shown, the answer has the first required locale in its place and one warning; elsewhere none."""
    files = read_rulebook_folder(SMALL)
    title = b"title: {en: Adoption stalled early, pt-BR: A ado\xc3\xa7\xc3\xa3o parou cedo}"
    assert title in files["gaps/gaps.yaml"]
    changed = files["gaps/gaps.yaml"].replace(title, b"title: {en: Adoption stalled early}")
    release = load_release(files | {"gaps/gaps.yaml": changed}, None, inference="python")
    assert [fault.code for fault in release.warnings] == ["missing-wanted-text"]
    translated = Decider(release)
    shown = decided(translated, {}, locale="pt-BR")
    assert shown.gaps[0].title == "Adoption stalled early"
    assert [warning for warning in shown.input_warnings if warning.path == "options.locale"] == [
        InputWarning("options.locale", "some texts are not written in pt-BR yet; they are shown in en")
    ]
    busy = decided(translated, with_usage(active_users_28d=40), locale="pt-BR")
    for quiet in (decided(translated, {}, locale="en"), busy):
        assert [warning for warning in quiet.input_warnings if warning.path == "options.locale"] == []
    release.close()
