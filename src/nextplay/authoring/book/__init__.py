"""A whole book of accounts: read row by row, and worked through on all cores with the same result on any number."""

from nextplay.authoring.book.rows import Book, Row, open_book
from nextplay.authoring.book.snapshots import BadRow, QuestionReader, RowReader, shared_reason
from nextplay.authoring.book.workers import work_through

__all__ = [
    "BadRow",
    "Book",
    "QuestionReader",
    "Row",
    "RowReader",
    "open_book",
    "shared_reason",
    "work_through",
]
