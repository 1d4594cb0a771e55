"""Messages to the owner: by mail through a real mail server, by a webhook, and against servers that are difficult."""
import email
import email.policy
import json
import re
import time

import http_client
from lab import Lab
from mail_servers import PASSWORD, USER, Certificates, Exim, FaultySmtp, Receiver, header
from postern import Postern, Skip, own, run

NAME = "device.example.test"
OWNER = "owner@example.test"
ANY = {"localhost": {}}


def server_with(notify, lab=None, sites=None):
    server = Postern(sites or ANY, lab=lab)
    set_notify(server, notify)
    return server


def set_notify(server, notify):
    server.sections["notify"] = notify
    server.write_ini()


def by_login(port, certs, scheme="smtp", host="localhost", **more):
    return {"mail_to": OWNER, "smtp": f"{scheme}://{USER.replace('@', '%40')}@{host}:{port}", "smtp_password": PASSWORD,
            "ca_file": certs.ca, **more}


def test_the_test_message():
    """`notify --test` by STARTTLS, by TLS from the first byte, in clear text to this machine, by HTTPS and by HTTP."""
    certs = Certificates()
    with Exim(certs) as exim, Receiver(certs=certs) as secure, Receiver() as plain:
        server = server_with({})
        done = server.command("notify", "--test")
        assert done.returncode == 78 and "names no way" in done.stderr, done
        assert server.command("notify").returncode == 64
        ways = [by_login(exim.smtp, certs), by_login(exim.smtps, certs, "smtps"), {"mail_to": OWNER, "smtp": f"smtp://127.0.0.1:{exim.smtp}"}]
        for number, notify in enumerate(ways):
            set_notify(server, notify)
            done = server.command("notify", "--test")
            assert done.returncode == 0 and done.stdout.startswith("mail: sent: "), (notify, done, exim.log())
            http_client.until(lambda: len(exim.mails()) > number, 5, "Exim has delivered it")
        assert "P=esmtpsa" in exim.log() and "A=plain:device@example.test" in exim.log(), exim.log()
        assert exim.log().count("X=TLS1") == 2 and exim.log().count("P=esmtp ") == 1, exim.log()
        mail = exim.mails()[0]
        assert header(mail, "From") == f"Postern <{USER}>" and header(mail, "To") == OWNER, mail
        assert re.fullmatch(r".*: test: a message from Postern", header(mail, "Subject")), mail
        assert re.fullmatch(r"<postern-[0-9a-f]{24}@example.test>", header(mail, "Message-ID")) and header(mail, "Date"), mail
        parsed = email.message_from_string(mail, policy=email.policy.strict)
        assert "messages about certificates in trouble will arrive here" in parsed.get_content(), mail

        for receiver, trust in ((secure, {"ca_file": certs.ca}), (plain, {})):
            set_notify(server, {"webhook": receiver.url, **trust})
            done = server.command("notify", "--test")
            assert done.returncode == 0 and done.stdout == "webhook: sent: localhost answered 204\n", done
            path, kind, body = receiver.posts[0]
            assert path == "/hook?token=t0ken" and kind == "application/json" and body["event"] == "test", receiver.posts

        set_notify(server, {**by_login(exim.smtp, certs), "webhook": plain.url.replace(str(plain.port), "1")})
        done = server.command("notify", "--test")      # each way for itself
        assert done.returncode == 1 and "mail: sent: " in done.stdout and "webhook: not sent: " in done.stdout, done
        assert "t0ken" not in done.stdout + done.stderr and PASSWORD not in done.stdout + done.stderr

        set_notify(server, {"mail_to": OWNER})
        assert server.command("notify", "--test").returncode == 78
        password = server.folder / "password"
        password.write_text(PASSWORD + "\n")
        own(password)
        set_notify(server, {**by_login(exim.smtp, certs), "smtp_password": None, "smtp_password_file": "password"})
        done = server.command("notify", "--test")
        assert done.returncode == 0, done
        shown = server.command("check", "--print").stdout
        assert PASSWORD not in shown and "smtp_password_file = " in shown, shown
        set_notify(server, by_login(exim.smtp, certs))
        shown = server.command("check", "--print").stdout
        assert PASSWORD not in shown and "smtp_password = ********" in shown, shown


def refused(server, notify, says, never=()):
    set_notify(server, notify)
    done = server.command("notify", "--test")
    assert done.returncode == 1 and re.search(says, done.stdout), (notify, says, done)
    for secret in (PASSWORD, *never):
        assert secret not in done.stdout + done.stderr, done


def test_a_real_server_refuses():
    certs, strangers = Certificates(), Certificates()
    server = server_with({})
    with Exim(certs) as exim:
        refused(server, by_login(exim.smtp, strangers), "localhost is refused: nobody whom we trust has signed it")
        refused(server, by_login(exim.smtps, strangers, "smtps"), "nobody whom we trust")
        refused(server, by_login(exim.smtp, certs, host="mail.localhost"), "mail.localhost is refused: it is for another name")
        refused(server, by_login(exim.smtp, certs, smtp_password="wrong"), "logging in as device@example.test: the server said 535")
        refused(server, by_login(exim.smtp, certs, mail_to="nobody-there@example.test"), "the server said 550 no such mailbox")
        refused(server, by_login(exim.smtp, certs, mail_to="busy@example.test"), "the server said 451 try again later")
        assert not exim.mails() and "P=esmtpsa" not in exim.log(), exim.log()


def test_a_server_that_misbehaves():
    certs = Certificates()
    server = server_with({})
    plain = {"mail_to": OWNER}
    offer = b"250-faulty\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
    cases = [
        (dict(EHLO=b"250-faulty\r\n250 AUTH PLAIN\r\n"), True, "offers no STARTTLS, or somebody on the way takes it out"),
        (dict(EHLO=offer, STARTTLS=b"454 no TLS today\r\n"), True, "454 no TLS today"),
        (dict(EHLO=offer, STARTTLS=b"220 go\r\n250 injected\r\n"), True, "somebody on the way puts them in"),
        (dict(EHLO=offer, STARTTLS=b"220 go\r\n"), True, "TLS"),       # and then no TLS
        (dict(greeting=b"554 not you\r\n"), False, "greeting: the server said 554 not you"),
        (dict(greeting=b""), False, "ended the connection"),
        (dict(greeting=b"SSH-2.0-OpenSSH_9.2\r\n"), False, "no SMTP reply"),
        (dict(greeting=b"220 " + b"x" * 100_000 + b"\r\n"), False, "more than 2048 bytes"),
        (dict(EHLO=b"250-x\r\n" * 5000), False, "more than 128 lines"),
        (dict(MAIL=b"452 disk full\r\n"), False, "452 disk full"),
        (dict(RCPT=b"550 who?\r\n"), False, "550 who"),
        (dict(DATA=b""), False, "ended the connection"),
        (dict(end=b"552 too large\r\n"), False, "552 too large"),
        (dict(end=b"250 line\nend\r\n"), False, "does not end with CR LF"),
    ]
    for script, login, says in cases:
        with FaultySmtp(**script) as smtp:
            notify = by_login(smtp.port, certs) if login else {**plain, "smtp": f"smtp://localhost:{smtp.port}"}
            refused(server, notify, says)
            assert not any(line.startswith("AUTH") for line in smtp.heard), "no password without TLS"
    with FaultySmtp() as smtp:      # and one that does not, for the dots
        set_notify(server, {**plain, "smtp": f"smtp://localhost:{smtp.port}"})
        assert server.command("notify", "--test").returncode == 0
        assert smtp.heard[0].startswith("EHLO ") and smtp.heard[-1] in (".", "QUIT"), smtp.heard


def test_webhooks_that_refuse():
    certs = Certificates()
    server = server_with({})
    with Receiver((204, None)) as other:
        for answers, says in (([(302, other.url)], "302, which leads to another place"), ([(307, other.url)], "307"), ([(404, None)], "404"),
                              ([(500, None)], "500")):
            with Receiver(*answers, certs=certs) as receiver:
                refused(server, {"webhook": receiver.url, "ca_file": certs.ca}, f"webhook: not sent: localhost answered {says}", ["t0ken"])
        assert not other.posts, "nobody else gets what was meant for it"
    with Receiver((308, "/elsewhere"), (200, None), certs=certs) as receiver:
        set_notify(server, {"webhook": receiver.url, "ca_file": certs.ca})
        assert server.command("notify", "--test").returncode == 0
        assert [post[0] for post in receiver.posts] == ["/hook?token=t0ken", "/elsewhere"]
    with Receiver(certs=certs) as receiver:
        refused(server, {"webhook": receiver.url}, "the certificate of localhost is refused", ["t0ken"])
        assert not receiver.posts


def test_a_failing_renewal():
    """Told once by each way, not again after a restart, and once more when it is over."""
    certs = Certificates()
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Exim(certs) as exim, Receiver(certs=certs) as receiver:
        notify = {**by_login(exim.smtp, certs), "webhook": receiver.url}
        with server_with(notify, lab, {NAME: {}}) as server:
            server.wait_issued(NAME)
            lab.set_faults("ca-down")
            assert server.renew(NAME).returncode == 1
            http_client.until(lambda: exim.mails() and receiver.posts, 10, "both have the message")
            mail, post = exim.mails()[0], receiver.posts[0][2]
            assert header(mail, "Subject") == post["subject"] and f": {NAME}: failure: " in post["subject"], mail
            assert post["event"] == "failure" and post["certificate"] == NAME and not post["over"], post
            assert post["problem"]["detail"] and post["problem"]["advice"] and post["problem"]["detail"] in post["text"], post
            assert f"postern renew {NAME}" in mail and "lasts until" in mail, mail
            assert server.renew(NAME).returncode == 1          # it lasts: nothing new for today
            server.stop()
            server.start()
            assert server.renew(NAME).returncode == 1
            time.sleep(1.5)
            assert len(exim.mails()) == 1 and len(receiver.posts) == 1, receiver.posts
            lab.clear_faults()
            assert server.renew(NAME).returncode == 0
            http_client.until(lambda: len(exim.mails()) == 2 and len(receiver.posts) == 2, 10, "both are told that it is over")
            assert receiver.posts[1][2]["over"] and "failure is over" in header(exim.mails()[1], "Subject"), receiver.posts
            assert (server.state / "notices.json").stat().st_mode & 0o777 == 0o640
            set_notify(server, {**notify, "on": "renewed"})
            assert server.command("reload").returncode == 0
            assert server.renew(NAME).returncode == 0
            for way in ("webhook", "mail"):                     # a stop between a message and its answer sends it again
                server.wait_for(rf"notify.sent way={way} event=renewed ")
            assert len(receiver.posts) == 3, receiver.posts
            assert receiver.posts[2][2]["event"] == "renewed", receiver.posts
            set_notify(server, notify)
            server.stop()
            lab.set_faults("ca-down")
            assert server.renew(NAME).returncode == 1          # without a server
            assert len(receiver.posts) == 4 and receiver.posts[3][2]["event"] == "failure", receiver.posts
            log = server.log()
            assert "t0ken" not in log and PASSWORD not in log


def test_nothing_is_lost():
    """A mail server that is down, then stalls, keeps nobody from anything; the message comes when it can."""
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, FaultySmtp(greeting=None) as stalls:
        server = server_with({"mail_to": OWNER, "smtp": f"smtp://localhost:{stalls.port}"}, lab, {NAME: {}})
        with server:
            server.wait_issued(NAME)
            lab.set_faults("ca-down")
            assert server.renew(NAME).returncode == 1
            lab.clear_faults()
            began = time.monotonic()
            assert server.renew(NAME).returncode == 0, "while the mail server stalls"
            assert server.get("/", NAME).status == 200 and time.monotonic() - began < 15
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 8, "a mail under way does not hold the end up"
            waiting = json.loads((server.state / "notices.json").read_text())["outbox"]
            assert len(waiting) == 1 and waiting[0]["certificate"] == NAME, waiting
            with FaultySmtp(MAIL=b"451 later\r\n") as smtp:
                set_notify(server, {"mail_to": OWNER, "smtp": f"smtp://localhost:{smtp.port}"})
                server.start()
                server.wait_for(r"error notify.failed way=mail .*451 later.*next=\"next try ")
                status = server.command("status")
                assert "could not be sent by mail" in status.stdout and "451 later" in status.stdout, status
                smtp.script["MAIL"] = b"250 ok\r\n"
                assert server.command("reload").returncode == 0
                server.wait_for(r"notify.sent way=mail")        # with new settings at once
                assert "could not be sent" not in server.command("status").stdout
                assert any("Subject: " in line and NAME in line for line in smtp.heard), smtp.heard
