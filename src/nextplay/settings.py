"""What an operator can set, by environment variables that start with `NEXTPLAY_`; `docs/settings.md` lists them."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nextplay.masking import Masking

NO_STORE: Final = "none"
"""The store of a service that remembers nothing."""


class Settings(BaseSettings):
    """Settings of the service. The command line wins over the environment, which wins over the defaults here."""

    model_config = SettingsConfigDict(env_prefix="NEXTPLAY_", frozen=True, extra="forbid")

    host: str = Field(
        "127.0.0.1", description="Address to listen on. Beyond the loopback interface, `insecure` is needed."
    )
    port: int = Field(50051, ge=0, le=65535, description="TCP port of gRPC. 0 takes a free one, which the log names.")
    insecure: bool = Field(
        default=False,
        description="Listen beyond the loopback interface although callers have no identity yet. The rulebook service "
        "is then not offered.",
    )
    rules: Path = Field(Path("rules"), description="Folder of the rulebook. It is watched.")
    models: Path = Field(Path("models"), description="Folder of the models. It is watched.")
    inference: Literal["durable", "python"] = Field(
        "durable", description="Engine that chains the rules: `durable` (durable-rules) or `python`."
    )
    locale: str = Field(
        "en", min_length=1, max_length=35, description="Locale of the answers where the caller asks for none."
    )
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Processes that answer calls on the one port; as many as cores are worth it. A connection reaches "
        "one of them, so callers open several.",
    )
    cores: Literal["shared", "own"] = Field(
        "shared",
        description="`own` holds each worker on one core, which nothing else should want: less processor time for each "
        "call. `shared` lets the system place it.",
    )
    threads: int = Field(16, ge=1, le=256, description="Threads that answer calls, in each worker.")
    max_waiting: int = Field(
        128,
        ge=1,
        le=100_000,
        description="Calls that may wait or be answered at once, in each worker. More are refused and told when to "
        "try again.",
    )
    max_connections: int = Field(
        1000, ge=1, le=100_000, description="Connections that may be open at once, in each worker."
    )
    deadline_seconds: float = Field(
        10.0,
        gt=0,
        le=600,
        description="Longest a call may take where its caller sets no deadline, and longest that the message of any "
        "call may take to arrive, in seconds.",
    )
    drain_seconds: float = Field(
        5.0,
        ge=0,
        le=600,
        description="How long a stopping server keeps answering after it has told its health checks, in seconds. Set "
        "it longer than the interval of the health checks.",
    )
    grace_seconds: float = Field(
        10.0, ge=0, le=600, description="How long calls that still run may then take to end, in seconds."
    )
    reload_seconds: float = Field(
        0.25, gt=0, le=0.5, description="How often the folders of rules and models are looked at, in seconds."
    )

    store: str = Field(
        "sqlite:///nextplay.db",
        min_length=1,
        repr=False,  # may hold a password
        description="Where decisions and reactions are kept: `sqlite:///FILE`, `postgresql://USER:PASSWORD@HOST/NAME`, "
        "or `none`, which remembers nothing.",
    )
    log_before_answer: bool = Field(
        default=True,
        description="Answer only when the decision is durable in the log. Without, a crash can lose the last ones.",
    )
    log_queue: int = Field(5000, ge=200, le=1_000_000, description="Decisions that may wait to be written to the log.")
    when_store_fails: Literal["serve", "refuse"] = Field(
        "serve",
        description="Whether decisions are answered while the store cannot be read or written: `serve` (the answer "
        "says so) or `refuse`.",
    )
    personal_fields: str = Field(
        "profile.name",
        description="Fields of snapshots that are masked before they are stored, separated by commas, such as "
        "`profile.name,surveys[].respondent_id,attributes.email,team.csm`. Rules may not read them.",
    )

    @field_validator("personal_fields")
    @classmethod
    def _maskable(cls, paths: str) -> str:
        Masking(_listed(paths))
        return paths

    @property
    def masking(self) -> Masking:
        """What masks the personal fields."""
        return Masking(_listed(self.personal_fields))

    @property
    def on_loopback(self) -> bool:
        """Say whether only this machine can reach `host`."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False


def _listed(paths: str) -> list[str]:
    return [path.strip() for path in paths.split(",") if path.strip()]
