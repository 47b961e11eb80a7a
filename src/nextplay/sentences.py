"""The engine's own sentences, by locale: those that no strategist writes because they speak of the engine's reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final = {
    "driver_raises": "{family} raises the risk: {details}",
    "driver_lowers": "{family} lowers the risk: {details}",
    "driver_unknown": "{family}: nothing on record",
    "family_usage": "use of the product",
    "family_outcomes": "progress on objectives",
    "family_experience": "experience at touchpoints",
    "family_support": "support",
    "family_relationship": "relationship",
    "family_commercial": "contract and billing",
    "withheld_eligibility": "not allowed or not possible here: its eligibility is {truth}",
    "withheld_applicability": "not relevant now: its applicability is {truth}",
    "withheld_suitability": "not in the customer's interest now: its suitability is {truth}",
    "withheld_held": "on hold because of {by}",
    "withheld_friction_first": "no expansion while {by}",
    "withheld_snoozed": "snoozed until {until}",
    "withheld_done": "completed on {on}",
    "withheld_cooldown": "completed on {on}; rests until {until}",
    "withheld_suppressed": "declined or called wrong before; silent until {until}",
    "withheld_contact_policy": "{touches} touches in {period_days} days are the most this customer should get",
    "withheld_excluded": "not together with {by}",
    "withheld_cap": "{limit} actions at a time are enough",
    "withheld_owner_cap": "{owner} already has {limit} of these actions",
}
_PORTUGUESE: Final = {
    "driver_raises": "{family} aumenta o risco: {details}",
    "driver_lowers": "{family} reduz o risco: {details}",
    "driver_unknown": "{family}: nada registrado",
    "family_usage": "uso do produto",
    "family_outcomes": "avanço dos objetivos",
    "family_experience": "experiência nos pontos de contato",
    "family_support": "suporte",
    "family_relationship": "relacionamento",
    "family_commercial": "contrato e cobrança",
    "withheld_eligibility": "não permitido ou impossível aqui: a elegibilidade é {truth}",
    "withheld_applicability": "não é relevante agora: a aplicabilidade é {truth}",
    "withheld_suitability": "não é do interesse do cliente agora: a adequação é {truth}",
    "withheld_held": "em espera por causa de {by}",
    "withheld_friction_first": "nenhuma expansão enquanto {by}",
    "withheld_snoozed": "adiado até {until}",
    "withheld_done": "concluído em {on}",
    "withheld_cooldown": "concluído em {on}; descansa até {until}",
    "withheld_suppressed": "recusado ou apontado como errado antes; em silêncio até {until}",
    "withheld_contact_policy": "{touches} contatos em {period_days} dias é o máximo para este cliente",
    "withheld_excluded": "não junto com {by}",
    "withheld_cap": "{limit} ações por vez bastam",
    "withheld_owner_cap": "{owner} já tem {limit} destas ações",
}
SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "pt": _PORTUGUESE}
"""Language → key → template."""


def language_of(locale: str) -> str:
    """Return the language part of a BCP 47 tag, in lower case: `pt-BR` becomes `pt`."""
    return locale.partition("-")[0].lower()


def sentence(locale: str, key: str, **details: str) -> str:
    """Fill the template `key` in the language of `locale`, in English where that language is not spoken here.

    Raises `KeyError` for a key or a detail that is missing: an error of ours, which the tests look for.
    """
    spoken = SENTENCES.get(language_of(locale), _ENGLISH)
    return spoken[key].format_map(details)


def fact_label(name: str) -> str:
    """Return a fact's name as words: `usage.license_utilization` becomes `license utilization`."""
    group, _, rest = name.partition(".")
    words = rest if group in {"usage", "contract", "support", "relationship", "billing"} else name
    return words.replace(".", " ").replace("_", " ")
