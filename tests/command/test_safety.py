"""Whatever a learner does, in whatever order, and whatever is shipped meanwhile: nothing they wrote is ever lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command.sample import GLOSSARY, LESSON, SOLUTION, run_all, snapshot, type_into, write_course
from wslab.command.course import lay_out
from wslab.command.editions import MANIFEST, fingerprint

FILES = (LESSON, SOLUTION, GLOSSARY)
ACTIONS = st.one_of(
    st.tuples(st.just("type"), st.sampled_from(FILES)),
    st.tuples(st.just("run"), st.sampled_from(FILES[:2])),
    st.tuples(st.just("type into the offer"), st.sampled_from(FILES)),
    st.tuples(st.just("delete"), st.sampled_from([*FILES, MANIFEST])),
    st.tuples(st.just("ship"), st.sampled_from(["first", "second", "third"])),
    st.tuples(st.just("wslab"), st.sampled_from(["1", "2"])),
)


@settings(max_examples=150)
@given(st.lists(ACTIONS, max_size=25))
def test_nothing_that_a_learner_wrote_is_ever_lost(actions: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        shipped, folder = write_course(Path(place) / "shipped"), Path(place) / "course"
        lay_out(shipped, folder, "1")
        editions = {name: {fingerprint(shipped / name)} for name in FILES}
        for count, (action, what) in enumerate(actions):
            if action == "ship":
                write_course(shipped, what)
                for name in FILES:
                    editions[name].add(fingerprint(shipped / name))
            elif action == "wslab":
                written = works(folder, editions)
                lay_out(shipped, folder, what)
                after = snapshot(folder)
                assert {name: after.get(name) for name in written} == written
                assert all((folder / name).exists() for name in FILES)
            else:
                act(folder, action, what, f"work {count}")


def works(folder: Path, editions: dict[str, set[str | None]]) -> dict[str, bytes]:
    """The files that hold a learner's work: all but the manifest and what is word for word an edition of ours."""
    ours = set().union(*editions.values())
    return {
        name: data
        for name, data in snapshot(folder).items()
        if name != MANIFEST and fingerprint(folder / name) not in ours
    }


def act(folder: Path, action: str, what: str, text: str) -> None:
    """Does what a learner does, where there is something to do it to."""
    paths = [folder / what]
    if action == "type into the offer":
        paths = sorted((folder / what).parent.glob(f"{Path(what).stem}.new-*"))
    for path in paths:
        if not path.exists():
            continue
        if action == "delete":
            path.unlink()
        elif action == "run":
            run_all(path)
        elif path.suffix == ".ipynb":
            type_into(path, text)
        else:
            path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
