"""The events of ruamel.yaml's parser: bounded in depth, and read faster.

ruamel.yaml asks for one character at a time, through properties that look up their owner each time. A rulebook is read
whole on every start and reload, so the few methods where that time goes are written again here with regular
expressions; a test holds the events equal to ruamel.yaml's own. Everything else is inherited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import events, tokens
from ruamel.yaml.docinfo import DocInfo
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner

_BREAKS: Final = r"\0\r\n\x85\u2028\u2029"
_ENDS: Final = rf"{_BREAKS} \t"
_PLAIN_IN_BLOCK: Final = re.compile(rf"[^{_ENDS}:]*(?::(?![{_ENDS}])[^{_ENDS}:]*)*")
_PLAIN_IN_FLOW: Final = re.compile(rf"[^{_ENDS}:,\[\]{{}}]*(?::(?![{_ENDS}])[^{_ENDS}:,\[\]{{}}]*)*")
_SPACES: Final = re.compile(r" *")
_COMMENT: Final = re.compile(rf"#[^{_BREAKS}]*")
_BEFORE_TOKENS: Final = " \t#\r\n\x85\u2028\u2029\ufeff"
_MOVES_LINE: Final = re.compile(r"[\r\n\ufeff]")


class TooDeep(Exception):
    """Nesting over the limit, at `line` and `column` from 1."""

    def __init__(self, mark: Any) -> None:  # noqa: ANN401  ruamel.yaml's marks are not typed
        super().__init__()
        self.line: int = mark.line + 1
        self.column: int = mark.column + 1


@dataclass(slots=True)
class _Mark:
    """A place in the text, from 0."""

    index: int
    line: int
    column: int


class _TextReader(Reader):
    """Reads a text that is there as a whole."""

    def length_of(self, pattern: re.Pattern[str]) -> int:
        """Return how many characters from here on `pattern` takes."""
        found = pattern.match(self.buffer, self.pointer)
        return 0 if found is None else found.end() - self.pointer

    def peek(self, index: int = 0) -> Any:  # noqa: ANN401  overridden
        return self.buffer[self.pointer + index]

    def forward(self, length: int = 1) -> None:
        end = self.pointer + length
        if end >= len(self.buffer) or _MOVES_LINE.search(self.buffer, self.pointer, end):
            super().forward(length)
            return
        self.pointer = end
        self.index += length
        self.column += length

    def get_mark(self) -> _Mark:
        return _Mark(self.index, self.line, self.column)


class _Loader:
    """What ruamel.yaml's parts ask of the object that holds them together."""

    processing_version = (1, 2)
    comment_handling = None
    tags: dict[str, str] | None = None
    version: Any = None

    def __init__(self, text: str, deepest: int) -> None:
        self.doc_infos = [DocInfo()]
        self._resolver = self
        self._reader = _TextReader(text, loader=self)
        self._scanner = _FastScanner(self, self._reader, deepest)
        self._parser = _FastParser(self, self._scanner)

    def events(self) -> Iterator[Any]:
        """Yield every event."""
        while self._parser.check_event():
            yield self._parser.get_event()


class _FastScanner(Scanner):
    """Finds plain scalars by regular expression, and refuses brackets beyond the limit.

    The limit stands here because the look-ahead of the scanner is quadratic in the number of open brackets.
    """

    reader: Any = None

    def __init__(self, loader: _Loader, reader: _TextReader, deepest: int) -> None:
        self.reader = reader
        self.deepest = deepest
        super().__init__(loader)

    def need_more_tokens(self) -> bool:
        if self.done:
            return False
        if not self.tokens:
            return True
        if not self.possible_simple_keys:
            return False
        self.stale_possible_simple_keys()
        return bool(self.next_possible_simple_key() == self.tokens_taken)

    def check_token(self, *choices: Any) -> bool:  # noqa: ANN401  overridden
        if not self.tokens or self.possible_simple_keys:
            while self.need_more_tokens():
                self.fetch_more_tokens()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803, ANN401  overridden
        if len(self.flow_context) >= self.deepest:
            raise TooDeep(self.reader.get_mark())
        super().fetch_flow_collection_start(TokenClass, to_push)

    def scan_to_next_token(self) -> None:
        reader = self.reader
        if reader.buffer[reader.pointer] not in _BEFORE_TOKENS:
            return
        while True:
            reader.forward(reader.length_of(_SPACES))
            if reader.peek() == "#":
                reader.forward(reader.length_of(_COMMENT))
            if reader.peek() not in "\r\n":
                break
            self.scan_line_break()
            if not self.flow_context:
                self.allow_simple_key = True
        super().scan_to_next_token()

    def scan_plain(self) -> Any:  # noqa: ANN401  overridden
        reader = self.reader
        pattern = _PLAIN_IN_FLOW if self.flow_context else _PLAIN_IN_BLOCK
        chunks: list[str] = []
        spaces: list[str] = []
        start_mark = end_mark = reader.get_mark()
        while reader.peek() != "#":
            length = reader.length_of(pattern)
            if not length:
                break
            self.allow_simple_key = False
            chunks += spaces
            chunks.append(reader.prefix(length))
            reader.forward(length)
            end_mark = reader.get_mark()
            spaces = self.scan_plain_spaces(self.indent + 1, start_mark)
            if not spaces or (not self.flow_context and reader.column < self.indent + 1):
                break
        return tokens.ScalarToken("".join(chunks), True, start_mark, end_mark)  # noqa: FBT003  theirs


class _FastParser(Parser):
    """Holds its parts as attributes."""

    scanner: Any = None
    resolver: Any = None

    def __init__(self, loader: _Loader, scanner: _FastScanner) -> None:
        self.scanner = scanner
        self.resolver = loader
        super().__init__(loader)


def read_events(text: str, *, deepest: int) -> Iterator[Any]:
    """Yield the events of `text`; raises `TooDeep` or ruamel.yaml's `YAMLError`."""
    depth = 0
    for event in _Loader(text, deepest).events():
        if isinstance(event, events.CollectionStartEvent):
            depth += 1
            if depth > deepest:
                raise TooDeep(event.start_mark)
        elif isinstance(event, events.CollectionEndEvent):
            depth -= 1
        yield event
