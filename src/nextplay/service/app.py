"""The composition root: everything is built here, started in order, and stopped in the opposite one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self

from nextplay.decision import Options
from nextplay.errors import ModelInvalid, NextplayError, StoreMisnamed, StoreUnavailable
from nextplay.service.api import DecisionApi, Remembering
from nextplay.service.clock import exact_now
from nextplay.service.cores import keep_to_own, refuse_short_cores
from nextplay.service.endpoints import DECISION_SERVICE, RULEBOOK_SERVICE, decision_endpoints, rulebook_endpoints
from nextplay.service.entries import Entries
from nextplay.service.folders import Folders
from nextplay.service.memory import Memory
from nextplay.service.memory_api import MemoryApi
from nextplay.service.preview_api import PreviewApi
from nextplay.service.recorder import Recorder
from nextplay.service.releases import Releases
from nextplay.service.reloader import Reloader
from nextplay.service.rulebook_api import RulebookApi
from nextplay.service.server import GrpcServer, Limits
from nextplay.service.siblings import STOP, EveryRecorder, Siblings, Word
from nextplay.service.supervisor import STOPPING_SIGNALS
from nextplay.service.telemetry import Journal, json_lines
from nextplay.settings import NO_STORE, Settings
from nextplay.store import Store

MEMORY: Final = "memory"
"""What health checks ask for to learn whether the store can be read and written."""


class StartRefused(NextplayError):
    """The settings ask for something that would not be safe."""


class App:
    """The service, from its settings to its port. A context manager; `start` and `stop` once each.

    `port` is the port that it listens on, from `start` on.
    """

    def __init__(self, settings: Settings, *, journal: Journal | None = None, siblings: Siblings | None = None) -> None:
        """Build everything; nothing is read, bound or started yet. Raises `StartRefused`.

        `siblings` are the other workers, where this is one of several on one port that somebody holds for all.
        """
        refuse_open_doors(settings)
        self._settings = settings
        self._siblings = siblings
        self._journal = journal or Journal(json_lines())
        self._releases = Releases()
        self._remembering = self._built_memory()
        self._reloader = Reloader(
            Folders(settings.rules, settings.models),
            self._releases,
            journal=self._journal,
            inference=settings.inference,
            poll_seconds=settings.reload_seconds,
            objections=settings.masking.objections if self._remembering else lambda _release: (),
        )
        self._server = self._built_server()
        self._stopping = threading.Event()
        self.port = 0

    def start(self) -> None:
        """Listen, load the release, open the store, then tell the health checks, and watch the folders.

        One of several workers listens last: the kernel would send callers to it that others could answer already, and
        somebody holds the port meanwhile. Where only the model is wrong, the rules decide alone, and every answer says
        that it is degraded. Raises `PortTaken`, what is wrong with the rules: `RulebookInvalid`, `ReleaseRejected`,
        `FoldersUnreadable`, and with the store: `StoreUnavailable`, `StoreOutdated`.
        """
        if self._siblings is None:
            self._listen()
        try:
            self._load()
            self._open_memory()
        except BaseException:
            self._server.stop(0)
            self._releases.close()
            raise
        if self._remembering is not None:
            self._remembering.recorder.start()
        self._reloader.start()
        self._hear_siblings()
        self._server.announce(serving=True)
        self._tell_memory()
        if self._siblings is not None:
            self._listen()
        self._journal.lived("started", host=self._settings.host, port=self.port, insecure=self._settings.insecure)

    def stop(self) -> None:
        """Stop without failing a call: tell the health checks, serve on for the drain time, then end what runs."""
        self._journal.lived("draining", seconds=self._settings.drain_seconds)
        self._server.announce(serving=False)
        self._stopping.wait(self._settings.drain_seconds)
        self._server.stop(self._settings.grace_seconds)
        if self._remembering is not None:
            self._remembering.recorder.stop(self._settings.grace_seconds)
        self._close_memory()
        self._reloader.stop()
        self._releases.close()
        self._journal.lived("stopped")

    def hurry(self) -> None:
        """Cut the drain time short."""
        self._stopping.set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> None:
        self.port = self._server.start(self._settings.host, self._settings.port)

    def _hear_siblings(self) -> None:
        if self._siblings is not None:
            flush = self._remembering.recorder.flush if self._remembering else lambda: None
            doing: dict[Word, Callable[[], object]] = {
                "flush": flush,
                "reload": lambda: self._reloader.load(again=True),
                "tell": lambda: None,
            }
            self._siblings.listen(doing, serves=lambda: self._releases.name)

    def _built_memory(self) -> Remembering | None:
        settings = self._settings
        if settings.store == NO_STORE:
            return None
        memory = Memory(lambda: Store.open(settings.store, clock=exact_now), journal=self._journal)
        refuse = settings.when_store_fails == "refuse"
        recorder = Recorder(
            memory,
            journal=self._journal,
            most_waiting=settings.log_queue,
            before_answer=settings.log_before_answer,
            refuse=refuse,
        )
        return Remembering(memory, recorder, Entries(settings.masking), refuse=refuse)

    def _built_previews(self) -> PreviewApi | None:
        if self._remembering is None:
            return None
        return PreviewApi(
            self._remembering.memory,
            self._releases,
            tenant=self._remembering.tenant,
            inference=self._settings.inference,
            objections=self._settings.masking.objections,
        )

    def _built_memory_api(self, remembering: Remembering) -> MemoryApi:
        own = remembering.recorder
        recorder = EveryRecorder(own, self._siblings) if self._siblings else own
        return MemoryApi(remembering.memory, self._releases, recorder=recorder, tenant=remembering.tenant)

    def _load(self) -> None:
        attempt = self._reloader.load()
        if isinstance(attempt.error, ModelInvalid):
            attempt = self._reloader.load_rules_alone()
        if attempt.error is not None:
            raise attempt.error

    def _open_memory(self) -> None:
        """Open the store. A database elsewhere may come later, where it is set that decisions go on without it."""
        if self._remembering is None:
            return
        memory = self._remembering.memory
        try:
            memory.open()
        except StoreMisnamed:
            raise
        except StoreUnavailable:
            if self._remembering.refuse or not self._settings.store.startswith("postgresql"):
                raise
            with suppress(StoreUnavailable):
                memory.read(lambda _store: None)
        memory.watch(self._tell_memory)

    def _close_memory(self) -> None:
        if self._remembering is not None:
            self._remembering.memory.close()

    def _tell_memory(self) -> None:
        if self._remembering is not None:
            self._server.tell(MEMORY, serving=not self._remembering.memory.failures)

    def _built_server(self) -> GrpcServer:
        settings = self._settings
        api = DecisionApi(self._releases, journal=self._journal, remembering=self._remembering)
        remembering = self._remembering
        memory = self._built_memory_api(remembering) if remembering else None
        services = {DECISION_SERVICE: decision_endpoints(api, Options(locale=settings.locale), memory)}
        if settings.on_loopback:
            of_memory = remembering.state if remembering else None
            rulebooks = RulebookApi(self._releases, self._reloader, of_memory, siblings=self._siblings)
            services[RULEBOOK_SERVICE] = rulebook_endpoints(rulebooks, self._built_previews())
        limits = Limits(
            threads=settings.threads,
            max_waiting=settings.max_waiting,
            max_connections=settings.max_connections,
            deadline_seconds=settings.deadline_seconds,
            shares_port=self._siblings is not None,
        )
        return GrpcServer(services, limits=limits, journal=self._journal)


def refuse_open_doors(settings: Settings) -> None:
    """Raise `StartRefused` where other machines could reach the service and nobody said that they may."""
    if not settings.on_loopback and not settings.insecure:
        message = (
            f"`{settings.host}` can be reached from outside, and callers have no identity yet; "
            "listen on 127.0.0.1, or pass --insecure"
        )
        raise StartRefused(message)


def serve(settings: Settings) -> None:
    """Run the service in this process until SIGTERM or SIGINT; a second signal cuts the drain time short.

    Raises what `App` and `App.start` raise, and `CoresShort`.
    """
    refuse_short_cores(settings)
    keep_to_own(settings)
    _run(lambda: App(settings))


def serve_as_worker(settings: Settings, number: int, line: Connection) -> None:
    """Run one of several processes of the service until its supervisor says so, or is gone.

    A terminal and a service manager signal every process; here only the supervisor's word counts. Raises as `serve`
    does.
    """
    for number_of_signal in STOPPING_SIGNALS:
        signal.signal(number_of_signal, signal.SIG_IGN)
    keep_to_own(settings, number)
    siblings = Siblings(line, number)
    _run(
        lambda: App(settings, journal=Journal(json_lines(), worker=number), siblings=siblings),
        siblings.say_serving,
        stopping=(STOP,),
    )


def _run(
    build: Callable[[], App],
    on_start: Callable[[], None] = lambda: None,
    *,
    stopping: tuple[signal.Signals, ...] = STOPPING_SIGNALS,
) -> None:
    """Start, wait for a signal, stop.

    The signals are blocked and waited for, because a handler that touched a lock could meet the lock of the very
    code that it interrupted.
    """
    former = signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
    try:
        app = build()
        app.start()
        on_start()
        signal.sigwait(stopping)
        threading.Thread(target=_hurry_at_signal, args=(app, stopping), name="signals", daemon=True).start()
        app.stop()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _hurry_at_signal(app: App, stopping: tuple[signal.Signals, ...]) -> None:
    signal.sigwait(stopping)
    app.hurry()
