"""The virtual environment and the front-end bundle, made once and renewed only when what they are made from changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from stop import ROOT, Stop, apt_install, call, need_space

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DIST = ROOT / "static" / "dist"
LEAST_NODE = 20


def fingerprint(*files: Path, also: str = "") -> str:
    """One hash over the names and contents of files."""
    digest = hashlib.sha256(also.encode())
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_fresh(stamp: Path, mark: str) -> bool:
    """Whether what the stamp stands beside was made from exactly this."""
    return stamp.is_file() and stamp.read_text() == mark


def prepare_packages(*, with_tests: bool) -> None:
    """Make `.venv` hold what requirements.txt pins (and requirements-dev.txt, for the tests)."""
    if VENV.is_symlink():  # an environment kept elsewhere by hand is taken as it is
        return
    # a virtual environment knows its own address: one that was moved or copied must be made anew
    also = f"{sys.version_info[:2]} {VENV}"
    for name in ["requirements.txt"] + (["requirements-dev.txt"] if with_tests else []):
        wanted = ROOT / name
        mark, stamp = fingerprint(wanted, also=also), VENV / f".{name}.stamp"
        if is_fresh(stamp, mark):
            continue
        make_venv()
        need_space(ROOT, megabytes=700, what="Installing the Python packages")
        print(f"Installing the Python packages of {name} (once; about a minute)…", flush=True)
        call(
            [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", str(wanted)],
            log=VENV / "pip.log",
            sentence=f"The Python packages of {name} couldn't be installed: is the package index reachable?",
        )
        stamp.write_text(mark)


def make_venv() -> None:
    """An empty environment made by the Python that runs this, unless a working one is there."""
    if PYTHON.exists():
        config = (VENV / "pyvenv.cfg").read_text() if (VENV / "pyvenv.cfg").exists() else ""
        works = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, text=True, check=False)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if (
            works.returncode == 0
            and str(VENV) in works.stdout
            and re.search(rf"version\s*=\s*{re.escape(version)}\.", config)
        ):
            return
    need_space(ROOT, megabytes=900, what="The first set-up")
    if not has_ensurepip():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        apt_install([f"python{version}-venv"], why="This Python can't make virtual environments")
    VENV.mkdir(exist_ok=True)
    shutil.rmtree(VENV)
    print("Making the virtual environment .venv…", flush=True)
    log = ROOT / ".venv.log"
    call([sys.executable, "-m", "venv", str(VENV)], log=log, sentence="The virtual environment couldn't be made")
    log.unlink()


def has_ensurepip() -> bool:
    """Debian ships Python without the module that `venv` needs."""
    return (
        subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode
        == 0
    )


def prepare_front_end() -> None:
    """Make `static/dist` the bundle of `static/src`, with the machine's Node or one of our own."""
    sources = [path for path in (ROOT / "static" / "src").rglob("*") if path.is_file()]
    packages = [ROOT / "package.json", ROOT / "package-lock.json"]
    scripts = (ROOT / "deploy").glob("*.mjs")
    mark, stamp = fingerprint(*sources, *templates_with_icons(), *scripts, *packages), DIST / ".stamp"
    if is_fresh(stamp, mark):
        return
    need_space(ROOT, megabytes=250, what="Building the front end")
    node_folder = find_node()
    env = {**os.environ, "PATH": f"{node_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    lock_mark, lock_stamp = fingerprint(*packages), ROOT / "node_modules" / ".stamp"
    if not is_fresh(lock_stamp, lock_mark):
        print("Installing the front-end packages (once)…", flush=True)
        # esbuild runs without its install script, and no other package has one
        call(
            [str(node_folder / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            log=ROOT / ".npm.log",
            env=env,
            sentence="The front-end packages couldn't be installed: is the npm registry reachable?",
        )
        (ROOT / ".npm.log").unlink()
        lock_stamp.write_text(lock_mark)
    print("Building the front end…", flush=True)
    log = ROOT / ".bundle.log"
    call([str(node_folder / "node"), "deploy/bundle.mjs"], log=log, env=env, sentence="The front end couldn't be built")
    log.unlink()
    stamp.write_text(mark)


def templates_with_icons() -> list[Path]:
    """The templates that draw icons: the sprite is made from them."""
    found = []
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [
            name for name in inside if not name.startswith(".") and name not in ("node_modules", "dist", "data-local")
        ]
        found += [Path(folder, name) for name in names if name.endswith(".html")]
    return [path for path in found if "{% icon" in path.read_text(errors="replace")]


def find_node() -> Path:
    """The folder of a Node that is new enough, with npm: the machine's, or one put into the virtual environment."""
    for folder in [*map(Path, os.environ.get("PATH", "").split(os.pathsep)), VENV / "bin"]:
        node, npm = folder / "node", folder / "npm"
        if node.is_file() and npm.is_file() and node_version(node) >= LEAST_NODE:
            return folder
    need_space(ROOT, megabytes=400, what="Installing Node for the front end")
    print("This machine has no Node 20 or newer: installing one into .venv (once)…", flush=True)
    call(
        [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "-r",
            str(ROOT / "deploy" / "requirements-node.txt"),
        ],
        log=VENV / "node.log",
        sentence="Node couldn't be installed: is the package index reachable?",
    )
    if not (VENV / "bin" / "npm").exists() or node_version(VENV / "bin" / "node") < LEAST_NODE:
        raise Stop(
            "Node was installed but doesn't run on this machine: install Node 20 or newer and run the same command again."
        )
    return VENV / "bin"


def node_version(node: Path) -> int:
    """Major version of a Node, 0 when it doesn't run."""
    try:
        said = subprocess.run([str(node), "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


def prepare_words() -> None:
    """Compile the message catalogues that changed (in the virtual environment: no gettext on the machine needed)."""
    catalogues = sorted((ROOT / "locale").rglob("*.po"))
    if any(
        not is_fresh(path.with_suffix(".mo.stamp"), fingerprint(path)) or not path.with_suffix(".mo").exists()
        for path in catalogues
    ):
        done = subprocess.run(
            [str(PYTHON), str(ROOT / "deploy" / "catalogues.py"), "compile"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(
                f"The translations couldn't be compiled: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
            )
        for path in catalogues:
            path.with_suffix(".mo.stamp").write_text(fingerprint(path))
