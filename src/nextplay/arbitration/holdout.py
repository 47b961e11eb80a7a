"""Actions kept back by lot, so that accounts with a play can be compared with equal accounts without it.

The lot depends on the account, the salt and the play alone: an account that is out stays out. What is kept back would
have been shown, and its place stays empty: the rest of the decision is as it would be without a holdout. Nothing else
makes the two groups comparable.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final, Literal

from nextplay.arbitration.walk import Refused, Taken, Walk
from nextplay.canonical import canonical_json
from nextplay.rules.rulebook import Holdout

_BYTES: Final = 6
_LOTS: Final = 1 << (8 * _BYTES)


def hold_out(walk: Walk, account_id: str, holdout: Holdout) -> None:
    """Move what the account goes without from the taken bids of a finished walk to the refused ones.

    A must is never kept back: it stands for what an account is owed. Neither is an open action: somebody works on it.
    """
    kept: list[Taken] = []
    for taken in walk.taken:
        scope = held_out(account_id, taken.bid.play_id, holdout)
        if scope is None or not taken.bid.is_normal or taken.bid.acceptance is not None:
            kept.append(taken)
        else:
            walk.refused.append(Refused(taken.position, taken.bid, ("holdout", {"by": scope})))
    if len(kept) < len(walk.taken):
        walk.taken[:] = kept
        walk.refused.sort()


def held_out(account_id: str, play: str, holdout: Holdout) -> Literal["account", "play"] | None:
    """Tell whether the account goes without this play: as without all of them, by a lot of the play's own, or not."""
    if holdout.share and lot(account_id, salt=holdout.salt) < holdout.share:
        return "account"
    share = holdout.plays.get(play)
    if share and lot(account_id, play, salt=holdout.salt) < share:
        return "play"
    return None


@lru_cache(maxsize=4096)
def lot(account_id: str, play: str | None = None, *, salt: str) -> float:
    """Return the lot of an account in [0, 1), for a play or for all: the SHA-256 of the three, evenly spread."""
    drawn = hashlib.sha256(canonical_json([salt, play, account_id])).digest()
    return int.from_bytes(drawn[:_BYTES]) / _LOTS
