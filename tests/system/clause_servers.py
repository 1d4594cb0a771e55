"""The servers that the tables of clauses are tried at: the shipped program, and Debian's nginx and Caddy with the same content, the
same hosts and the same certificates' names."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import http_client
import ports
from h1_cases import A, B, FILES, FUTURE, STAMP
from postern import Postern, Skip, identity, own, port_is_free, scratch


def content():
    """A folder with the files of the tables, all of the same age."""
    root = scratch("clauses")
    for path, data in {**FILES, "large": FILES["large.bin"]}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(data)
    own(root)
    for path in root.rglob("*"):
        stamp = FUTURE if path.name == "future.txt" else STAMP
        os.utime(path, (stamp, stamp))
    return root


def postern():
    root = content()
    return Postern({A: {"root": root, "certificate": "self-signed"}, B: {"root": root, "certificate": "self-signed", "redirect_http": "no"}})


class Peer:
    """A server that tools/setup has unpacked, run as nobody, with a configuration of its own, ended by its pid."""
    name = binary = configuration = ""

    def __init__(self):
        cache = os.environ.get("POSTERN_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "postern"
        unpacked = Path(cache) / "servers" / self.name / self.binary
        if not unpacked.exists():
            raise Skip(f"{self.name} is not unpacked: tools/setup test")
        self.dir = scratch(self.name)
        self.home = {"HOME": self.dir, "XDG_CONFIG_HOME": self.dir / "config", "XDG_DATA_HOME": self.dir / "data", "PATH": "/usr/bin:/bin"}
        self.program = self.dir / self.name     # the cache lies in a home, perhaps closed to others
        shutil.copyfile(unpacked, self.program)
        self.program.chmod(0o755)
        self.http_port, self.https_port = ports.one(), ports.one()
        for host in (A, B):
            self._certificate(host)
        values = {"dir": self.dir, "root": content(), "http": self.http_port, "https": self.https_port, "a": A, "b": B}
        (self.dir / "conf").write_text(re.sub(r"@(\w+)@", lambda found: str(values[found[1]]), self.configuration))
        own(self.dir)

    def _certificate(self, host):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3",
                        "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", self.dir / f"{host}.key",
                        "-out", self.dir / f"{host}.pem"], check=True, capture_output=True, timeout=60)

    def run(self, *argv):
        done = subprocess.run([self.program, *argv], capture_output=True, text=True, timeout=60, check=True, env=self.home)
        return done.stdout or done.stderr

    def argv(self):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    def alive(self):
        return self.process.poll() is None

    def __enter__(self):
        self.log = open(self.dir / "out", "wb")
        self.process = subprocess.Popen([self.program, *self.argv()], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd=self.dir,
                                        env=self.home, start_new_session=True, **identity(False))
        try:
            http_client.until(lambda: not self.alive() or not (port_is_free(self.https_port) or port_is_free(self.http_port)), 20,
                              f"{self.name} listens")
            assert self.alive(), (self.dir / "out").read_text()
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Nginx(Peer):
    name, binary = "nginx", "usr/sbin/nginx"
    configuration = """
daemon off;
master_process off;
pid @dir@/pid;
error_log stderr;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path @dir@/t1; proxy_temp_path @dir@/t2; fastcgi_temp_path @dir@/t3; uwsgi_temp_path @dir@/t4; scgi_temp_path @dir@/t5;
    types { text/html html; text/plain txt; text/css css; text/javascript js; application/octet-stream bin; }
    default_type application/octet-stream;
    server_tokens off;
    gzip on;
    gzip_types text/css text/plain text/javascript;
    gzip_vary on;
    gzip_static on;
    root @root@;
    server { listen 127.0.0.1:@https@ ssl http2 default_server; ssl_certificate @dir@/@a@.pem; ssl_certificate_key @dir@/@a@.key; return 421; }
    server { listen 127.0.0.1:@https@ ssl http2; server_name @a@; ssl_certificate @dir@/@a@.pem; ssl_certificate_key @dir@/@a@.key; }
    server { listen 127.0.0.1:@https@ ssl http2; server_name @b@; ssl_certificate @dir@/@b@.pem; ssl_certificate_key @dir@/@b@.key; }
    server { listen 127.0.0.1:@http@ default_server; return 421; }
    server { listen 127.0.0.1:@http@; server_name @a@; return 301 https://@a@:@https@$request_uri; }
    server { listen 127.0.0.1:@http@; server_name @b@; }
}
"""

    def argv(self):
        return ["-p", self.dir, "-c", self.dir / "conf", "-e", "stderr"]

    def version(self):
        return re.search(r"nginx/(\S+)", self.run("-v"))[1]


class Caddy(Peer):
    name, binary = "caddy", "usr/bin/caddy"
    configuration = """
{
    admin off
    auto_https off
    http_port @http@
    https_port @https@
    default_sni @a@
    servers {
        protocols h1 h2
    }
}
(files) {
    bind 127.0.0.1
    root * @root@
    encode gzip
    @other not method GET HEAD
    header @other Allow "GET, HEAD"
    respond @other 405
    file_server {
        precompressed br gzip
    }
}
https://@a@ {
    import files
    tls @dir@/@a@.pem @dir@/@a@.key
}
https://@b@ {
    import files
    tls @dir@/@b@.pem @dir@/@b@.key
}
https:// {
    bind 127.0.0.1
    tls @dir@/@a@.pem @dir@/@a@.key
    respond 421
}
http://@a@ {
    bind 127.0.0.1
    redir https://@a@:@https@{uri} 301
}
http://@b@ {
    import files
}
http:// {
    bind 127.0.0.1
    respond 421
}
"""

    def argv(self):
        adapted = json.loads(self.run("adapt", "--adapter", "caddyfile", "--config", self.dir / "conf"))
        adapted["admin"] = {"disabled": True, "config": {"persist": False}}     # the second has no word in the Caddyfile of Debian 12
        (self.dir / "conf.json").write_text(json.dumps(adapted))
        return ["run", "--config", self.dir / "conf.json"]

    def version(self):
        """Its own, and Go's, whose HTTP it speaks."""
        return self.run("version").split()[0].lstrip("v") + "+" + self.run("build-info").split("\n")[0].split()[1]
