"""Recorded runs that ship with the package: what each of them shows, their traces, and small pictures of them."""

from pfviz.stories.stories import STORIES, Story, load_ghost, load_story

__all__ = ["STORIES", "Story", "load_ghost", "load_story"]
