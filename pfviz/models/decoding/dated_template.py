"""Chat templates that ask what day it is, told a day that is given.

transformers lends templates a function `strftime_now`, which reads the clock, and takes no other function in its place.
A macro of that name, set before the template, hides it.
"""

from __future__ import annotations

import json
import string
from datetime import datetime

FUNCTION = "strftime_now"
_DIRECTIVES = [f"%{flag}{letter}" for flag in ("", "-") for letter in string.ascii_letters] + ["%%"]
# The template's `trim_blocks` take the line break at the end away again.
_MACRO = (
    "{%- macro strftime_now(format) %}{% set said = namespace(text=format) %}"
    "{% for directive, value in TABLE.items() %}{% set said.text = said.text.replace(directive, value) %}{% endfor %}"
    "{{ said.text }}{% endmacro %}\n"
)


def set_date(template: str, when: datetime) -> str:
    """The template, for which it is `when`; itself if it does not ask."""
    if FUNCTION not in template:
        return template
    table = {directive: when.strftime(directive) for directive in _DIRECTIVES if directive in template}
    return _MACRO.replace("TABLE", json.dumps(table)) + template
