"""The plots of the page about a model. Each is drawn small enough to be read on a telephone, and labelled directly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nextplay.authoring.model_report.drawing import PALETTE, blank, style, svg_of

Document = Mapping[str, Any]
_WIDE: Final = 4.2
_FIFTHS: Final = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
_ROUND: Final = [1, 2, 5, 10]
_INK, _SOFT, _LINE, _OURS, _OTHER = (PALETTE[name] for name in ("ink", "soft", "line", "ours", "other"))
_MEASURES: Final[Mapping[str, tuple[str, float | None]]] = {
    "auc": ("AUC (0.5 is chance, 1 is perfect)", 0.5),
    "log_loss": ("log-loss, nats (less is better)", None),
    "slope": ("calibration slope (1 is right)", 1.0),
}
"""Measure -> its axis, and where a line of reference stands."""


def plots(found: Document) -> dict[str, Any]:
    """Draw everything: name -> SVG, `shapes` a list of them in the order of the document."""
    shown = found["shapes"]
    ends = [one for shape in shown for one in (*shape["values"], shape["missing"])]
    span = (min(ends, default=0.0), max(ends, default=0.0))
    return {
        "measures": [measures_plot(found, measure) for measure in _MEASURES],
        "reliability": reliability_plot(found),
        "lift": lift_plot(found),
        "stress": [stress_rank_plot(found), stress_level_plot(found)],
        "periods": [period_level_plot(found), period_rank_plot(found)] if len(found["periods"]) > 1 else [],
        "shapes": [shape_plot(shape, place, span) for place, shape in enumerate(shown)],
    }


def measures_plot(found: Document, measure: str) -> str:
    """Draw one measure of every model as a dot with its interval."""
    axis, reference = _MEASURES[measure]
    models = [model for model in found["models"] if not (model["flat"] and measure != "log_loss")]
    with style(f"measure-{measure}"):
        figure, axes = blank(_WIDE, 0.75 + 0.27 * len(models))
        if reference is not None:
            axes.axvline(reference, color=_LINE, linewidth=1, zorder=0)
        for place, model in enumerate(models):
            colour = _OURS if model["ours"] else _SOFT
            axes.plot(model["intervals"][measure], [place] * 2, color=colour, linewidth=2 if model["ours"] else 1.2)
            axes.plot([model[measure]], [place], "o", color=colour, markersize=6 if model["ours"] else 4.5)
        axes.set_yticks(range(len(models)), [model["name"] for model in models])
        axes.set_ylim(len(models) - 0.4, -0.6)
        for label, model in zip(axes.get_yticklabels(), models, strict=True):
            label.set_color(_OURS if model["ours"] else _SOFT)
            label.set_fontweight("bold" if model["ours"] else "normal")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(_few())
        axes.set_xlabel(axis)
        told = "; ".join(f"{model['name']} {model[measure]:.3f}" for model in models)
        return svg_of(figure, f"measure-{measure}", f"{axis}, with 95 % intervals: {told}")


def reliability_plot(found: Document) -> str:
    """Draw what was said against what came, with the scores below."""
    told = found["reliability"]
    most = told["edges"][-1]
    top = min(1.0, 1.02 * max([most, *(group["high"] for group in told["groups"])]))
    with style("reliability"):
        figure, _ = blank(_WIDE, 4.6)
        figure.clear()
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1.1])
        axes.plot([0, most], [0, most], color=_SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
        line = told["line"]
        axes.fill_between(line["said"], line["low"], line["high"], color=_OURS, alpha=0.16, linewidth=0)
        axes.plot(line["said"], line["found"], color=_OURS, linewidth=1.3)
        for group in told["groups"]:
            axes.plot([group["mean"]] * 2, [group["low"], group["high"]], color=_INK, linewidth=1)
            axes.plot([group["mean"]], [group["rate"]], "o", color=_INK, markersize=4.5)
        axes.set(xlim=(0, 1.02 * most), ylim=(0, top), ylabel="share that left")
        axes.yaxis.set_major_locator(_few())
        axes.xaxis.set_major_locator(_few())
        _percent(axes.yaxis)
        _scores(below, told)
        below.set_xlabel("probability that the model said")
        _percent(below.xaxis)
        groups = "; ".join(f"said {group['mean']:.1%}, left {group['rate']:.1%}" for group in told["groups"])
        return svg_of(figure, "reliability", f"Reliability: {groups}")


def lift_plot(found: Document) -> str:
    """Draw which share of those who left would be reached, by share of accounts called."""
    lift = found["lift"]
    shares = lift["shares"]
    with style("lift"):
        figure, axes = blank(_WIDE, 3.9)
        best = np.minimum(np.array(shares) / max(lift["rate"], 1e-9), 1)
        axes.plot(shares, best, color=_LINE, linewidth=1)
        axes.annotate("the best there could be", (min(lift["rate"], 0.4), 1), xytext=(4, 4), textcoords="offset points",
                      color=_SOFT, fontsize=8)  # fmt: skip
        axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate("by chance", (0.62, 0.62), xytext=(6, -9), textcoords="offset points", color=_SOFT, fontsize=8)
        axes.fill_between(shares, lift["low"], lift["high"], color=_OURS, alpha=0.16, linewidth=0)
        for name, curve in lift["curves"].items():
            ours = name == "this model"
            axes.plot(shares, curve, color=_OURS if ours else _OTHER, linewidth=1.8 if ours else 1.2,
                      linestyle="-" if ours else (0, (1.5, 1)))  # fmt: skip
        for row in lift["rows"]:
            axes.plot([row["share"]], [row["found"]["this model"]], "o", color=_OURS, markersize=4.5)
        axes.set(xlim=(0, 1), ylim=(0, 1.08), xlabel="share of accounts called, highest risk first",
                 ylabel="share of leavers among them")  # fmt: skip
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks(_FIFTHS)
            _percent(axis)
        told = "; ".join(f"{row['share']:.0%} called, {row['found']['this model']:.0%} reached" for row in lift["rows"])
        return svg_of(figure, "lift", f"Leavers reached: {told}")


def stress_rank_plot(found: Document) -> str:
    """Draw the AUC against the share of values hidden."""
    rows = found["stress"]
    with style("stress-auc"):
        figure, axes = blank(_WIDE, 2.5)
        axes.axhline(0.5, color=_LINE, linewidth=1)
        axes.annotate("chance", (0, 0.5), xytext=(0, 3), textcoords="offset points", color=_SOFT, fontsize=8)
        for row in rows:
            axes.plot([row["share"]] * 2, [row["auc_low"], row["auc_high"]], color=_OURS, linewidth=1.2)
        axes.plot([row["share"] for row in rows], [row["auc"] for row in rows], "o-", color=_OURS, markersize=5)
        axes.set(xlabel="values hidden", ylabel="AUC", ylim=(min(0.45, *(row["auc_low"] for row in rows)), None))
        axes.set_xticks([row["share"] for row in rows])
        _percent(axes.xaxis)
        told = "; ".join(f"{row['share']:.0%} hidden, AUC {row['auc']:.3f}" for row in rows)
        return svg_of(figure, "stress-auc", told)


def stress_level_plot(found: Document) -> str:
    """Draw the mean probability beside the rate, against the share of values hidden."""
    rows = found["stress"]
    with style("stress-mean"):
        figure, axes = blank(_WIDE, 2.5)
        rate = rows[0]["rate"]
        axes.axhline(rate, color=_INK, linewidth=1)
        above = rate >= rows[-1]["mean"]
        axes.annotate(f"{100 * rate:.1f} % left", (1, rate), xycoords=axes.get_yaxis_transform(), ha="right",
                      xytext=(0, 5 if above else -11), textcoords="offset points", color=_INK, fontsize=8)  # fmt: skip
        axes.plot([row["share"] for row in rows], [row["mean"] for row in rows], "o-", color=_OURS, markersize=5)
        axes.set(xlabel="values hidden", ylabel="mean probability",
                 ylim=(0, 1.3 * max(rate, *(row["mean"] for row in rows))))  # fmt: skip
        axes.set_xticks([row["share"] for row in rows])
        _percent(axes.xaxis)
        _percent(axes.yaxis)
        told = "; ".join(f"{row['share']:.0%} hidden, mean {row['mean']:.1%}" for row in rows)
        return svg_of(figure, "stress-mean", f"{told}; {rate:.1%} left")


def period_level_plot(found: Document) -> str:
    """Draw by period what was said, and what share left."""
    rows = found["periods"]
    with style("period-mean"):
        figure, axes = blank(_WIDE, 2.7)
        places = np.arange(len(rows))
        for place, row in zip(places, rows, strict=True):
            axes.plot([place] * 2, [row["low"], row["high"]], color=_INK, linewidth=1)
        axes.plot(places, [row["rate"] for row in rows], "o", color=_INK, markersize=4.5)
        axes.plot(places, [row["mean"] for row in rows], "D-", color=_OURS, markersize=4.5, linewidth=1.2)
        axes.set(ylabel="share of accounts", ylim=(0, None))
        axes.yaxis.set_major_locator(_few())
        _percent(axes.yaxis)
        _dates(axes, rows)
        told = "; ".join(f"{row['name']}: said {row['mean']:.1%}, left {row['rate']:.1%}" for row in rows)
        return svg_of(figure, "period-mean", told)


def period_rank_plot(found: Document) -> str:
    """Draw the AUC by period."""
    rows = found["periods"]
    with style("period-auc"):
        figure, axes = blank(_WIDE, 2.7)
        axes.axhline(0.5, color=_LINE, linewidth=1)
        for place, row in enumerate(rows):
            if row["auc"] is not None:
                error = 1.96 * row["auc_error"]
                axes.plot([place] * 2, [row["auc"] - error, min(1.0, row["auc"] + error)], color=_OURS, linewidth=1.2)
                axes.plot([place], [row["auc"]], "o", color=_OURS, markersize=5)
        axes.set(ylabel="AUC", ylim=(min(0.45, axes.get_ylim()[0]), None))
        axes.annotate("chance", (0, 0.5), xycoords=axes.get_yaxis_transform(), xytext=(2, 3),
                      textcoords="offset points", color=_SOFT, fontsize=8)  # fmt: skip
        _dates(axes, rows)
        known = [row for row in rows if row["auc"] is not None]
        return svg_of(figure, "period-auc", "; ".join(f"{row['name']}: AUC {row['auc']:.3f}" for row in known))


def shape_plot(shape: Document, place: int, span: tuple[float, float]) -> str:
    """Draw what a fact adds to the log-odds, and apart from it what the unknown adds. All share one scale."""
    name = f"shape-{place}"
    with style(name):
        figure, _ = blank(3.3, 2.15 if shape["kind"] == "number" else max(1.35, 0.75 + 0.26 * len(shape["values"])))
        figure.clear()
        told = _number_shape(figure, shape, span) if shape["kind"] == "number" else _word_shape(figure, shape, span)
        return svg_of(figure, name, f"{shape['label']}: {told}; unknown {shape['missing']:+.2f} log-odds")


def _number_shape(figure: Any, shape: Document, span: tuple[float, float]) -> str:  # noqa: ANN401  matplotlib's figure
    axes, apart = figure.subplots(1, 2, sharey=True, width_ratios=[6, 1])
    figure.get_layout_engine().set(wspace=0.1)
    edges, values = shape["edges"], shape["values"]
    for each in (axes, apart):
        each.axhline(0, color=_LINE, linewidth=1, zorder=0)
    axes.stairs(values, edges, baseline=None, color=_OURS, linewidth=1.8)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(*_room(span))
    _rug(axes, shape["quantiles"])
    axes.set_xlabel(shape["axis"])
    axes.set_ylabel("log-odds")
    axes.xaxis.set_major_locator(_few())
    axes.xaxis.set_major_formatter(FuncFormatter(_plain))
    apart.plot([0], [shape["missing"]], "o", markerfacecolor=PALETTE["paper"], markeredgecolor=_OURS, markersize=5)
    apart.set_xticks([0], ["unknown"])
    apart.set_xlim(-1, 1)
    apart.tick_params(axis="y", length=0, labelleft=False)
    apart.tick_params(axis="x", length=0)
    apart.spines["left"].set_visible(False)
    apart.spines["bottom"].set_visible(False)
    return f"from {values[0]:+.2f} at {_plain(edges[0])} to {values[-1]:+.2f} at {_plain(edges[-1])}"


def _word_shape(figure: Any, shape: Document, span: tuple[float, float]) -> str:  # noqa: ANN401  matplotlib's figure
    axes = figure.subplots()
    words, values = shape["words"], shape["values"]
    axes.axvline(0, color=_LINE, linewidth=1, zorder=0)
    axes.plot(values, range(len(words)), "o", color=_OURS, markersize=5.5)
    axes.plot([shape["missing"]], [len(words) + 0.3], "o", markerfacecolor=PALETTE["paper"], markeredgecolor=_OURS,
              markersize=5)  # fmt: skip
    shares = [*shape["shares"], shape["unknown_share"]]
    bases = [*[""] * len(words), " of all"]
    labels = [
        _shortened(word) if share is None else f"{_shortened(word)} ({100 * share:.0f} %{base})"
        for word, share, base in zip([*words, "unknown"], shares, bases, strict=True)
    ]
    axes.set_yticks([*range(len(words)), len(words) + 0.3], labels)
    axes.set_ylim(len(words) + 0.8, -0.6)
    axes.set_xlim(*_room(span))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("log-odds")
    axes.xaxis.set_major_locator(_few())
    return "; ".join(f"{word} {value:+.2f}" for word, value in zip(words, values, strict=True))


def _rug(axes: Axes, quantiles: list[float]) -> None:
    """Mark the tenths of the known values at the foot; a value that holds several tenths has a taller mark."""
    for value in sorted(set(quantiles)):
        height = 0.035 * (1 + min(quantiles.count(value), 6))
        axes.plot(
            [value] * 2, [0, height], color=_SOFT, linewidth=1, transform=axes.get_xaxis_transform(), clip_on=False
        )


def _scores(axes: Axes, told: Document) -> None:
    """Draw how many rows have which score: those who left upon those who stayed."""
    axes.stairs(told["stayed"], told["edges"], fill=True, color=PALETTE["stayed"])
    both = np.array(told["stayed"]) + np.array(told["left"])
    axes.stairs(both, told["edges"], baseline=told["stayed"], fill=True, color=PALETTE["left"])
    axes.set_ylabel("rows")
    axes.yaxis.set_major_locator(MaxNLocator(2, steps=_ROUND, integer=True))


def _dates(axes: Axes, rows: list[Document]) -> None:
    step = max(1, -(-len(rows) // 6))
    axes.set_xticks(range(0, len(rows), step), [row["name"] for row in rows][::step])
    axes.set_xlim(-0.6, len(rows) - 0.4)


def _percent(axis: Any) -> None:  # noqa: ANN401  either axis of matplotlib
    axis.set_major_formatter(FuncFormatter(lambda share, _place: f"{100 * share:.3g} %"))


def _few() -> MaxNLocator:
    """Return round places for four or five ticks."""
    return MaxNLocator(5, steps=_ROUND)


def _room(span: tuple[float, float]) -> tuple[float, float]:
    low, high = min(span[0], -0.1), max(span[1], 0.1)
    margin = 0.08 * (high - low)
    return low - margin, high + margin


def _plain(value: float, _place: int | None = None) -> str:
    """Write a number of an axis: thousands shortened."""
    if abs(value) >= 1e6:  # noqa: PLR2004  a million
        told = f"{value / 1e6:g}m"
    else:
        told = f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{value:g}"  # noqa: PLR2004  five figures
    return told.replace("-", "\N{MINUS SIGN}")


def _shortened(word: str, most: int = 20) -> str:
    return word if len(word) <= most else f"{word[: most - 1]}…"
