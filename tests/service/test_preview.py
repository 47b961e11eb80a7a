"""What rule files would change for the accounts that were decided last, asked of a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import grpc
import pytest
from tests.service.asking import STUCK, question, refused, stub
from tests.service.conftest import ROOT, Running, running

from nextplay._proto.nextplay.v1 import rulebook_service_pb2 as rb
from nextplay._proto.nextplay.v1.decision_pb2 import Decision
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.errors import InputInvalid
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.clock import utc_now
from nextplay.service.folders import Folders
from nextplay.service.preview_api import Preview, PreviewApi
from nextplay.service.refusal import Busy, DeadlinePassed
from nextplay.service.releases import Releases
from nextplay.store import Store

Found = TypeVar("Found")
SMALL = read_rulebook_folder(ROOT / "tests" / "rules" / "small")
BOOK = {
    "calm": {**STUCK, "usage": {"active_users_28d": 30}, "relationship": {}},
    "silent": {**STUCK, "usage": {"active_users_28d": 30}},
    "stuck": STUCK,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, folders: Folders) -> Iterator[Running]:
    """Run a server with a fresh store, on each database in turn."""
    with running(folders, store=request.getfixturevalue(f"{request.param}_url")) as service:
        yield service


def without_silence() -> dict[str, bytes]:
    """Return the small rulebook in which nobody is silent any more."""
    name = "gaps/gaps.yaml"
    text = SMALL[name].decode()
    gap = text[text.index("- id: silent_customer") : text.index("- id: early_adoption_stalled")]
    changed = gap.replace("when: silent", "when: {all: [silent, incident_explained]}")
    return {**SMALL, name: text.replace(gap, changed).encode()}


def decided(service: Running, **options: Any) -> dict[str, Decision]:  # noqa: ANN401  options of the request
    """Decide the book, the account `calm` twice."""
    asked = {
        account: question(document | {"account_id": account}, options=options) for account, document in BOOK.items()
    }
    call = stub(service.channel).Decide
    call(asked["calm"], timeout=60)
    return {name: call(request, timeout=60).decision for name, request in asked.items()}


def preview(service: Running, files: Mapping[str, bytes], most: int | None = None) -> rb.PreviewRulebookResponse:
    """Ask for a preview."""
    sent = [rb.RuleFile(path=path, content=content) for path, content in files.items()]
    request = rb.PreviewRulebookRequest(files=sent, max_accounts=most)
    return RulebookServiceStub(service.channel).PreviewRulebook(request, timeout=60)


def test_a_preview_says_what_a_reload_does(service: Running) -> None:
    """Diagnoses, gained and lost plays are those that decisions have once the rules serve; nothing is written."""
    before = decided(service)
    files = without_silence()
    found = preview(service, files)
    (service.folders.rules / "gaps" / "gaps.yaml").write_bytes(files["gaps/gaps.yaml"])
    for path in (service.folders.rules / "tests").iterdir():
        path.unlink()
    reloaded = RulebookServiceStub(service.channel).ReloadRelease(rb.ReloadReleaseRequest(), timeout=60)
    assert reloaded.outcome in {"taken", "unchanged"}
    after = decided(service, record=False)
    expected = [
        rb.AccountChange(
            account_id=account,
            diagnosis_before=before[account].diagnosis.kind,
            diagnosis_after=after[account].diagnosis.kind,
            gained=sorted(plays(after[account]) - plays(before[account])),
            lost=sorted(plays(before[account]) - plays(after[account])),
        )
        for account in ("silent", "stuck")
    ]
    assert list(found.accounts) == expected
    assert (found.accounts_compared, found.accounts_changed, found.cut_short) == (3, 2, False)
    lost = [play for change in expected for play in change.lost]
    assert {play.play: play.lost for play in found.plays} == {play: lost.count(play) for play in lost}
    counts = [play.gained + play.lost for play in found.plays]
    assert counts == sorted(counts, reverse=True)


def plays(decision: Decision) -> set[str]:
    """Name the plays of a decision."""
    return {action.play for action in decision.actions}


def test_the_same_rules_change_nothing(service: Running) -> None:
    """Each account is compared once, with its past, and those decided last where not all are asked for."""
    assert preview(service, SMALL).accounts_compared == 0
    decided(service)
    found = preview(service, SMALL)
    assert (found.accounts_compared, found.accounts_changed, list(found.plays), list(found.accounts)) == (3, 0, [], [])
    last = preview(service, without_silence(), most=1)
    assert (last.accounts_compared, [change.account_id for change in last.accounts]) == (1, ["stuck"])


@pytest.mark.parametrize("most", [0, -1, 10_001])
def test_how_many_accounts(shared: Running, most: int) -> None:
    """From 1 to 10000."""
    answer = refused(lambda: preview(shared, SMALL, most))
    assert (answer.code, answer.paths) == (grpc.StatusCode.INVALID_ARGUMENT, ["max_accounts"])


def test_faults_come_with_their_places(shared: Running) -> None:
    """Files that make no rulebook are the caller's: which file, line and column, and what to write instead."""
    answer = refused(lambda: preview(shared, {**SMALL, "gaps/gaps.yaml": b"- id: lonely\n  sort: cx\n"}))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID")
    place = list(SMALL).index("gaps/gaps.yaml")
    assert any(
        path == f"files[{place}].content" and says.startswith("gaps/gaps.yaml:2:3: ")
        for path, says in answer.violations
    )
    assert refused(lambda: preview(shared, {"../x.yaml": b""})).paths == ["files[0].path"]


def test_without_a_store_there_is_nothing_to_compare(folders: Folders) -> None:
    """A server that remembers nothing says so."""
    with running(folders, store="none") as service:
        answer = refused(lambda: preview(service, SMALL))
    assert (answer.code, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "NO_MEMORY")


def test_rules_that_read_a_masked_field_are_refused(folders: Folders) -> None:
    """What could not serve here is no preview: stored questions have masks where these rules read."""
    signals = SMALL["signals/signals.yaml"].replace(b"attributes.plan_code, in: [gold]", b"profile.tier, in: [gold]")
    with running(folders, personal_fields="profile.tier") as service:
        answer = refused(lambda: preview(service, {**SMALL, "signals/signals.yaml": signals}))
    assert answer.paths == ["files"]
    assert answer.violations[0][1].startswith("`profile.tier` is a personal field")


class Waiting:
    """A caller who still waits so many seconds, one less each time somebody asks."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    @property
    def remaining_seconds(self) -> float:
        """One second less each time."""
        self.seconds -= 1
        return max(0.0, self.seconds)

    def check_time(self) -> None:
        """Raise where none is left."""
        if self.seconds <= 0:
            raise DeadlinePassed


class Around:
    """A way to a store during which something else happens."""

    def __init__(self, store: Store, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.store, self.meanwhile = store, meanwhile

    def read(self, work: Callable[[Store], Found]) -> Found:
        """Read, and let the other thing happen."""
        self.meanwhile()
        return work(self.store)

    write = read


@pytest.fixture
def releases() -> Iterator[Releases]:
    """Serve the small rulebook."""
    serving = Releases()
    serving.take(load_release(SMALL, ROOT / "models"), now=utc_now())
    yield serving
    serving.close()


@pytest.fixture
def store(own: Running) -> Iterator[Store]:
    """Open the store of a server that has decided the book."""
    decided(own)
    with Store.open(own.app._settings.store, clock=utc_now) as store:
        yield store


def test_one_at_a_time(store: Store, releases: Releases) -> None:
    """A second preview beside one that runs is refused and told when to try again; the first is not disturbed."""
    said: list[float] = []

    def another() -> None:
        with pytest.raises(Busy) as busy:
            api.preview([*SMALL.items()], None, Waiting(100))
        said.append(busy.value.retry_seconds)

    api = PreviewApi(Around(store, another), releases)
    assert api.preview([*SMALL.items()], None, Waiting(100)).compared == 3
    assert said
    assert min(said) > 0


def test_what_was_compared_in_time_is_told(store: Store, releases: Releases) -> None:
    """When the time runs out the answer says so and holds the accounts decided last; none in time is the deadline."""
    api = PreviewApi(Around(store), releases)
    changed = [*without_silence().items()]
    found: Preview = api.preview(changed, None, Waiting(3.1))
    assert (found.cut_short, found.compared) == (True, 1)
    assert [change.account_id for change in found.changes] == ["stuck"]
    with pytest.raises(DeadlinePassed):
        api.preview(changed, None, Waiting(0))
    with pytest.raises(InputInvalid):
        api.preview([], None, Waiting(0))
