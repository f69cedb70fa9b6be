"""The exercises of the course: ``lesson_NN/NAME.py``, one file an exercise. README.md, beside this file, says how to write one.

Its name is also that of the function `wslab.lessons.exercises`, which lists them: `wslab.lessons` imports this package before it
binds the function, and an import that comes later finds the package in `sys.modules` and binds nothing.
"""

from __future__ import annotations
