"""Settings: what they default to, what they refuse, and that each is documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from nextplay.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"


def row(name: str) -> str:
    """Return the line of the table that documents a setting."""
    field = Settings.model_fields[name]
    default = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"| `NEXTPLAY_{name.upper()}` | `{default}` | {field.description} |"


def test_every_setting_is_documented() -> None:
    """The page lists every setting with its default and its meaning, and nothing else."""
    listed = [line for line in PAGE.read_text().splitlines() if line.startswith("| `NEXTPLAY_")]
    assert listed == [row(name) for name in Settings.model_fields]


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting is read from the environment under its prefix."""
    monkeypatch.setenv("NEXTPLAY_PORT", "6000")
    monkeypatch.setenv("NEXTPLAY_INFERENCE", "python")
    assert (Settings().port, Settings().inference) == (6000, "python")
    assert Settings(port=1).port == 1


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("INFERENCE", "prolog"), ("RELOAD_SECONDS", "0"), ("DRAIN_SECONDS", "-1")]
)
def test_out_of_range(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value beyond its range is refused when the settings are read, by the setting's name."""
    monkeypatch.setenv(f"NEXTPLAY_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104  the claim
        ("[::]", False),
        ("10.0.0.1", False),
        ("example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_loopback(host: str, expected: object) -> None:
    """Only addresses that no other machine can reach count as loopback; a name that is not known does not."""
    assert Settings(host=host).on_loopback is expected
