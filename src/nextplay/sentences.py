"""The engine's own sentences, by locale: those that no strategist writes because they speak of the engine's reasons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from nextplay.facts.labels import fact_denial, fact_label, word_label

__all__ = ["SENTENCES", "driver_opening", "fact_denial", "fact_label", "language_of", "sentence", "word_label"]

_ENGLISH: Final = {
    "driver_raises": "{family} raises the risk: ",
    "driver_lowers": "{family} lowers the risk: ",
    "driver_unknown": "{family}: nothing on record",
    "driver_beside": "; not on record: {facts}",
    "driver_higher": "{family}: not on record: {facts}; until that is known, the model assumes a higher risk",
    "driver_lower": "{family}: not on record: {facts}; until that is known, the model assumes a lower risk",
    "family_usage": "use of the product",
    "family_outcomes": "progress on objectives",
    "family_experience": "experience at touchpoints",
    "family_support": "support",
    "family_relationship": "relationship",
    "family_commercial": "contract and billing",
    "note_default_annual_value": "annual value unknown: what is usual in the segment counts",
    "note_zero_value": "annual value is zero: so is every priority",
    "note_default_risk": "no churn model: the usual risk of the segment counts",
    "note_default_prior": "propensity by the rulebook's general experience",
    "note_learned": "propensity learned from reactions",
    "note_deadline_unknown": "decision deadline unknown: nearness does not count",
    "note_deadline_passed": "the decision deadline has passed",
    "note_deadline_assumed": "renewal or notice only partly known: the decision deadline is assumed",
    "withheld_eligibility_false": "not allowed or not possible here",
    "withheld_eligibility_unknown": "too little is known to tell whether it is allowed and possible",
    "withheld_applicability_false": "not relevant now",
    "withheld_applicability_unknown": "too little is known to tell whether it is relevant now",
    "withheld_suitability_false": "not in the customer's interest now",
    "withheld_suitability_unknown": "too little is known to tell whether it is in the customer's interest",
    "withheld_held": "waits until this is mended: {by}",
    "withheld_held_account": "the whole account is on hold",
    "withheld_held_account_until": "the whole account is on hold until {until}",
    "withheld_held_play": "this play is on hold for the account",
    "withheld_held_play_until": "this play is on hold for the account until {until}",
    "withheld_friction_first": "no expansion while this stands: {by} (severity {severity})",
    "withheld_friction_first_p1": "no expansion while a ticket of the highest priority is open",
    "withheld_snoozed": "snoozed until {until}",
    "withheld_done": "completed on {on}",
    "withheld_done_goal": "what it is for has come about",
    "withheld_cooldown": "completed on {on}; rests until {until}",
    "withheld_suppressed": "declined, last on {on} (count: {declined}); silent until {until}",
    "withheld_suppressed_wrong": "called a wrong diagnosis on {on}: {by}; silent until {until}",
    "withheld_contact_policy": "touches within {period_days} days, had and planned: {touches}; the limit is {limit}",
    "withheld_contact_policy_channel": (
        "touches by {channel} within {period_days} days, had and planned: {touches}; the limit is {limit}"
    ),
    "withheld_excluded": "not together with: {by}",
    "withheld_cap": "enough actions for now: the limit is {limit}",
    "withheld_owner_cap": "enough actions for one {owner}: the limit is {limit}",
    "withheld_holdout_account": "kept back from this account by lot, to measure what plays do",
    "withheld_holdout_play": "kept back from this account by lot, to measure what this play does",
}
_PORTUGUESE: Final = {
    "driver_raises": "{family} aumenta o risco: ",
    "driver_lowers": "{family} reduz o risco: ",
    "driver_unknown": "{family}: nada registrado",
    "driver_beside": "; sem registro: {facts}",
    "driver_higher": "{family}: sem registro: {facts}; enquanto isso não se souber, o modelo supõe um risco maior",
    "driver_lower": "{family}: sem registro: {facts}; enquanto isso não se souber, o modelo supõe um risco menor",
    "family_usage": "uso do produto",
    "family_outcomes": "avanço das metas",
    "family_experience": "experiência nos pontos de contato",
    "family_support": "suporte",
    "family_relationship": "relacionamento",
    "family_commercial": "situação do contrato e do faturamento",
    "note_default_annual_value": "valor anual desconhecido: vale o usual do segmento",
    "note_zero_value": "valor anual zero: toda prioridade é zero",
    "note_default_risk": "sem modelo de churn: vale o risco usual do segmento",
    "note_default_prior": "propensão segundo a experiência geral do rulebook",
    "note_learned": "propensão aprendida com as reações",
    "note_deadline_unknown": "prazo de decisão desconhecido: a proximidade não conta",
    "note_deadline_passed": "o prazo de decisão já passou",
    "note_deadline_assumed": "renovação ou aviso só em parte conhecidos: o prazo de decisão é presumido",
    "withheld_eligibility_false": "não permitido ou impossível aqui",
    "withheld_eligibility_unknown": "sabe-se pouco demais para dizer se é permitido e possível",
    "withheld_applicability_false": "não é relevante agora",
    "withheld_applicability_unknown": "sabe-se pouco demais para dizer se é relevante agora",
    "withheld_suitability_false": "não é do interesse do cliente agora",
    "withheld_suitability_unknown": "sabe-se pouco demais para dizer se é do interesse do cliente",
    "withheld_held": "espera até que isto seja resolvido: {by}",
    "withheld_held_account": "a conta inteira está em espera",
    "withheld_held_account_until": "a conta inteira está em espera até {until}",
    "withheld_held_play": "esta jogada está em espera para a conta",
    "withheld_held_play_until": "esta jogada está em espera para a conta até {until}",
    "withheld_friction_first": "nenhuma expansão enquanto isto durar: {by} (gravidade {severity})",
    "withheld_friction_first_p1": "nenhuma expansão enquanto houver chamado de prioridade máxima aberto",
    "withheld_snoozed": "adiado até {until}",
    "withheld_done": "concluído em {on}",
    "withheld_done_goal": "o que se queria com ela já aconteceu",
    "withheld_cooldown": "concluído em {on}; descansa até {until}",
    "withheld_suppressed": "recusado, a última vez em {on} (total: {declined}); em silêncio até {until}",
    "withheld_suppressed_wrong": "apontado como diagnóstico errado em {on}: {by}; em silêncio até {until}",
    "withheld_contact_policy": "contatos em {period_days} dias, feitos e planejados: {touches}; o limite é {limit}",
    "withheld_contact_policy_channel": (
        "contatos por {channel} em {period_days} dias, feitos e planejados: {touches}; o limite é {limit}"
    ),
    "withheld_excluded": "não junto com: {by}",
    "withheld_cap": "ações suficientes por ora: o limite é {limit}",
    "withheld_owner_cap": "ações suficientes para um só {owner}: o limite é {limit}",
    "withheld_holdout_account": "retido nesta conta por sorteio, para medir o que as jogadas fazem",
    "withheld_holdout_play": "retido nesta conta por sorteio, para medir o que esta jogada faz",
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
    return _spoken(locale)[key].format_map(details)


@lru_cache(maxsize=64)
def _spoken(locale: str) -> Mapping[str, str]:
    return SENTENCES.get(language_of(locale), _ENGLISH)


@lru_cache(maxsize=256)
def driver_opening(locale: str, family: str, direction: str) -> str:
    """Begin the sentence of a driver; `direction` is raises, lowers or unknown, and the facts follow."""
    return sentence(locale, f"driver_{direction}", family=sentence(locale, f"family_{family}"))
