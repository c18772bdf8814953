"""Nothing that edd keeps on disk shows what it knows: names, addresses, keys.
"""

import base64
import os
import struct
import subprocess

KEY_PART = 16


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True,
                          capture_output=True).stdout


def parts(octets):
    """Every 16 octets of a key, also as text."""
    for i in range(0, len(octets) - KEY_PART + 1, KEY_PART):
        part = octets[i:i + KEY_PART]
        yield part
        yield part.hex().encode()
        yield part.hex().upper().encode()


def lines(pem):
    return [x for x in pem.splitlines() if len(x) > 40]


def look(places, secrets):
    """None of these secrets, which are too long to be there by chance."""
    read = 0
    for place in places:
        for top, _, names in os.walk(place):
            for name in names:
                try:
                    with open(os.path.join(top, name), "rb") as f:
                        octets = f.read()
                except FileNotFoundError:
                    continue  # edd is at work
                read += len(octets)
                for secret in secrets:
                    assert secret not in octets, (name, secret)
    assert read > 0


def test_no_file_of_edd_shows_what_it_knows(make_edd, folder):
    edd = make_edd().start().setup("known-sender@known-domain.example",
                                   "known-domain.example", dkim=False)
    pem = os.path.join(folder, "dkim.pem")
    openssl("genrsa", "-out", pem, "2048")
    der = openssl("pkey", "-in", pem, "-outform", "DER")
    api = os.path.join(folder, "api.pem")
    openssl("genrsa", "-out", api, "2048")
    public = openssl("rsa", "-in", api, "-pubout")
    with open(api + ".pub", "wb") as f:
        f.write(public)
    edd.ctl("dkim", "import", "known-domain.example", "key", pem, "selector",
            "known-selector")
    edd.ctl("suppression", "add", "known-person@gone.example", "compartment",
            "prod")
    finger = edd.ctl("apikey", "add", "app", api + ".pub",
                     "description", "known laptop",
                     json_rows=True)[0]["fingerprint"]
    hook = {}
    for row in edd.ctl("webhook", "add", "https://known-hook.example/x",
                       "compartment", "prod", json_rows=True):
        hook.update(row)
    edd.ctl("limits", "set", "user", "app", "day", "1000")
    edd.ctl("sender", "add", "known-other@known-domain.example",
            "compartment", "prod")
    edd.ctl("sender", "remove", "known-other@known-domain.example")
    assert len(edd.ctl("audit", json_rows=True)) > 8
    place = os.path.join(folder, "backups")
    os.mkdir(place)
    phrase = os.path.join(folder, "phrase")
    with open(phrase, "w") as f:
        f.write("correct horse battery\n")
    edd.ctl("backup", os.path.join(place, "one"), "passphrase", phrase,
            "config", edd.conf, "keys", edd.keys)
    with open(os.path.join(edd.keys, "store.key"), "rb") as f:
        store_key = f.read()
    with open(os.path.join(edd.keys, "seal.key"), "rb") as f:
        seal_key = f.read()
    secrets = [b"known-", b"gone.example", b"known laptop", finger.encode(),
               finger.replace(":", "").encode(),
               bytes.fromhex(finger.replace(":", "")),
               edd.secret.encode(), edd.user.encode(), hook["id"].encode(),
               hook["key"].encode(), b"correct horse",
               *parts(der), *lines(base64.encodebytes(der)),
               *lines(open(pem, "rb").read()), *lines(public),
               *parts(store_key), *parts(seal_key)]
    places = [edd.store, edd.spool, place]
    look(places, secrets)
    edd.stop()
    look(places, secrets)
    # The journal of the spool has actions and who did them, but no object.
    who = b"uid=%d" % os.getuid()
    look([edd.store, place], [b"suppression add",
                              struct.pack("<I", len(who)) + who])
