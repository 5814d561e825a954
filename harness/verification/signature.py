"""Sign the manifest of a report folder, and verify its signature, by the `ssh-keygen` of OpenSSH."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.reports.manifest import NAME, SIGNATURE
from orders_conformance.reports.write import replace_file

# A signature for one purpose is not valid for another one.
NAMESPACE = "report@orders-conformance"
_PROGRAM = "ssh-keygen"
_NEEDED = f"signatures need {_PROGRAM}, which is not on the PATH: install OpenSSH 8.2 or newer"


def check_key(key: Path) -> None:
    """Check that a key can be named for signing, before anything is sent.

    Raises:
        InvalidInputError: there is no such file, or no `ssh-keygen`.

    """
    if not key.is_file():
        message = f"there is no key {str(key)!r}: name a private key of SSH, or the public one of a key in ssh-agent"
        raise InvalidInputError(message)
    _program()


def sign(key: Path, folder: Path) -> Path:
    """Sign the manifest of a folder; return the path of the signature.

    Raises:
        BrokenRunError: it cannot be signed.

    """
    made = _run(["-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE], (folder / NAME).read_bytes())
    if made.returncode or not made.stdout:
        message = f"the manifest cannot be signed with {str(key)!r}: {_last_line(made.stderr)}"
        raise BrokenRunError(message)
    replace_file(folder / SIGNATURE, made.stdout)
    return folder / SIGNATURE


def signer(folder: Path, signers: Path) -> str | None:
    """Return who of the allowed signers signed the manifest of a folder; None if none of them did.

    Args:
        folder: the folder, which has a manifest and a signature.
        signers: the allowed signers, in the format of `ssh-keygen`.

    Raises:
        InvalidInputError: the file of the signers cannot be read, or there is no `ssh-keygen`.

    """
    if not signers.is_file():
        message = f"there is no file of signers {str(signers)!r}: name one as ssh-keygen reads it (ALLOWED SIGNERS)"
        raise InvalidInputError(message)
    names = ["-f", str(signers), "-s", str(folder / SIGNATURE)]
    found = _run(["-Y", "find-principals", *names], b"")
    for principal in found.stdout.decode(errors="replace").splitlines() if not found.returncode else ():
        checked = _run(["-Y", "verify", "-n", NAMESPACE, "-I", principal, *names], (folder / NAME).read_bytes())
        if not checked.returncode:
            return principal
    return None


def _run(arguments: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([_program(), *arguments], input=given, capture_output=True, check=False)  # noqa: S603 - no shell


def _program() -> str:
    found = shutil.which(_PROGRAM)
    if found is None:
        raise InvalidInputError(_NEEDED)
    return found


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason was given")
