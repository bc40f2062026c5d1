"""Every regular expression of ours, in Python and in the page, is linear on a text of 50,000 characters."""

from __future__ import annotations

import ast
import collections
import importlib
import itertools
import json
import pkgutil
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.contracts.test_urls import ALL

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *("kit", "people", "groups", "search", "live", "topics", "profiles", "walls", "notifications", "imports"),
    *("archive", "intranet"),
)
LENGTH = 50_000
#: seconds of work for a tenth of that and for all of it; what grows with the square takes 25 s and more
SHORT, LONG = 0.2, 1.0
#: what is not repeated by itself: the openings and closings that make a pattern look on
EDGES = ("", "[@", "](", "![x](picture:", '"', "1", "-", "x:", "|", "=", "`", "\\", "http://", "\n")
Uses = dict[str, tuple[re.Pattern, str]]


def in_modules() -> Uses:
    """Every compiled pattern that is a name of a module or a class of ours."""
    found = {}
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if any(part in module.name for part in ("migrations", ".celery", "asgi", "wsgi", "__main__")):
                continue
            names = vars(importlib.import_module(module.name)).items()
            patterns = {f"{module.name}.{name}": value for name, value in names if isinstance(value, re.Pattern)}
            found |= {name: (pattern, "finditer") for name, pattern in patterns.items()}
    return found


_CALLS = ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
#: Django's own ways to a pattern: none is used, and one that is has to be looked at here first
_ELSEWHERE = re.compile(r"RegexValidator|RegexField|__i?regex\b|from re import|import re as|import regex")


def _calls_of_re(path: Path):
    """(call, whether it makes a name of the module) of everything that is asked of ``re`` in a file."""
    tree = ast.parse(path.read_text())
    named = {id(node.value) for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            if of_re and node.func.attr in _CALLS:
                yield node, id(node) in named and node.func.attr == "compile"


def in_functions() -> Uses:
    """Every pattern written as a text in a call of ``re`` that is no name of a module, and how it is used there."""
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node, is_named in _calls_of_re(path):
                first = node.args[0]
                if isinstance(first, ast.Constant) and not is_named:
                    method = node.func.attr if node.func.attr in ("match", "fullmatch") else "finditer"
                    found[f"{path.relative_to(ROOT)}:{node.lineno}"] = (re.compile(first.value), method)
    return found


def in_addresses() -> Uses:
    """What every address is compared with."""
    return {f"address {name}": (pattern.regex, "search") for name, pattern in ALL.items()}


def unseen() -> list[str]:
    """Uses of ``re`` whose pattern none of the above gets to see: made of parts, and not a name of a module."""
    found = []
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            where = path.relative_to(ROOT)
            found += [f"{where}: {match}" for match in _ELSEWHERE.findall(path.read_text())]
            for node, is_named in _calls_of_re(path):
                is_name = isinstance(node.args[0], ast.Name | ast.Attribute) and node.func.attr != "compile"
                if not (is_named or is_name or isinstance(node.args[0], ast.Constant)):
                    found.append(f"{where}:{node.lineno}")
    return found


def signs_of(source: str) -> list[str]:
    """What a text that hurts this pattern would be made of: its own signs, and one of each usual class."""
    own = [sign for sign in dict.fromkeys(source) if not sign.isalnum() and sign.isprintable()]
    return ["a", "1", " ", "\n", "é", *own][:10]


def pumps(source: str):
    """What is repeated: each sign, and each pair of neighbours in the list."""
    signs = signs_of(source)
    yield from signs
    yield from (a + b for a, b in itertools.pairwise(signs))


def slowest(pattern: re.Pattern, method: str, length: int, *, limit: float) -> tuple[float, str]:
    """Seconds of work for the worst text, and what was repeated in it; stops at the first beyond ``limit``."""
    if isinstance(pattern.pattern, bytes):
        pattern = re.compile(pattern.pattern.decode("latin-1"), pattern.flags)
    worst = (0.0, "")
    for number, pump in enumerate(pumps(pattern.pattern)):
        edge = EDGES[number % len(EDGES)]
        text = (edge + pump * length)[:length] + "\x07"
        began = time.thread_time()
        found = getattr(pattern, method)(text)
        if method == "finditer":
            collections.deque(found, maxlen=0)
        worst = max(worst, (time.thread_time() - began, edge + pump))
        if worst[0] > limit:
            break
    return worst


def test_every_pattern_of_the_project_is_linear():
    found = in_modules() | in_functions() | in_addresses()
    assert len(found) > 150
    slow = {}
    for name, (pattern, method) in found.items():
        # A tenth first: a pattern that grows with the square is found before it costs minutes.
        for length, limit in ((LENGTH // 10, SHORT), (LENGTH, LONG)):
            seconds, pump = slowest(pattern, method, length, limit=limit)
            if seconds > limit:
                slow[name] = (pump, length, round(seconds, 2))
                break
    assert not slow


def test_no_pattern_is_made_where_it_is_not_looked_at():
    assert not unseen()


def test_a_pattern_that_grows_with_the_square_is_found():
    assert slowest(re.compile(r"\s+$"), "finditer", LENGTH // 10, limit=SHORT / 4)[0] > SHORT / 4


_PIECE = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`|[\w$.]+|\s+|.""", re.DOTALL)
_REGEX = re.compile(r"/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+)/([dgimsuvy]*)")
#: after these a slash begins a pattern; after anything else it divides
_BEFORE = {*"(,=:[!&|?{};+-*%<>~^", "", "return", "typeof", "case", "in", "of", "=>", "void", "delete", "throw"}


def literals_in(script: str) -> list[tuple[str, str]]:
    """(source, flags) of every regular expression written in a script, as its grammar tells them from divisions."""
    found, at, before = [], 0, ""
    while at < len(script):
        piece = _PIECE.match(script, at)
        assert piece
        text = piece.group()
        if text == "/" and before in _BEFORE:
            literal = _REGEX.match(script, at)
            assert literal, script[at : at + 40]
            found.append((literal.group(1), literal.group(2)))
            at, before = literal.end(), ")"
            continue
        # What stands in a template is read as script: words in it are names, and a slash between them divides.
        if not text.isspace() and not text.startswith(("//", "/*")):
            before = text
        at = piece.end()
    return found


def test_patterns_of_a_script_are_told_from_divisions_comments_and_texts():
    script = """const a = b / c / d, e = /x[/]y/g; // /no/\nreturn /[a-z]+/u.test('/no/') ? "/no/" : f(/\\//, 1 / 2);"""
    assert literals_in(script) == [("x[/]y", "g"), ("[a-z]+", "u"), ("\\/", "")]


def test_every_pattern_of_the_pages_scripts_is_linear():
    literals = {}
    for path in sorted((ROOT / "static" / "src").rglob("*.js")):
        text = path.read_text()
        assert "RegExp(" not in text, f"{path.name} makes a pattern of a text: it is not looked at here"
        for source, flags in literals_in(text):
            literals[f"{path.name}: /{source}/{flags}"] = (source, flags)
    assert len(literals) >= 9
    script = """
      const slow = [];
      for (const [name, [source, flags, pumps]] of Object.entries(JSON.parse(require("fs").readFileSync(0)))) {
        for (const length of [5000, 50000]) for (const pump of pumps) {
          const text = pump.repeat(length).slice(0, length) + "\\u0007", began = process.hrtime.bigint();
          text.replaceAll(new RegExp(source, flags.includes("g") ? flags : flags + "g"), "");
          const ms = Number(process.hrtime.bigint() - began) / 1e6;
          if (ms > length / 50) { slow.push([name, pump, ms]); }
        }
      }
      console.log(JSON.stringify(slow));
    """
    given = {name: (source, flags, list(pumps(source))) for name, (source, flags) in literals.items()}
    node = shutil.which("node") or pytest.fail("node is what builds the scripts")
    done = subprocess.run([node, "-e", script], input=json.dumps(given), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
