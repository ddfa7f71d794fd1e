"""What a result depends on is checked on small packages written for each test, and against what really runs."""

import importlib
import importlib.metadata
import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from executed_code import executed_definitions, missed

import cnnfigs.provenance
from cnnfigs.provenance import Dependencies, dependencies, digest, file_digest, glance, remembered
from cnnfigs.provenance.reach import Reach

Package = Callable[[dict[str, str]], str]
_numbers = itertools.count()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """Write files (``PKG`` in them stands for the package's name) into a new package and return its name.

    Called again, it writes into the same package.
    """
    name = f"tiny{next(_numbers)}"
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(files: dict[str, str]) -> str:
        for path, text in {"__init__.py": "", **files}.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).replace("PKG", name), encoding="utf-8")
        importlib.invalidate_caches()
        return name

    yield write
    for module in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[module]


def changes(package: Package, target: str, edit: dict[str, str], **options: bool) -> bool:
    """Whether an edit of files changes the digest of a target."""
    before = digest(target, **options)
    package(edit)
    return digest(target, **options) != before


def names(found: Dependencies) -> set[str]:
    """Definitions without the package's name."""
    return {name.partition(".")[2] if "." in name.partition(":")[0] else name for name in found.definitions}


ILLUSTRATION = {
    "base.py": """
        from PKG.numbers import accepted

        class Illustration:
            registry = {}

            def __init_subclass__(cls):
                Illustration.registry[cls.__name__] = cls

            def run(self):
                raise NotImplementedError

            def check(self):
                return accepted(self.size)

            def show(self):
                from PKG import drawing
                return drawing.sheet(self.draw(self.run()))
    """,
    "numbers.py": """
        LIMIT = 9

        def accepted(size):
            return size < LIMIT

        def double(size):
            return 2 * size
    """,
    "drawing.py": """
        def sheet(run):
            return f"<{run}>"
    """,
    "padding.py": """
        from dataclasses import dataclass
        from PKG import drawing
        from PKG.base import Illustration
        from PKG.numbers import double

        @dataclass(frozen=True)
        class Padding(Illustration):
            size: int = 5

            def __post_init__(self):
                self.check()

            def run(self):
                return double(self.size)

            def draw(self, run):
                return drawing.sheet(run)
    """,
}


def test_method_reaches_fields_special_methods_and_what_it_mentions_but_no_other_method(package: Package) -> None:
    name = package(ILLUSTRATION)
    assert names(dependencies(f"{name}.padding:Padding.run")) == {
        "padding:Padding.<fields>",
        "padding:Padding.__post_init__",
        "padding:Padding.run",
        "base:Illustration.<fields>",
        "base:Illustration.__init_subclass__",
        "base:Illustration.run",
        "base:Illustration.check",
        "numbers:accepted",
        "numbers:LIMIT",
        "numbers:double",
    }


def test_class_reaches_all_its_members_and_bases(package: Package) -> None:
    name = package(ILLUSTRATION)
    found = names(dependencies(f"{name}.padding:Padding"))
    assert {"padding:Padding", "base:Illustration", "drawing:sheet", "numbers:double", "numbers:LIMIT"} <= found


@pytest.mark.parametrize(
    ("file", "old", "new", "run_changes"),
    [
        ("padding.py", "return drawing.sheet(run)", "return drawing.sheet(run) * 2", False),
        ("drawing.py", "<{run}>", "[{run}]", False),
        ("base.py", "self.draw(self.run())", "self.draw(self.run()) * 2", False),
        ("padding.py", "return double(self.size)", "return double(self.size + 1)", True),
        ("padding.py", "size: int = 5", "size: int = 6", True),
        ("padding.py", "frozen=True", "frozen=True, order=True", True),
        ("numbers.py", "2 * size", "3 * size", True),
        ("numbers.py", "LIMIT = 9", "LIMIT = 10", True),
        ("base.py", "return accepted(self.size)", "return not accepted(self.size)", True),
        ("padding.py", "import double", "import accepted as double", True),
    ],
)
def test_edit_changes_run_and_picture_only_where_they_use_it(
    package: Package, file: str, old: str, new: str, run_changes: bool
) -> None:
    name = package(ILLUSTRATION)
    whole = digest(f"{name}.padding:Padding")
    edited = ILLUSTRATION[file].replace(old, new)
    assert edited != ILLUSTRATION[file]
    assert changes(package, f"{name}.padding:Padding.run", {file: edited}) is run_changes
    assert digest(f"{name}.padding:Padding") != whole


def test_comments_docstrings_and_formatting_change_nothing(package: Package) -> None:
    plain = """
        import math

        SIZES = {"a": 1, "b": 2}

        class Shape:
            width: int = 3

            def area(self, factor=1):
                return math.prod([self.width, factor]) + SIZES["a"]
    """
    dressed = '''
        """A module docstring."""
        import math  # for prod


        SIZES = {  # by name
            'a': 1,
            'b': 2,
        }


        class Shape:
            """A shape."""

            width: int = 3
            """How wide it is."""

            def area(self, factor=1):
                """Compute the area."""
                return (
                    math.prod([self.width, factor])
                    + SIZES["a"]
                )
    '''
    name = package({"shapes.py": plain})
    assert not changes(package, f"{name}.shapes:Shape", {"shapes.py": dressed})
    assert changes(package, f"{name}.shapes:Shape", {"shapes.py": plain.replace("3", "4")})


def test_comments_count_where_asked_for(package: Package) -> None:
    name = package({"a.py": "def f(): return 1  # one"})
    assert not changes(package, f"{name}.a:f", {"a.py": "def f(): return 1  # uno"})
    assert changes(package, f"{name}.a:f", {"a.py": "def f(): return 1  # two"}, verbatim=True)


def test_module_is_a_target(package: Package) -> None:
    name = package({"a.py": "def f(): return 1\ndef g(): return 2", "b.py": "def h(): return 3"})
    for target in [f"{name}.a", f"{name}:a"]:
        assert names(dependencies(target)) == {"a:f", "a:g"}
    assert names(dependencies(name)) == {"a:f", "a:g", "b:h"}


def test_docstrings_count_where_they_are_read(package: Package) -> None:
    source = '''
        def area():
            """{}"""

        def summary():
            return area.__doc__
    '''
    name = package({"shapes.py": source.format("One.")})
    before = digest(f"{name}.shapes:area")
    assert changes(package, f"{name}.shapes:summary", {"shapes.py": source.format("Two.")})
    assert digest(f"{name}.shapes:area") == before


@pytest.mark.parametrize(
    "user",
    [
        "from PKG.tools import used\ndef f(): return used()",
        "from .tools import used\ndef f(): return used()",
        "from . import tools\ndef f(): return tools.used()",
        "import PKG.tools\ndef f(): return PKG.tools.used()",
        "import PKG.tools as t\ndef f(): return t.used()",
        "def f():\n    from PKG.tools import used\n    return used()",
        "def f():\n    from . import tools\n    return [tools.used() for _ in 'ab']",
        "from PKG.shop import used\ndef f(): return used()",
        "from PKG import shop\ndef f(): return shop.used()",
        "try:\n    from PKG.tools import used\nexcept ImportError:\n    used = None\ndef f(): return used()",
        "from PKG.tools import used\ng = used\ndef f(): return g()",
        "from PKG.tools import used\ndef f(g=used): return g()",
        "from PKG.tools import used\n@used\ndef f(): pass",
        "from PKG.tools import used\ndef f(): return (lambda x: used())(1)",
        "from PKG.tools import used\ndef f():\n    class Inner:\n        def g(self): return used()\n    return Inner",
        "from PKG.tools import used\ndef f(used_too=1):\n    def g(): return used()\n    return g()",
    ],
)
def test_name_is_followed_through_every_way_of_importing(package: Package, user: str) -> None:
    tools = "def used(): return 1\ndef unused(): return 2"
    name = package({"tools.py": tools, "shop.py": "from PKG.tools import used", "user.py": user})
    found = names(dependencies(f"{name}.user:f"))
    assert "tools:used" in found
    assert "tools:unused" not in found


@pytest.mark.parametrize(
    "user",
    [
        "from PKG.tools import *\ndef f(): return used()",
        "from PKG import tools\ndef f(name): return getattr(tools, name)()",
        "import importlib\ndef f(): return importlib.import_module('PKG.tools').used()",
        "from importlib import import_module\ndef f(name): return import_module(f'PKG.{name}').used()",
        "from importlib import import_module\ndef f(name): return import_module('.' + name, __package__).used()",
        "from PKG import tools\ndef f(): return dict(tools=tools)",
        "from PKG.shop import used\ndef f(): return used()",
    ],
)
def test_what_cannot_be_followed_counts_whole(package: Package, user: str) -> None:
    tools = "def used(): return 1\ndef unused(): return 2"
    shop = "def __getattr__(name):\n    import PKG.tools\n    return getattr(PKG.tools, name)"
    name = package({"tools.py": tools, "shop.py": shop, "user.py": user})
    assert {"tools:used", "tools:unused"} <= names(dependencies(f"{name}.user:f"))


def test_local_names_are_not_taken_for_global_ones(package: Package) -> None:
    name = package(
        {
            "a.py": """
                def run(): pass
                def other(): pass
                def parameter(run): return run
                def assigned():
                    run = 1
                    return [other for other in range(run)]
                def read():
                    return [other() for _ in range(3)]
                def outermost():
                    return [other for other in other()]
            """
        }
    )
    assert names(dependencies(f"{name}.a:parameter", f"{name}.a:assigned")) == {"a:parameter", "a:assigned"}
    assert names(dependencies(f"{name}.a:read")) == {"a:read", "a:other"}
    assert names(dependencies(f"{name}.a:outermost")) == {"a:outermost", "a:other"}


def test_annotations_lead_to_aliases_not_into_classes(package: Package) -> None:
    name = package(
        {
            "a.py": """
                from __future__ import annotations
                from typing import TYPE_CHECKING, Literal
                if TYPE_CHECKING:
                    from PKG.b import Heavy
                Padding = Literal["valid", "same"]
                class Picture: pass
                def f(padding: Padding, heavy: Heavy) -> Picture: return padding
            """,
            "b.py": "class Heavy: pass",
        }
    )
    assert names(dependencies(f"{name}.a:f")) == {"a:f", "a:Padding"}


def test_statements_that_run_at_import_count_with_every_definition(package: Package) -> None:
    name = package(
        {
            "__init__.py": "import os\nos.environ['TINY'] = '1'",
            "a.py": """
                from PKG.b import prepare, register
                ENTRIES = {}
                ENTRIES["x"] = 1
                with prepare():
                    pass
                def f(): return ENTRIES
                @register
                def kept(): return 3
                def unused(): return 4
                if __name__ == "__main__":
                    unused()
            """,
            "b.py": "def prepare(): pass\ndef register(f): return f\ndef more(): pass",
        }
    )
    found = names(dependencies(f"{name}.a:f"))
    assert found == {f"{name}:<module>", "a:<module>", "a:f", "a:ENTRIES", "a:kept", "b:prepare", "b:register"}
    assert changes(package, f"{name}.a:f", {"__init__.py": "import os\nos.environ['TINY'] = '2'"})


def test_members_are_found_through_bases_in_other_modules(package: Package) -> None:
    name = package(
        {
            "far.py": "class Far:\n    def helper(self): return 1\n    def other(self): return 2",
            "near.py": "from PKG import far\nclass Near(far.Far):\n    def helper(self): return super().helper()",
            "a.py": """
                from PKG.near import Near
                class A(Near):
                    def _value(self): return 1
                    value = property(_value)
                    def run(self): return self.helper() + self.value
                    def draw(self): return self.other()
            """,
        }
    )
    assert names(dependencies(f"{name}.a:A.run")) == {
        "a:A.<fields>",
        "a:A.run",
        "a:A._value",
        "near:Near.<fields>",
        "near:Near.helper",
        "far:Far.<fields>",
        "far:Far.helper",
    }
    assert "far:Far.other" in names(dependencies(f"{name}.a:A.other"))


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("HERE / 'palette.toml'", {"palette.toml"}),
        ("open('palette.toml')", {"palette.toml"}),
        ("HERE / 'weights'", {"weights/a.h5", "weights/deep/b.h5"}),
        ("HERE / 'weights' / f'{name}.h5'", {"weights/a.h5", "weights/deep/b.h5"}),
        ("HERE / 'weights' / 'a.h5'", {"weights/a.h5"}),
        ("HERE / f'{name}.toml'", {"palette.toml"}),
        ("HERE / 'weights' / name", {"weights/a.h5", "weights/deep/b.h5"}),
        ("HERE.joinpath('weights', name)", {"weights/a.h5", "weights/deep/b.h5"}),
        ("'weight'", set()),
        ("HERE / 'code.py'", set()),
    ],
)
def test_files_that_code_names_count_as_read(package: Package, code: str, read: set[str]) -> None:
    name = package(
        {
            "code.py": f"from pathlib import Path\nHERE = Path(__file__).parent\ndef f(name): return {code}",
            "palette.toml": "blue",
            "weights/a.h5": "1",
            "weights/deep/b.h5": "2",
        }
    )
    folder = Path(importlib.util.find_spec(name).submodule_search_locations[0])  # type: ignore[union-attr, index]
    target = f"{name}.code:f"
    assert {path.relative_to(folder).as_posix() for path in dependencies(target).files} == read
    for file in ["palette.toml", "weights/a.h5", "weights/deep/b.h5"]:
        assert changes(package, target, {file: f"other {file}"}) is (file in read)
    before = digest(target)
    (folder / "weights/a.h5").unlink()
    assert (digest(target) != before) is ("weights/a.h5" in read)


def test_file_is_found_from_another_folder_of_the_package(package: Package) -> None:
    name = package({"data/digits.npz": "1", "deep/a.py": "def f(root): return root / 'data' / 'digits.npz'"})
    assert [path.name for path in dependencies(f"{name}.deep.a:f").files] == ["digits.npz"]


def test_file_digest_follows_the_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    assert file_digest(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    file.write_bytes(b"abcd")
    assert file_digest(file) != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_glance_sees_every_file_and_library_that_a_digest_could(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = package({"one.py": "x = 1", "table.csv": "1"})
    seen = [glance(name)]
    assert glance(name) == seen[0]
    folder = tmp_path / name
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "one.cpython-311.pyc").write_bytes(b"compiled")
    assert glance(name) == seen[0]

    def look() -> None:
        seen.append(glance(name))

    package({"one.py": "x = 22"})
    look()
    package({"table.csv": "12"})
    look()
    package({"inner/two.py": ""})
    look()
    (folder / "table.csv").rename(folder / "moved.csv")
    look()
    (folder / "one.py").unlink()
    look()
    (tmp_path / "library-2.0.dist-info").mkdir()
    look()
    (tmp_path / "library-2.0.dist-info").rename(tmp_path / "library-2.1.dist-info")
    look()
    assert len(set(seen)) == 8
    with pytest.raises(LookupError, match="there is no package tiny_and_absent"):
        glance("tiny_and_absent")


@pytest.mark.parametrize("in_file", [True, False], ids=["in a file", "in the process"])
def test_a_digest_is_remembered_until_something_changes_that_was_looked_at(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_file: bool
) -> None:
    name = package(
        {
            "one.py": "from PKG import middle\ndef f(): return middle.g(), open('table.csv')",
            "middle.py": "from PKG.deep import g",
            "deep.py": "def g(): return 1",
            "other.py": "def h(): return 1",
            "table.csv": "1",
            "free.csv": "1",
        }
    )
    file, folder, reached = tmp_path / "remembered" / "f", tmp_path / name, []
    # Each Reach is noted, and works as ever.
    monkeypatch.setattr(cnnfigs.provenance, "Reach", lambda targets: reached.append(targets) or Reach(targets))

    def worked_out(**options: bool) -> bool:
        """Whether it is worked out again, and is in any case what it would be without a memory."""
        reached.clear()
        found = (partial(remembered, file) if in_file else digest)(f"{name}.one:f", **options)
        again = bool(reached)
        with monkeypatch.context() as forgetful:
            forgetful.setattr(cnnfigs.provenance, "_known", {})
            assert found == digest(f"{name}.one:f", **options)
        return again

    assert [worked_out(), worked_out()] == [True, False]
    (folder / "other.py").write_text("def h(): return 22")
    (folder / "free.csv").write_text("22")
    assert not worked_out()
    edits = {"deep.py": "def g(): return 22", "middle.py": f"from {name}.other import h as g", "table.csv": "22"}
    for path, text in edits.items():
        (folder / path).write_text(text)
        assert [worked_out(), worked_out()] == [True, False], path
    assert [worked_out(verbatim=True), worked_out(verbatim=True), worked_out(libraries=False)] == [True, False, True]
    assert worked_out() == in_file  # a file remembers one answer
    # A name may lead to what has come.
    (folder / "inner").mkdir()
    (folder / "inner" / "table.csv").write_text("3")
    assert [worked_out(), worked_out()] == [True, False]
    (folder / "free.csv").unlink()
    assert worked_out()
    (tmp_path / "library-2.0.dist-info").mkdir()
    assert worked_out()
    if in_file:
        file.write_text("half of it")
        assert worked_out()
    (folder / "deep.py").unlink()
    assert worked_out()
    (folder / "middle.py").unlink()
    for _ in range(2):
        with pytest.raises(LookupError):
            (partial(remembered, file) if in_file else digest)(f"{name}.two:f")


def test_versions_of_used_libraries_count(package: Package, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = package(
        {
            "a.py": """
                import os
                import numpy as np
                from PIL import Image
                def f(): return np.ones(3), os
                def g(): return 1
            """,
            "b.py": "def h():\n    import keras\n    return keras",
        }
    )
    assert dependencies(f"{name}.a:f").libraries == ("numpy",)
    assert dependencies(f"{name}.b:h").libraries == ("keras", "tensorflow")
    targets = [f"{name}.a:f", f"{name}.a:g", f"{name}.b:h"]
    before = [digest(target) for target in targets]
    without = [digest(target, libraries=False) for target in targets]
    installed = importlib.metadata.version
    # TensorFlow is installed as tensorflow-cpu on some platforms: any change must count under either name.
    changed = {"numpy": "0.0", "tensorflow": "0.0", "tensorflow-cpu": "0.0", "tensorflow_cpu": "0.0"}
    monkeypatch.setattr(importlib.metadata, "version", lambda name: changed.get(name) or installed(name))
    # A library that is installed anew changes its folder.
    monkeypatch.syspath_prepend(tmp_path)
    assert [digest(target) != old for target, old in zip(targets, before, strict=True)] == [True, False, True]
    assert [digest(target, libraries=False) for target in targets] == without


def test_digest_is_the_same_on_every_python(package: Package) -> None:
    """The expected value was computed on 3.11, 3.12 and 3.13, whose syntax trees differ in f-strings and new fields."""
    source = r'''
        from __future__ import annotations
        import asyncio, os.path as p
        from . import other as o

        WIDTH, *REST = 1, 2.5, 3j, -4, 1e300, b"\x00\xff", None, ..., True, "é\U0001fae8\n"

        @o.decorate(x := 3)
        class A(o.Base, metaclass=type, **{}):
            """doc"""
            field: list[int] = []

            async def m(self, a, /, b: int = 1, *c, d=2, e, **f) -> None:
                """doc"""
                async with a as q, self.x[1:2, ::3] as r:
                    yield q
                return

            def f(self, v, w):
                text = f"a{{b}}{v!r:>{w}.{w}f}" "c" f"{v:}" f"{v=}" f"" "" f"{v:%H:%M}" f"{{" rf"\d{v}"
                match v:
                    case {"k": [1, *rest], **others} | A(field=0, m=str(rest)) if w: return lambda: (rest, others)
                    case None | -1: pass
                    case _: del w
                try:
                    return {**v, "x": [i async for i in w if i for j in i]}, {*w}
                except* (ValueError, KeyError) as error:
                    raise error from None
                finally:
                    global G; G = v if w else not v
                while v < w <= 3 != 4: break
                else: assert v, "no"
                with (v as a, w as b): pass
                x: int
                (y): int = 3
                x @= y; x //= 2
                return await_ if (z := 10) else v[..., w]
    '''
    Path(sys.path[0], "golden").mkdir()
    package({"../golden/__init__.py": source, "../golden/other.py": "Base = object\ndef decorate(x): return x"})
    assert digest("golden", libraries=False) == "078df13aa01a287eee4e35d9897dad3f5c1a06eef2eb61bba927eaeb82638dd6"


@pytest.mark.parametrize("target", ["PKG.none:f", "PKG.a:none", "PKG.a:A.none", "no_such_package:f"])
def test_unknown_target_is_named(package: Package, target: str) -> None:
    name = package({"a.py": "class A: pass"})
    target = target.replace("PKG", name)
    with pytest.raises(LookupError, match=target):
        digest(target)


def test_broken_source_is_named(package: Package) -> None:
    name = package({"a.py": "x = 1\ndef f(:\n"})
    with pytest.raises(SyntaxError, match=r"a\.py:2: "):
        digest(f"{name}.a:x")


def test_nothing_is_imported(package: Package) -> None:
    name = package({"a.py": "raise RuntimeError('imported')\ndef f(): pass"})
    assert f"{name}.a:f" in dependencies(f"{name}.a:f").definitions
    assert name not in sys.modules


def test_everything_executed_is_reachable(package: Package) -> None:
    name = package(ILLUSTRATION)
    padding = importlib.import_module(f"{name}.padding").Padding
    run = executed_definitions(lambda: padding(size=3).run(), name)
    assert run == {
        (f"{name}.padding", "Padding.__post_init__"),
        (f"{name}.padding", "Padding.run"),
        (f"{name}.base", "Illustration.check"),
        (f"{name}.numbers", "accepted"),
        (f"{name}.numbers", "double"),
    }
    assert missed(lambda: padding(size=3).run(), name, f"{name}.padding:Padding.run") == set()
    assert missed(lambda: padding(size=3).show(), name, f"{name}.padding:Padding") == set()
    # The guard can fail: drawing is no part of run.
    assert (f"{name}.drawing", "sheet") in missed(lambda: padding(size=3).show(), name, f"{name}.padding:Padding.run")
