"""Logged decisions decided once more: the same release must give the same bytes."""

from nextplay.authoring.replay.replaying import Differing, Logged, Replay, Replaying, replay

__all__ = ["Differing", "Logged", "Replay", "Replaying", "replay"]
