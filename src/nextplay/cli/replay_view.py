"""What came of a replay, as JSON values and as lines: ids, paths and counts, never a customer's value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from nextplay.authoring.replay import Differing, Replay
from nextplay.cli.replayed_log import OtherRelease, ReplayedLog


def replay_document(found: Replay, log: ReplayedLog) -> dict[str, Any]:
    """Return what came of a replay as JSON values."""
    return {
        "release": log.release,
        "replayed": found.replayed,
        "differ": found.differ,
        "first": [_differing(one) for one in found.first],
        "other_releases": [_other(one, compared=log.any_release) for one in log.others.values()],
    }


def replay_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines for a person."""
    yield f"release {document['release']}"
    yield f"{_decisions(document['replayed'])} replayed, {document['differ']:,} differ"
    for one in document["first"]:
        more = f" and {one['more_paths']:,} more" if one["more_paths"] else ""
        of = "" if one["release"] == document["release"] else f" of release {one['release']}"
        yield f"  {one['decision_id']}{of}: {', '.join(one['paths'])}{more}"
    left = document["differ"] - len(document["first"])
    if left:
        yield f"  and {left:,} more"
    yield from _others(document["other_releases"])


def _others(others: list[dict[str, Any]]) -> Iterator[str]:
    if not others:
        return
    compared = others[0]["compared"]
    total = _decisions(sum(one["decisions"] for one in others))
    yield ""
    yield (
        f"{total} of other releases, compared but for their id and release"
        if compared
        else (f"{total} of other releases not replayed:")
    )
    for one in others:
        span = f"{one['first_decided_at'][:10]} to {one['last_decided_at'][:10]}"
        yield f"  {one['release']}: {_decisions(one['decisions'])}, {span}, Nextplay {one['engine_version']}"
        yield f"    rulebook {one['rulebook_hash']}"
        yield f"    model {one['model_hash'] or 'none'}"
    if not compared:
        yield "  only the rule files and the model that decided can give the same bytes: name them with --rules and"
        yield "  --models, and run the version of Nextplay above; where they are gone, --any-release compares"


def _decisions(count: int) -> str:
    return f"{count:,} decision{'' if count == 1 else 's'}"


def _differing(one: Differing) -> dict[str, Any]:
    return one._asdict() | {"paths": list(one.paths)}


def _other(other: OtherRelease, *, compared: bool) -> dict[str, Any]:
    first = other.first
    return {
        "release": first.release,
        "rulebook_hash": first.rulebook_hash,
        "model_hash": first.model_hash,
        "engine_version": first.engine_version,
        "decisions": other.decisions,
        "first_decided_at": _written(other.from_instant),
        "last_decided_at": _written(other.to_instant),
        "compared": compared,
    }


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
