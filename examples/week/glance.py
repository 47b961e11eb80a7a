"""An answer of Nextplay at a glance, out of the JSON that `buf curl` prints: what `docs/week.md` shows of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from textwrap import fill
from typing import Any

WIDTH = 100


def of_decision(decision: dict[str, Any]) -> Iterator[str]:
    """Yield the diagnosis, the actions, what is withheld, what closed, and what to ask."""
    yield f"{decision['asOf'][:10]}  {decision['diagnosis']['kind'].upper()}: {decision['diagnosis']['says']}"
    for gap in decision.get("gaps", ()):
        answered = f", as answered: {gap['answered']}" if gap.get("answered") else ""
        yield f"  gap       {gap['title']}: {gap['kind']}{answered}"
    for action in decision.get("actions", ()):
        yield from of_action(action)
    for play in decision.get("withheld", ()):
        yield f"  withheld  {play['title']}: {play['reason']}, {play['says']}"
    for closed in decision.get("closedActions", ()):
        yield f"  closed    {closed['play']}: {closed['reason']}, {closed['actionId']}"
    for question in decision.get("undetermined", ()):
        yield f"  ask       {question['question']}"
        yield f"            {question['gap']}: " + ", ".join(
            f"{option['answer']} ({option['side']})" for option in question["options"]
        )


def of_action(action: dict[str, Any]) -> Iterator[str]:
    """Yield an action with its state, its day, who has it, and its id."""
    owner = action["ownerRole"].replace("_", " ") + (f" {action['ownerId']}" if action.get("ownerId") else "")
    yield f"  {action['state']:<9} {action['title']}"
    yield f"            due {action['dueOn']}, {owner}, {action['actionId']}"


def main() -> None:
    """Print one answer: a decision, or a page of the worklist."""
    answer = json.load(sys.stdin)
    lines = of_decision(answer["decision"]) if "decision" in answer else ()
    for line in lines or (line for action in answer.get("actions", ()) for line in of_action(action)):
        print(fill(line, WIDTH, subsequent_indent=" " * 12))  # noqa: T201  this is a command


if __name__ == "__main__":
    main()
