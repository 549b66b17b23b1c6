"""Signatures of sealed periods, made and checked by ssh-keygen, which comes with OpenSSH.

A seal proves that files agree with each other; a signature, that somebody who held a key sealed
them. sealed/PERIOD.json is signed as it stands, with its chain to the seals before; the signature
stands beside it as sealed/PERIOD.json.sig. Keys, their passphrases and their hardware are
ssh-keygen's matter: nothing of them is read here.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pledgebook.ledger.findings import BookRefusedError

TOOL = "ssh-keygen"
NAMESPACE = "pledgebook-seal"
"""What the signature is for: one made for mail or for a program is none of a seal."""


def signature_of(path: Path) -> Path:
    """Return where the signature of a sealed file stands."""
    return path.with_name(f"{path.name}.sig")


def sign(text: str, key: Path) -> str:
    """Return the signature of a text by a private key (or a public one whose key an agent holds).

    ssh-keygen asks for a passphrase itself, on the terminal. Raises BookRefusedError.
    """
    if not key.is_file():
        raise BookRefusedError(f"{key}: there is no key to sign with; nothing was written.")
    done = _run("sign", "-f", str(key), "-n", NAMESPACE, text=text)
    if done.returncode:
        raise BookRefusedError(f"{key} did not sign ({_why(done)}); nothing was written.")
    return done.stdout.decode()


def check_signature(path: Path, signers: Path) -> str:
    """Return what is wrong with the signature of a sealed file, "" if one of the allowed signers
    made it. `signers` is a file as ssh-keygen reads it: a line each of name and public key.
    Raises BookRefusedError where that file or ssh-keygen is missing.
    """
    if not signers.is_file():
        raise BookRefusedError(f"{signers}: there is no file of allowed signers.")
    signature = signature_of(path)
    if not path.is_file() or not signature.is_file():
        return f"{signature.parent.name}/{signature.name} is missing: nobody has signed this seal."
    found = _run("find-principals", "-s", str(signature), "-f", str(signers), text="")
    names = found.stdout.decode(errors="replace").splitlines()
    if found.returncode or not names:
        return (
            f"{signature.parent.name}/{signature.name} is by none of the signers in {signers.name} "
            f"({_why(found)})."
        )
    done = _run(
        "verify", "-f", str(signers), "-I", names[0], "-n", NAMESPACE, "-s", str(signature),
        text=path.read_text("utf-8"),
    )  # fmt: skip
    if done.returncode:
        return (
            f"{signature.parent.name}/{signature.name} is no signature of {path.name} as it stands "
            f"({_why(done)})."
        )
    return ""


def _run(*words: str, text: str) -> subprocess.CompletedProcess[bytes]:
    tool = shutil.which(TOOL)
    if tool is None:
        raise BookRefusedError(
            f"{TOOL} is not installed here, by which seals are signed and signatures checked: "
            "install OpenSSH (Debian: openssh-client)."
        )
    return subprocess.run(  # noqa: S603 - the tool by its path, and no shell
        [tool, "-Y", *words], input=text.encode(), capture_output=True, check=False
    )


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"status {done.returncode}"
