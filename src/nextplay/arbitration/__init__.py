"""Which candidates become actions, in which order, and why the others do not.

    priority.py   propensity x context x value x lever
    due.py        days on the working calendar, and the deadline
    history.py    what earlier reactions, touches and holds mean today
    reasons.py    what withholds a play by itself: gates, holds, cooldown, suppression
    walk.py       what withholds it in company: contact policy, exclusion, caps
    closing.py    actions that were open and are no longer
    ranking.py    all of it in order

Pure functions on frozen values. `Account.as_of` is the only clock.
"""

from nextplay.arbitration.outcome import Account, Arbitration, Chooser, RankedAction, WithheldPlay
from nextplay.arbitration.ranking import Arbiter

__all__ = ["Account", "Arbiter", "Arbitration", "Chooser", "RankedAction", "WithheldPlay"]
