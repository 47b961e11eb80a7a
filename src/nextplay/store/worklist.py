"""The worklist: each action once, moved by decisions and by reactions, whatever order they arrive in.

A decision moves an action where it is the newest that names it, and knew of every reaction stored until then. A
reaction moves it where it is the newest by its own instant; reactions of one instant are ordered as decisions order
them. What a newer decision of the account no longer names, and nobody accepted, is superseded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.dialects import postgresql

from nextplay.errors import NotRemembered
from nextplay.store.dialects import inserting
from nextplay.store.packing import NO_DUE_DATE
from nextplay.store.prepared import prepared
from nextplay.store.records import (
    Key,
    LoggedAction,
    LoggedDecision,
    Reaction,
    WorklistAction,
    WorklistFilter,
    WorklistState,
)
from nextplay.store.schema import ACTIONS, DECISIONS

CLOSED_BY_DECISION: Final = frozenset({"done", "gap_gone", "expired", "superseded"})
_STATE_AFTER: Final[Mapping[str, WorklistState]] = {
    "accepted": "open",
    "declined": "declined",
    "snoozed": "snoozed",
    "completed": "done",
    "wrong_diagnosis": "declined",
}
_WEIGHT: Final = {"accepted": 0, "snoozed": 1, "declined": 2, "wrong_diagnosis": 3, "completed": 4}
"""The order of reactions of one instant, as arbitration orders them."""
_OF_DECISION: Final = ("decision_id", "decided_at")
_OF_ACTION: Final = ("title", "owner_role", "owner_id", "channel", "due_on", "rank", "priority")
_SHOWN: Final = (
    "account_id", "decision_id", "action_id", "play", "gap", "title", "state", "owner_role", "owner_id", "due_on",
    "updated_at", "priority",
)  # fmt: skip
_HAS_NEWER: Final = exists().where(
    DECISIONS.c.tenant == ACTIONS.c.tenant,
    DECISIONS.c.account_id == ACTIONS.c.account_id,
    DECISIONS.c.decided_at > ACTIONS.c.decided_at,
)


def _upsert(dialect: str, *, closes: bool) -> postgresql.Insert:
    """Write an action or move it; one that a decision closes keeps what it was called."""
    statement = inserting(dialect)(ACTIONS)
    new = statement.excluded
    knows_reactions = or_(ACTIONS.c.told_at.is_(None), new.decided_at > ACTIONS.c.told_at)
    moves = and_(knows_reactions, new.state != ACTIONS.c.state)
    taken = _OF_DECISION if closes else _OF_DECISION + _OF_ACTION
    return statement.on_conflict_do_update(
        index_elements=["tenant", "action_id"],
        set_={
            **{name: new[name] for name in taken},
            "state": case((knows_reactions, new.state), else_=ACTIONS.c.state),
            "updated_at": case((moves, new.updated_at), else_=ACTIONS.c.updated_at),
        },
        where=new.decided_at >= ACTIONS.c.decided_at,
    )


_SUPERSEDED = (
    update(ACTIONS)
    .where(
        ACTIONS.c.tenant == bindparam("of"),
        ACTIONS.c.account_id == bindparam("about"),
        ACTIONS.c.state == "new",
        _HAS_NEWER,
    )
    .values(state="superseded", updated_at=bindparam("now"))
)
_COLUMNS: Final = frozenset(column.name for column in ACTIONS.columns) - {"reaction", "reacted_at", "told_at"}
_NAME: Final = prepared(partial(_upsert, closes=False), _COLUMNS)
_CLOSE: Final = prepared(partial(_upsert, closes=True), _COLUMNS)
_SUPERSEDE: Final = prepared(lambda _dialect: _SUPERSEDED)


def show(connection: Connection, decisions: Collection[LoggedDecision], *, now: datetime) -> None:
    """Bring the worklist up to these decisions, which are in the log already."""
    rows = sorted(_rows(decisions, now=now), key=lambda row: (row["tenant"], row["action_id"], row["decided_at"]))
    named = [row for row in rows if row["state"] not in CLOSED_BY_DECISION]
    closed = [row for row in rows if row["state"] in CLOSED_BY_DECISION]
    if named:
        _NAME(connection).run(connection, named)
    if closed:
        _CLOSE(connection).run(connection, closed)
    accounts = sorted({(decision.tenant, decision.account_id) for decision in decisions})
    rows_of_accounts = [{"of": tenant, "about": account, "now": now} for tenant, account in accounts]
    _SUPERSEDE(connection).run(connection, rows_of_accounts)


def _rows(decisions: Iterable[LoggedDecision], *, now: datetime) -> Iterable[dict[str, Any]]:
    for decision in decisions:
        for action in decision.actions:
            yield _row(decision, action) | {"updated_at": now}


def _row(decision: LoggedDecision, action: LoggedAction) -> dict[str, Any]:
    return {
        "tenant": decision.tenant,
        "account_id": decision.account_id,
        "decision_id": decision.decision_id,
        "decided_at": decision.decided_at,
        "action_id": action.action_id,
        "play": action.play,
        "gap": action.gap,
        "state": action.state,
        "title": action.title,
        "owner_role": action.owner_role,
        "owner_id": action.owner_id,
        "channel": action.channel,
        "due_on": action.due_on or NO_DUE_DATE,
        "rank": action.rank,
        "priority": action.priority,
    }


def react(connection: Connection, tenant: str, reaction: Reaction, *, now: datetime) -> None:
    """Move the action that a reaction names, unless a newer reaction has moved it."""
    state = _STATE_AFTER.get(reaction.kind)
    if state is None:
        return
    place = (ACTIONS.c.tenant == tenant, ACTIONS.c.action_id == reaction.action_id)
    reacted_at, last, before = connection.execute(
        select(ACTIONS.c.reacted_at, ACTIONS.c.reaction, ACTIONS.c.state).where(*place)
    ).one()
    if last is not None and (reacted_at, _WEIGHT[last]) > (reaction.at, _WEIGHT[reaction.kind]):
        return
    values: dict[str, Any] = {"reaction": reaction.kind, "reacted_at": reaction.at, "told_at": now, "state": state}
    if state != before:
        values["updated_at"] = now
    connection.execute(update(ACTIONS).where(*place).values(values))


def named_action(connection: Connection, tenant: str, reaction: Reaction) -> tuple[str, str, str]:
    """Return play, gap and channel of the action that a reaction names, and keep others from moving it meanwhile.

    Raises `NotRemembered` where this account has no such action.
    """
    found = connection.execute(
        select(ACTIONS.c.play, ACTIONS.c.gap, ACTIONS.c.channel)
        .where(
            ACTIONS.c.tenant == tenant,
            ACTIONS.c.action_id == reaction.action_id,
            ACTIONS.c.account_id == reaction.account_id,
        )
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotRemembered("action")
    return found.play, found.gap, found.channel


def listed(
    connection: Connection, tenant: str, chosen: WorklistFilter, *, size: int, after: Key | None
) -> tuple[WorklistAction, ...]:
    """Return a page of the worklist, most urgent first: due date, then highest priority, then id."""
    columns = [ACTIONS.c[name] for name in _SHOWN]
    query = _restricted(select(*columns).where(ACTIONS.c.tenant == tenant), chosen)
    if after is not None:
        query = query.where(_behind(after))
    query = query.order_by(ACTIONS.c.due_on, ACTIONS.c.priority.desc(), ACTIONS.c.action_id).limit(size)
    return tuple(_shown(row) for row in connection.execute(query))


def _restricted(query: Select[Any], chosen: WorklistFilter) -> Select[Any]:
    query = query.where(ACTIONS.c.state.in_(sorted(chosen.states)))
    if chosen.owner_id is not None:
        query = query.where(ACTIONS.c.owner_id == chosen.owner_id)
    if chosen.owner_role is not None:
        query = query.where(ACTIONS.c.owner_role == chosen.owner_role)
    if chosen.updated_since is not None:
        query = query.where(ACTIONS.c.updated_at >= chosen.updated_since)
    return query


def _behind(after: Key) -> Any:  # noqa: ANN401  SQLAlchemy's own type of a condition has parameters that say nothing
    due_on = after.due_on or NO_DUE_DATE
    lower = or_(
        ACTIONS.c.priority < after.priority,
        and_(ACTIONS.c.priority == after.priority, ACTIONS.c.action_id > after.action_id),
    )
    return or_(ACTIONS.c.due_on > due_on, and_(ACTIONS.c.due_on == due_on, lower))


def _shown(row: Sequence[Any]) -> WorklistAction:
    values = dict(zip(_SHOWN, row, strict=True))
    if values["due_on"] == NO_DUE_DATE:
        values["due_on"] = None
    return WorklistAction(**values)
