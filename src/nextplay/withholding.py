"""Why an action did not come, said in one sentence: the details of a refusal in the words of the rulebook."""

from __future__ import annotations

from collections.abc import Mapping

from nextplay.arbitration import WithheldPlay
from nextplay.rules.rulebook import Text
from nextplay.rules.wording import spoken_day, wording
from nextplay.sentences import sentence


def withheld_says(
    withheld: WithheldPlay,
    titles: Mapping[str, Text],
    vocabularies: Mapping[str, Mapping[str, Text]],
    *,
    locale: str,
) -> str:
    """Return the sentence for the reason; gaps, plays, roles and channels appear under their titles and labels."""
    details = dict(withheld.details)
    key = _key(withheld, details)
    subject = details.get("by") or details.get("wrong_diagnosis", "")
    details["by"] = _spoken(titles.get(subject), subject, locale=locale)
    details |= {name: spoken_day(details[name], locale) for name in ("on", "until") if name in details}
    for vocabulary, name in (("roles", "owner"), ("channels", "channel")):
        if name in details:
            label = vocabularies.get(vocabulary, {}).get(details[name])
            details[name] = _spoken(label, details[name], locale=locale)
    return sentence(locale, key, **details)


def _key(withheld: WithheldPlay, details: dict[str, str]) -> str:
    key = f"withheld_{withheld.reason}"
    match withheld.reason:
        case "eligibility" | "applicability" | "suitability":
            return f"{key}_{details['truth']}"
        case "held" | "holdout" if details["by"] in {"account", "play"}:
            return f"{key}_{details['by']}" + ("_until" if "until" in details else "")
        case "friction_first" | "done" if details.get("by") in {"p1", "goal"}:
            return f"{key}_{details['by']}"
        case "suppressed" if "wrong_diagnosis" in details:
            return f"{key}_wrong"
        case "contact_policy" if "channel" in details:
            return f"{key}_channel"
        case _:
            return key


def _spoken(text: Text | None, otherwise: str, *, locale: str) -> str:
    return wording(text, locale=locale) if text else otherwise
