"""The answer that an exercise asks for: all that a trial must know of its exercise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Wants = Literal["async def", "def", "handler", "javascript"]
"""What an exercise asks for: an async function, a plain one, an async function that serves one connection, or JavaScript.

JavaScript is handed over as text, in which a function of the answer's name is defined; the check runs it in a real Node.
"""


@dataclass(frozen=True, kw_only=True)
class AnswerSpec:
    """The function, or the text of one, that a learner hands over.

    Attributes:
        number: Number of the exercise: lesson and place, such as ``00.1``.
        answer: The name the answer must have in the notebook.
        wants: What kind of function the answer is, or the text of one in JavaScript.
        parameters: Names of its parameters; a check calls it with that many arguments.
    """

    number: str
    answer: str
    wants: Wants
    parameters: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The line an answer begins with."""
        if self.wants == "javascript":
            return f"function {self.answer}({', '.join(self.parameters)}) {{"
        keyword = "def" if self.wants == "def" else "async def"
        return f"{keyword} {self.answer}({', '.join(self.parameters)}):"

    @property
    def check_line(self) -> str:
        """The line that checks the answer, as it stands in the notebook."""
        return f'await check("{self.number}", {self.answer})'

    @property
    def language(self) -> str:
        """The language of example, stub and solution, as Markdown names it."""
        return "javascript" if self.wants == "javascript" else "python"

    @property
    def save_line(self) -> str:
        """The line above an answer in JavaScript: it puts the cell's text into a Python variable, and runs nothing."""
        return f"%%node --save {self.answer}"
