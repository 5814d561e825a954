"""A manifest is signed and verified by ssh-keygen."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.verification.signature import check_key, sign, signer
from tests.support.report_folders import SIGNER, key_pair


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "report"
    made.mkdir()
    (made / "manifest.json").write_bytes(b"{}\n")
    return made


def test_a_signature_names_its_signer(folder: Path, tmp_path: Path) -> None:
    key, signers = key_pair(tmp_path)
    assert sign(key, folder) == folder / "manifest.json.sig"
    assert signer(folder, signers) == SIGNER


def test_a_manifest_that_was_changed_since_is_signed_by_nobody(folder: Path, tmp_path: Path) -> None:
    key, signers = key_pair(tmp_path)
    sign(key, folder)
    (folder / "manifest.json").write_bytes(b"{ }\n")
    assert signer(folder, signers) is None


def test_a_key_that_is_not_among_the_signers_does_not_count(folder: Path, tmp_path: Path) -> None:
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
    key, _ = key_pair(tmp_path / "mine")
    _, signers = key_pair(tmp_path / "theirs")
    sign(key, folder)
    assert signer(folder, signers) is None


def test_a_signature_for_another_purpose_does_not_count(folder: Path, tmp_path: Path) -> None:
    key, signers = key_pair(tmp_path)
    sign(key, folder)
    signers.write_text(signers.read_text("utf-8").replace("report@", "other@"), "utf-8")
    assert signer(folder, signers) is None


def test_what_is_no_signature_is_none(folder: Path, tmp_path: Path) -> None:
    _, signers = key_pair(tmp_path)
    (folder / "manifest.json.sig").write_bytes(b"hello\x00\xff")
    assert signer(folder, signers) is None


def test_a_key_that_is_missing_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no key"):
        check_key(tmp_path / "key")


def test_a_key_that_is_none_is_told_with_the_reason(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key", "utf-8")
    with pytest.raises(BrokenRunError, match=r"cannot be signed with '.*key': \w+"):
        sign(tmp_path / "key", folder)


def test_without_ssh_keygen_the_message_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("no key", "utf-8")
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(InvalidInputError, match="install OpenSSH"):
        check_key(tmp_path / "key")
