"""A certificate that its owner uploads, over HTTPS at the running server: taken and served at once, or said what is wrong."""
import time

import http_client
from admin_client import HASH, Admin
from lab import Lab
from postern import Postern, scratch
from shop import Shop

NAME = "device.example.test"
UPLOAD = f"/api/v1/certificates/{NAME}/upload"


def upload(owner, chain, key, status=202):
    """How the job ended: (ok, all that was said)."""
    reply = owner.ask("PUT", UPLOAD, {"chain": chain, "key": key})
    assert reply.status == status, reply
    until = time.monotonic() + 20
    while time.monotonic() < until:
        job = owner.json(reply.field("Location"))
        if job["done"]:
            return job["ok"], " ".join(step["text"] for step in job["steps"])
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def issuer(server):
    return http_client.describe(server.der(NAME), "-issuer")


def test_taken_and_served():
    shop = Shop()
    leaf, middle, key = shop.sell("bought", [NAME, "www." + NAME])
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab, admin={"password_hash": HASH}) as server:
        server.wait_issued(NAME)
        before = server.status()[NAME]
        ok, said = upload(Admin(server), leaf + middle, key)
        assert ok and "installed: issued by Shop Intermediate" in said, said
        assert "will trust it" in said, f"nothing of a root that nobody knows: {said}"
        assert "Shop Intermediate" in issuer(server)
        after = server.status()[NAME]
        assert after["generation"] == before["generation"] + 1 and after["rung"] == "public", after
        server.stop()
        server.start()
        assert "Shop Intermediate" in issuer(server), "a restart keeps it"
        assert server.command("renew", NAME).returncode == 2, "it is not due"
        assert server.renew(NAME).returncode == 0 and server.issued(NAME), "by force the CA's again"


def test_what_is_wrong_is_said():
    shop = Shop()
    leaf, middle, key = shop.sell("bought", [NAME])
    other, _, others_key = shop.sell("other", ["other.example.test"])
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab, admin={"password_hash": HASH}) as server:
        server.wait_issued(NAME)
        owner, serves = Admin(server), server.der(NAME)
        for what, chain, its_key, words in (
                ("no certificate", "hello", key, "no CERTIFICATE block"), ("another's key", leaf + middle, others_key, "does not belong"),
                ("in disorder", middle + leaf, key, "does not belong"), ("disorder behind the leaf", leaf + shop.text("root") + middle, key, "out of order"),
                ("of another name", other + middle, others_key, f"does not cover {NAME}"),
                ("signed by itself", shop.text("root"), (shop.folder / "root.key").read_text(), "signed by itself")):
            ok, said = upload(owner, chain, its_key)
            assert not ok and "not taken: " in said and words in said, f"{what}: {said}"
            assert server.der(NAME) == serves, what
        assert owner.ask("PUT", UPLOAD, {"chain": leaf}).status == 400
        assert owner.ask("PUT", "/api/v1/certificates/none/upload", {"chain": leaf, "key": key}).status == 404
        assert owner.ask("PUT", UPLOAD, {"chain": leaf, "key": key}, origin=False).status == 403
        log = server.log()
        assert "does not belong" in log and "PRIVATE KEY" not in log and key.splitlines()[1] not in log, "a key in the log"
