"""Who takes messages: a real mail server (Exim, unpacked by tools/setup), one of our own that misbehaves, a webhook's
receiver, and the certificates for them."""
import http.server
import json
import os
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from pathlib import Path

import http_client
import ports
import postern
from postern import NOBODY, Skip

USER, PASSWORD = "device@example.test", "geheim &%"
EXIM_CONF = """
primary_hostname = mail.localhost
spool_directory = {dir}/spool
log_file_path = {dir}/%slog
pid_file_path = {dir}/exim.pid
keep_environment =
tls_advertise_hosts = *
tls_certificate = {cert}
tls_privatekey = {key}
tls_on_connect_ports = {smtps}
daemon_smtp_ports = {smtp} : {smtps}
local_interfaces = 127.0.0.1
exim_user = {nobody}
exim_group = {nobody}
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
deliver_drop_privilege = true
begin acl
check_rcpt:
  deny    local_parts = nobody-there
          message = no such mailbox
  defer   local_parts = busy
          message = try again later
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = {dir}/mail
  create_directory
  user = {nobody}
  group = {nobody}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""


class Certificates:
    """A CA of our own, and certificates from it, below a new folder."""

    def __init__(self):
        self.folder = postern.scratch("certs")
        self.ca = self.folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", "/CN=Mail Test CA", "-keyout", self.folder / "ca.key", "-out", self.ca)
        postern.own(self.folder)

    def _openssl(self, *argv):
        subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)

    def make(self, name):
        """(certificate, key) for that name."""
        cert, key, csr = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", csr)
        self._openssl("x509", "-req", "-in", csr, "-CA", self.ca, "-CAkey", self.folder / "ca.key", "-days", "30",
                      "-copy_extensions", "copy", "-out", cert)
        postern.own(self.folder)
        return cert, key


class Exim:
    """A mail server in a mount namespace of its own, where the user that its package compiles in exists."""

    def __init__(self, certs, name="localhost"):
        cache = os.environ.get("POSTERN_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "postern"
        program = Path(cache) / "servers/exim4-daemon-light/usr/sbin/exim4"
        if not program.exists():
            raise Skip("exim is not unpacked: tools/setup test")
        if os.geteuid() != 0 or not shutil.which("unshare"):
            raise Skip("needs root, for a namespace with the user of Exim")
        self.dir = postern.scratch("exim")
        shutil.copyfile(program, self.dir / "exim")
        (self.dir / "exim").chmod(0o755)
        self.smtp, self.smtps = ports.one(), ports.one()
        cert, key = certs.make(name)
        for kind, line in (("passwd", f"Debian-exim:x:{NOBODY}:{NOBODY}::/nonexistent:/usr/sbin/nologin\n"),
                           ("group", f"Debian-exim:x:{NOBODY}:\n")):
            (self.dir / kind).write_text(Path("/etc", kind).read_text() + line)
        (self.dir / "exim.conf").write_text(EXIM_CONF.format(
            dir=self.dir, cert=cert, key=key, smtp=self.smtp, smtps=self.smtps, nobody=NOBODY, user=USER, password=PASSWORD))
        postern.own(self.dir)
        os.chown(self.dir / "exim.conf", 0, 0)
        script = "".join(f"mount --bind {self.dir / kind} /etc/{kind} && " for kind in ("passwd", "group")) + \
            f"exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups {self.dir}/exim -C {self.dir}/exim.conf -bdf"
        self.process = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdin=subprocess.DEVNULL,
                                        stdout=open(self.dir / "out", "wb"), stderr=subprocess.STDOUT)
        http_client.until(lambda: not postern.port_is_free(self.smtps), 10, "Exim listens")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def mails(self):
        """What was delivered, oldest first."""
        files = sorted((self.dir / "mail").glob("q*"), key=lambda f: f.stat().st_mtime_ns) if (self.dir / "mail").exists() else []
        return [f.read_bytes().decode() for f in files]

    def log(self):
        return (self.dir / "mainlog").read_text() if (self.dir / "mainlog").exists() else (self.dir / "out").read_text()


class FaultySmtp:
    """Misbehaves in one way: `script` maps the first word of a command to what is answered (bytes; None: silence; b"":
    close); "" stands for the greeting."""

    USUAL = {"": b"220 faulty ESMTP\r\n", "EHLO": b"250-faulty\r\n250 SIZE 100000\r\n", "MAIL": b"250 ok\r\n",
             "RCPT": b"250 ok\r\n", "DATA": b"354 go on\r\n", ".": b"250 queued\r\n", "QUIT": b"221 bye\r\n"}

    def __init__(self, **script):
        self.script = {**self.USUAL, **{{"greeting": "", "end": "."}.get(k, k): v for k, v in script.items()}}
        self.heard = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                outer.serve(self)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", ports.one()), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        word, in_data = "", False
        try:
            while True:
                answer = self.script.get(word, b"502 unknown\r\n") if not in_data or word == "." else b"-"
                if answer is None:
                    time.sleep(100)
                    return
                if answer == b"":
                    return
                if answer != b"-":
                    handler.wfile.write(answer)
                    in_data = word == "DATA" and answer.startswith(b"3")
                line = handler.rfile.readline()
                if not line:
                    return
                self.heard.append(line.decode(errors="replace").rstrip("\r\n"))
                word = self.heard[-1].split(" ")[0]
        except OSError:
            pass        # the client went away

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Receiver:
    """A webhook's receiver.  `answers`: (status, location) in turn, the last one for ever.  certs: over HTTPS."""

    def __init__(self, *answers, certs=None, name="localhost"):
        self.posts = []
        self.answers = list(answers) or [(204, None)]
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.posts.append((self.path, self.headers["Content-Type"], json.loads(body)))
                status, location = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", ports.one()), Handler)
        self.port = self.server.server_address[1]
        if certs:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certs.make(name))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if certs else 'http'}://localhost:{self.port}/hook?token=t0ken"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def header(mail, name):
    """The value of a header of a mail, unfolded."""
    head = re.split(r"\r?\n\r?\n", mail, maxsplit=1)[0]
    found = re.search(rf"^{name}: (.*(?:\r?\n[ \t].*)*)", head, re.M | re.I)
    return re.sub(r"\r?\n[ \t]", " ", found[1]).strip() if found else None
