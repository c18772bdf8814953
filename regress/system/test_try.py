"""make try, as a newcomer would type it."""

import os
import subprocess

import pytest

import eddtest
from eddtest import BUILD, ROOT


@pytest.mark.root
@pytest.mark.skipif(eddtest.SANITIZED, reason="shown once is enough")
def test_make_try(folder):
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    env["TRY_ONCE"] = "1"
    env["TMPDIR"] = folder
    done = subprocess.run(["make", "-s", "try", "BUILD=" + BUILD], cwd=ROOT,
                          env=env, capture_output=True, text=True,
                          timeout=240)
    out = done.stdout + done.stderr
    assert done.returncode == 0, out
    assert "DKIM-Signature:" in out
    assert "relayed" in out
    assert "swaks" in out
    assert "User" in out or "user" in out
