"""A figure of matplotlib as SVG that stands inside a page: text stays text, colours are the page's own, light and dark.

The same figure gives the same bytes: identifiers are hashed with the figure's name, and nothing says when or where.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PALETTE: Final[Mapping[str, str]] = {
    "ink": "#010101",
    "soft": "#020202",
    "line": "#030303",
    "faint": "#040404",
    "paper": "#050505",
    "ours": "#060606",
    "other": "#070707",
    "left": "#080808",
    "stayed": "#090909",
}
"""Names of the page's colours, each as a stand-in that no plot uses otherwise; `model.css` says what they are."""
_POINTS: Final = 9.0
_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "font.size": _POINTS,
    "axes.edgecolor": PALETTE["line"],
    "axes.labelcolor": PALETTE["soft"],
    "axes.labelsize": _POINTS,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "path.simplify": False,
    "text.color": PALETTE["ink"],
    "text.parse_math": False,
    "xtick.color": PALETTE["line"],
    "xtick.labelcolor": PALETTE["soft"],
    "xtick.major.size": 3.0,
    "ytick.color": PALETTE["line"],
    "ytick.labelcolor": PALETTE["soft"],
    "ytick.major.size": 3.0,
}
_FONT: Final = re.compile(r" font-family: [^;\"]*;?")
_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE: Final = re.compile(r'(?:xlink:href="#|url\(#)([\w.-]+)')


@contextmanager
def style(name: str) -> Iterator[None]:
    """Draw inside: with the page's look, whatever the machine's own settings are."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        settings: Any = mpl.rcParams
        settings.update(_STYLE | {"svg.hashsalt": name})
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the browser draws text, not we
        yield


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure of so many inches, and its axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def svg_of(figure: Figure, name: str, says: str) -> str:
    """Return a figure as an `svg` element; `says` tells what it shows to who cannot see it."""
    written = io.StringIO()
    nobody = {"Creator": None, "Date": None, "Format": None, "Type": None}
    figure.savefig(written, format="svg", transparent=True, metadata=nobody)
    drawn = written.getvalue()
    width, height = (round(72 * inches) for inches in figure.get_size_inches())
    inner = drawn[drawn.index("</defs>") + len("</defs>") :]
    inner = _own_names(_FONT.sub("", inner), name)
    inner = _NUMBER.sub(_short, inner)
    inner = re.sub(r"\s*\n\s*", " ", inner).replace("xlink:href", "href").replace("rotate(-0 ", "rotate(0 ")
    for colour, stand_in in PALETTE.items():
        inner = inner.replace(stand_in, f"var(--{colour})")
    head = f'<svg class="figure" viewBox="0 0 {width} {height}" style="max-width:{width * 1.45:.0f}px" role="img"'
    return f'{head} aria-label="{escape(says)}">{inner.strip()}'


def _own_names(drawn: str, name: str) -> str:
    """Keep only the identifiers that are referred to, with the figure's name before each: a page has many figures."""
    used = frozenset(_REFERENCE.findall(drawn))
    drawn = re.sub(r' id="([\w.-]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", drawn)
    return re.sub(r"(xlink:href=\"#|url\(#)", rf"\g<1>{name}-", drawn)


def _short(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
