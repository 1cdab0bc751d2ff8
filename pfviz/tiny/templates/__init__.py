"""The templates of stories by theme. Each takes a story's `StoryWords` and returns its text and the expression
asked for.

A template is written freely: `stories.make_task` rejects a draw with a value that is negative, not whole, or too large.
To add one, write it in the file of its theme and list it in `stories.TEMPLATES`.
"""
