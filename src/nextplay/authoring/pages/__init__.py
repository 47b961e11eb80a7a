"""The rulebook as pages for people: what is seen, what it means, what to do, all linked both ways."""

from nextplay.authoring.pages.site import rulebook_pages

__all__ = ["rulebook_pages"]
