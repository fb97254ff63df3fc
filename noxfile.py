"""The checks of the project: plain ``nox`` runs lint and tests.

lint    ruff, mypy and the import contracts
pyright the public types as pyright sees them (downloads Node.js)
tests   the built wheel: the full suite on the first Python, the fast part on every other Python of the machine
chaos   the fault suite, changing lists and fuzzed parsers, with many more examples, new ones in each run; a failure
        prints how to repeat it
busy    the full suite, three times, while two other processes keep the machine busy
docs    the documentation site, without a warning or a broken link, and the examples of the README and docs
bench   the benchmarks; pass names to run some of them: ``nox -s bench -- decode``
"""

import os
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "tests"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
FULL = PYTHONS[0]
PROJECT = nox.project.load_toml("pyproject.toml")

# pyenv keeps interpreters off the PATH: add the supported ones for nox.
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
os.environ["PATH"] = os.pathsep.join(
    [
        os.environ["PATH"],
        *(str(found) for version in PYTHONS for found in sorted(PYENV.glob(f"{version}.*/bin"))),
    ]
)


def group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(PROJECT, name))


def install_wheel(session: nox.Session) -> None:
    """Install the wheel that users get, so that a file missing from it fails here."""
    folder = Path(session.create_tmp())
    for old in folder.glob("*.whl"):
        old.unlink()
    session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), ".")
    (wheel,) = folder.glob("*.whl")
    session.install("--upgrade", *group("test"), f"{wheel}[cli]")
    # The version does not change between releases: pip must not keep the wheel of an earlier run.
    session.install("--force-reinstall", "--no-deps", str(wheel))


@nox.session(python=FULL)
def lint(session: nox.Session) -> None:
    session.install("-e", ".[cli]", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("mypy", "tests/typing/api.py")
    session.run("mypy", "examples")
    session.run("lint-imports")


@nox.session(python=FULL)
def pyright(session: nox.Session) -> None:
    session.install("-e", ".[cli]", *group("test"), "pyright[nodejs]")
    session.run("pyright", "tests/typing/api.py")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    install_wheel(session)
    part = [] if session.python == FULL else ["-m", "not slow"]
    session.run("pytest", *part, *session.posargs)


@nox.session(python=FULL)
def chaos(session: nox.Session) -> None:
    install_wheel(session)
    session.run("pytest", "-m", "chaos", *session.posargs, env={"HYPOTHESIS_PROFILE": "chaos"})


@nox.session(python=FULL)
def busy(session: nox.Session) -> None:
    install_wheel(session)
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for _ in range(3):
            session.run("pytest", *session.posargs)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@nox.session(python=FULL)
def docs(session: nox.Session) -> None:
    install_wheel(session)
    session.run("python", "-m", "zensical", "build", "--clean", "--strict")
    session.run("pytest", "tests/test_site.py", "tests/test_docs.py", "tests/examples", *session.posargs)


@nox.session(python=FULL)
def bench(session: nox.Session) -> None:
    # pyecwid, for comparison, is in no group because it installs a top-level package `tests`.
    session.install("-e", ".[cli]", *group("bench"), "pyecwid")
    names = session.posargs or [
        "decode",
        "overhead",
        "paging",
        "imports",
        "traffic",
        "export",
        "sync",
        "fleet",
        "duel",
        "dlt",
    ]
    for name in names:
        session.run("python", "-m", f"benchmarks.{name}")
