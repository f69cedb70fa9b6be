"""The `wslab` command: what a learner types before the first lesson.

    main      reads what was typed, and says what is wrong with it
    course    lays the notebooks out in a folder, without ever overwriting a learner's work
    editions  which notebooks are ours, whatever they have printed since: fingerprints, the record, the manifest
    jupyter   opens JupyterLab on lesson 00
    doctor    runs the checks and says what to type for what is missing
    checks    what is checked

The command stands beside the package, not inside it: it imports no room, and nothing imports it. So `wslab doctor` can
still speak in an environment where half of what the rooms need is missing.
"""

from __future__ import annotations
