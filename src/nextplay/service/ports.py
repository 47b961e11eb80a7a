"""Ports: whether one is free, and one that several processes of ours share."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from nextplay.errors import NextplayError


class PortTaken(NextplayError):
    """Another process listens on the port, or this one may not."""

    def __init__(self, host: str, port: int) -> None:
        """Say it of one address."""
        super().__init__(f"`{host}:{port}` cannot be listened on: it is taken, or not an address of this machine")


def probe(host: str, port: int) -> None:
    """Bind and let go again. Raises `PortTaken` where no address of `host` can be bound.

    gRPC would tell its own log before it told us, in words that are no sentence.
    """
    with closing(_bound(host, port, socket.SO_REUSEADDR)):  # as gRPC binds
        return


@contextmanager
def reserved(host: str, port: int) -> Iterator[int]:
    """Hold a port for processes of ours that share it, and yield its number; 0 takes a free one.

    A socket that is bound and does not listen gets no connections, but keeps everybody out who does not share ports,
    and whoever asks as `probe` does. Raises `PortTaken`.
    """
    probe(host, port)
    with closing(_bound(host, port, socket.SO_REUSEPORT)) as held:
        yield int(held.getsockname()[1])


def _bound(host: str, port: int, option: int) -> socket.socket:
    failed: OSError | None = None
    try:
        addresses = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise PortTaken(host, port) from error
    for family, kind, protocol, _, address in addresses:
        try:
            bound = socket.socket(family, kind, protocol)
        except OSError as error:
            failed = error
            continue
        try:
            bound.setsockopt(socket.SOL_SOCKET, option, 1)
            bound.bind(address)
        except OSError as error:
            bound.close()
            failed = error
        else:
            return bound
    raise PortTaken(host, port) from failed
