"""Install, start and stop the programs of others that the tests need."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.tools import do_without

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache"
_NPM = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
_INSTALLED_WITHIN, _DOWN_WITHIN = 300.0, 10.0


def npm_installed(source: Path, name: str, cache: Path = CACHE) -> Path:
    """Install the Node.js packages that a folder asks for, unless they are there already.

    Args:
        source: the folder with `package.json`.
        name: the name of the folder in the cache.
        cache: the folder that keeps what is installed.

    Returns:
        The folder in the cache, which has a copy of the files of `source`.

    """
    if shutil.which("npm") is None:
        do_without("npm is not on PATH; install Node.js with npm to run the suite against this server")
    wanted = (source / "package.json").read_text()
    folder = cache / name
    finished = folder / "installed"
    if not finished.exists() or finished.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(wanted)
        run_installer(_NPM, folder)
        finished.write_text(wanted)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    return folder


def run_installer(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a command that installs or builds something in a folder; the test ends if it fails."""
    ended = subprocess.run(  # noqa: S603 - a command of our own
        command, cwd=folder, capture_output=True, text=True, timeout=_INSTALLED_WITHIN, check=False, env=environment
    )
    if ended.returncode:
        do_without(f"{' '.join(command)} failed: {ended.stderr[-2000:]}")


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run a server that prints `ready PORT` when it listens on loopback, until the context ends; yield its URL.

    Raises:
        RuntimeError: it ends before that.

    """
    with (
        log.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - a command of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(environment),
            text=True,
        ) as process,
    ):
        try:
            first = process.stdout.readline() if process.stdout else ""
            if not first.startswith("ready "):
                message = f"the server did not start: {log.read_text(errors='replace')[-2000:]}"
                raise RuntimeError(message)
            yield f"http://127.0.0.1:{first.split()[1]}"
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a process; kill it if it does not end soon."""
    process.terminate()
    if not ends(process, _DOWN_WITHIN):
        process.kill()


def ends(process: subprocess.Popen[bytes] | subprocess.Popen[str], seconds: float) -> bool:
    """Wait for the end of a process, but not for long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
