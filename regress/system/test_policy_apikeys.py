"""API keys as an operator gives them: from a file and from standard input,
refused when they are none, and there after a restart."""

import subprocess

import pytest


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          capture_output=True).stdout


@pytest.fixture(scope="module")
def pair():
    private = openssl("genrsa", "2048")
    return private, openssl("pkey", "-pubout", data=private)


def fingerprint(public):
    der = openssl("pkey", "-pubin", "-outform", "DER", data=public)
    return openssl("md5", "-c", data=der).decode().split("= ")[-1].strip()


def test_a_key_is_kept(edd, pair, tmp_path):
    private, public = pair
    path = tmp_path / "public.pem"
    path.write_bytes(public)
    row, = edd.ctl("apikey", "add", "app", str(path), "description", "a host",
                   json_rows=True)
    name = fingerprint(public)
    assert row["fingerprint"] == name
    tenancy, user, last = row["keyId"].split("/")
    assert tenancy.startswith("ocid1.tenancy.edd..")
    assert user.startswith("ocid1.user.edd..")
    assert last == name
    assert "already" in edd.ctl("apikey", "add", "app", str(path), ok=False)
    edd.stop()
    edd.start()
    row, = edd.ctl("apikey", "list", "app", json_rows=True)
    assert (row["fingerprint"], row["state"]) == (name, "ACTIVE")
    assert (row["description"], row["bits"], row["used"]) == (
        "a host", 2048, None)
    edd.ctl("apikey", "set", "app", name, "state", "inactive")
    row, = edd.ctl("apikey", "show", "app", name.upper(), json_rows=True)
    assert row["state"] == "INACTIVE"
    assert row["key"].encode() == b"".join(public.split(b"\n")[1:-2])
    edd.ctl("apikey", "remove", "app", name)
    assert edd.ctl("apikey", "list", json_rows=True) == []
    assert "has no API key" in edd.ctl("apikey", "remove", "app", name,
                                       ok=False)


def test_what_is_no_key_is_refused(edd, pair, tmp_path):
    private, _ = pair
    path = tmp_path / "file"
    for content, why in ((private, "a private key, which its owner keeps"),
                         (b"", "not in PEM form"),
                         (b"\0" * 100, "not a key in PEM form"),
                         (b"x" * 100000, "not a key in PEM form"),
                         (openssl("genpkey", "-algorithm", "ed25519"),
                          "a private key")):
        path.write_bytes(content)
        assert why in edd.ctl("apikey", "add", "app", str(path), ok=False)
    public = openssl("pkey", "-pubout",
                     data=openssl("genpkey", "-algorithm", "ed25519"))
    path.write_bytes(public)
    assert "an Ed25519 key" in edd.ctl("apikey", "add", "app", str(path),
                                       ok=False)
    assert edd.ctl("apikey", "list", json_rows=True) == []


def test_configured_number(make_edd, pair):
    edd = make_edd(extra="api-keys per user 1").start().setup()
    row, = edd.ctl("apikey", "add", "app", "-", stdin=pair[1].decode(), json_rows=True)
    other = openssl("pkey", "-pubout", data=openssl("genrsa", "2048"))
    assert "has 1 API key, the most" in edd.ctl("apikey", "add", "app", "-",
                                                stdin=other.decode(), ok=False)
    edd.ctl("credential", "remove", edd.user)
    assert "has 1 API key" in edd.ctl("user", "remove", "app", ok=False)
    edd.ctl("apikey", "remove", "app", row["fingerprint"])
    edd.ctl("user", "remove", "app")
