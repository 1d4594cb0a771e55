"""What happens at the door of the machine: bad configurations, ports, permissions, damaged state."""
import json
import os
import re
import shutil
import time

import http_client

import postern
from admin_client import HASH, Admin
from lab import Lab
from postern import Postern

NAME = "device.example.test"
GOOD = """[server]
http = 127.0.0.1:8080
https = 127.0.0.1:8443
state = {state}

[acme]
ca = letsencrypt-staging
agree_tos = yes

[site example.org]
names = example.org, www.example.org

[admin]
listen = 127.0.0.1:8444
"""     # the sections begin at lines 1, 6, 10, 13

# What is changed in GOOD, and the faults to be told: (line, section, key, a pattern of the text)
BAD = [
    (("http = 127.0.0.1:8080", "htpp = 127.0.0.1:8080"), [(2, "server", "htpp", r"did you mean http\b")]),
    (("[server]", "[sever]"), [(1, "sever", "", r"did you mean \[server\]")]),
    (("https = 127.0.0.1:8443", "https = 127.0.0.1:70000"), [(3, "server", "https", "")]),
    (("https = 127.0.0.1:8443", "https = router.lan:443"), [(3, "server", "https", "")]),
    (("https = 127.0.0.1:8443", "https = 127.0.0.1:8080"), [(3, "server", "https", "8080")]),
    (("state = {state}", "state = relative/path"), [(4, "server", "state", "")]),
    (("state = {state}", "state = {state}\nstate = {state}"), [(5, "server", "state", "twice|line 4")]),
    (("state = {state}", "state = {state}\nmax_connections = many"), [(5, "server", "max_connections", "many")]),
    (("state = {state}", "state = {state}\nlog_level = loud"), [(5, "server", "log_level", "info")]),
    (("state = {state}", "  state = {state}"), [(4, "", "", "indent")]),
    (("state = {state}", "state"), [(4, "server", "", "=")]),
    (("state = {state}", "state ="), [(4, "server", "state", "")]),
    (("state = {state}", "state = {state}\n" + "#" + "x" * 9000), [(5, "", "", "8192|long")]),
    (("state = {state}", "state = {state}\nlog = st\0derr"), [(5, "", "", "NUL")]),
    (("ca = letsencrypt-staging", "ca = letsencypt"), [(7, "acme", "ca", "letsencrypt")]),
    (("ca = letsencrypt-staging", "ca = http://ca.example.test/dir"), [(7, "acme", "ca", "https")]),
    (("ca = letsencrypt-staging", "ca = https://192.0.2.1/dir"), [(7, "acme", "ca", "IP|name")]),
    (("agree_tos = yes", "agree_tos = true"), [(8, "acme", "agree_tos", "yes or no")]),
    (("agree_tos = yes\n", ""), [(None, "acme", "agree_tos", "yes")]),
    (("agree_tos = yes", "agree_tos = yes\nrenew_at = 3/2"), [(9, "acme", "renew_at", "")]),
    (("agree_tos = yes", "agree_tos = yes\nkey_type = dsa"), [(9, "acme", "key_type", "ec256")]),
    (("names = example.org, www.example.org", "names = exa mple.org"), [(11, "site example.org", "names", "")]),
    (("names = example.org, www.example.org", "names = https://example.org/"), [(11, "site example.org", "names", "")]),
    (("[site example.org]", "[site example.org]\ncanonical = other.org"),
     [(11, "site example.org", "canonical", "example.org")]),
    (("[site example.org]", "[site example.org]\nroot = /this/is/not/there"), [(11, "site example.org", "root", "not")]),
    (("[site example.org]", "[site example.org]\nredirect_http = maybe"),
     [(11, "site example.org", "redirect_http", "yes")]),
    (("[site example.org]", "[site example.org]\ncertificate = acne"), [(11, "site example.org", "certificate", "acme")]),
    (("[admin]", "[site EXAMPLE.ORG]\nnames = other.org\n\n[admin]"), [(13, "site EXAMPLE.ORG", "", "example.org")]),
    (("[admin]", "[site two]\nnames = www.example.org\n\n[admin]"), [(14, "site two", "names", "www.example.org")]),
    (("[admin]", "[server]\nloops = 1\n\n[admin]"), [(13, "server", "", "twice|line 1")]),
]


def faults_of(done, file):
    """[(line, section, key, text)] of what `check` printed."""
    found = []
    for line in (done.stdout + done.stderr).splitlines():
        m = re.match(re.escape(str(file)) + r":(?:(\d+):)? (?:\[([^\]]*)\] ?)?(?:([\w-]+): )?:? ?(.*)", line)
        if m:
            found.append((int(m[1] or 0), m[2] or "", m[3] or "", m[4]))
    return found


def test_bad_configurations():
    """Every fault, with file, line, section and key; exit 2; `serve` refuses the same way."""
    folder = postern.scratch("ini")
    file = folder / "postern.ini"
    good = GOOD.format(state=folder / "state")
    file.write_text(good)
    done = postern.run("check", "-c", file)
    assert done.returncode == 0, done.stdout + done.stderr
    every = good
    for (old, new), expected in BAD:
        old, new = (text.format(state=folder / "state") for text in (old, new))
        assert old in good, old
        file.write_bytes(good.replace(old, new, 1).encode())
        done = postern.run("check", "-c", file)
        shown = f"{new!r}: exit {done.returncode}, {done.stdout}{done.stderr}"
        assert done.returncode == 2, shown
        faults = faults_of(done, file)
        for line, section, key, pattern in expected:
            same = [f for f in faults if f[0] == (line or f[0]) and f[1] == section and f[2] == key]
            assert same, f"no fault at {line} [{section}] {key}: {shown}"
            assert re.search(pattern, same[0][3]), f"the fault does not say /{pattern}/: {shown}"
    for old, new in (("http = ", "htpp = "), ("agree_tos = yes", "agree_tos = perhaps"), ("listen = ", "lisen = "),
                     ("names = example.org,", "names = exa_mple!,")):
        every = every.replace(old, new, 1)
    file.write_text(every)
    done = postern.run("check", "-c", file)
    assert {2, 8, 11, 14} <= {f[0] for f in faults_of(done, file)}, f"all four at once: {done.stdout}{done.stderr}"
    done = postern.run("serve", "-c", file)
    assert done.returncode == 2 and len(faults_of(done, file)) >= 4, f"{done.returncode} {done.stdout}{done.stderr}"
    for missing in (folder / "none.ini", folder):
        done = postern.run("check", "-c", missing)
        assert done.returncode == 2 and str(missing) in done.stdout + done.stderr, (done.returncode, done.stderr)
    return f"{len(BAD)} faults"


def test_check_print():
    folder = postern.scratch("ini")
    (folder / "a.ini").write_text(GOOD.format(state=folder / "state"))
    shown = postern.run("check", "--print", "-c", folder / "a.ini")
    assert shown.returncode == 0 and "renew_at = 1/3" in shown.stdout, shown.stdout + shown.stderr
    (folder / "b.ini").write_text(shown.stdout)
    again = postern.run("check", "--print", "-c", folder / "b.ini")
    assert again.returncode == 0 and again.stdout == shown.stdout, "what is printed reads as the same configuration"


def test_configurations_of_the_readme():
    """Each INI that README.md shows is one that `check` takes (its folders made first)."""
    text = (postern.TREE / "README.md").read_text()
    blocks = [b for b in re.findall(r"(?:^    .*\n|^\n)+", text, re.M) if re.search(r"^    \[\w+", b, re.M)]
    blocks += [b for b in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S) if "<<END" in b]
    folder, seen = postern.scratch("readme"), 0
    (folder / "password").write_text("secret\n")
    (folder / ".users").write_text("ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n")
    (folder / "security.txt").write_text("Contact: mailto:security@example.org\nExpires: 2030-12-31T23:59:59Z\n")
    for block in blocks:
        ini = "\n".join(line[4:] if line.startswith("    ") else line for line in block.splitlines())
        if "<<END" in ini:
            ini = ini.split("<<END\n")[1].split("\nEND")[0]
        ini = re.sub(r" +# .*", "", ini)
        ini = re.sub(r"^root = .*", f"root = {folder}", ini, flags=re.M).replace("/srv/photos", str(folder))
        ini = ini.replace("/etc/postern.users", ".users")
        ini = re.sub(r"\$ACME_DIRECTORY", "https://localhost:14000/dir", ini).replace("$ACME_HTTP_PORT", "8080")
        ini = ini.replace("$ACME_CA_FILE", "/etc/ssl/certs/ca-certificates.crt")
        ini = ini.replace("/etc/postern.smtp-password", str(folder / "password"))
        (folder / "readme.ini").write_text(ini)
        done = postern.run("check", "-c", folder / "readme.ini")
        assert done.returncode == 0, f"{ini}\n{done.stdout}{done.stderr}"
        seen += 1
    assert seen == 4, f"{seen} configurations were found in the README"


def test_words_and_exit_codes():
    folder = postern.scratch("words")
    done = postern.run("version")
    assert done.returncode == 0 and re.search(r"postern \d+\.\d+\.\d+", done.stdout), done.stdout
    for argv in (["--help"], ["serve", "--help"], ["renew", "--help"], ["help"]):
        done = postern.run(*argv)
        if argv != ["help"]:
            assert done.returncode == 0 and "postern" in done.stdout and len(done.stdout.splitlines()) > 3, (argv, done)
    for word, near in (("staus", "status"), ("renw", "renew"), ("chekc", "check"), ("relaod", "reload")):
        done = postern.run(word)
        assert done.returncode == 64 and re.search(rf"\b{near}\b", done.stderr), (word, done)
    assert postern.run("status", "--jsn").returncode == 64
    file = folder / "new.ini"
    done = postern.run("init", file)
    assert done.returncode == 0 and file.exists(), done.stderr
    text = file.read_text()
    assert "[server]" in text and "[site " in text and "agree_tos" in text
    done = postern.run("init", file)
    assert done.returncode != 0 and file.read_text() == text and str(file) in done.stderr, "it overwrites nothing"
    done = postern.run("serve", "-c", folder / "none.ini")
    assert done.returncode == 2 and "postern init" in done.stderr + done.stdout, (done.returncode, done.stderr)
    for command in ("reload", "stop"):      # nobody runs
        server = Postern({"localhost": {}})
        done = server.command(command)
        assert done.returncode == 1 and done.stderr.strip(), (command, done)


def test_ready_once():
    """Where the log and the line `ready` come to the same eyes, the addresses stand there once."""
    for log in ("stderr", "log"):
        server = Postern({"localhost": {}})
        if log == "log":
            server.sections["server"]["log"] = server.folder / "postern.log"
            server.write_ini()
        with server:
            server.wait_for(r"^ready http=")
            file, pattern = (server.log_file, " info started version=") if log == "stderr" else \
                (server.folder / "postern.log", r" info ready version=\S+ pid=\d+ listening=")
            http_client.until(lambda: re.search(pattern, file.read_text()), 2, "the log says so too")
            assert len(re.findall(r"\bready\b", server.log())) == 1, server.log()


def test_status_and_show():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern({NAME: {"names": f"{NAME}, www.{NAME}"}}, lab=lab, admin={"password_hash": HASH})
        done = server.command("status")
        assert done.returncode == 3 and done.stderr.strip(), f"nothing readable: {done}"
        with server:
            server.wait_issued(NAME)
            http_client.until(lambda: server.status()[NAME]["state"] == "valid", 5, "the status says valid")
            done = server.command("status")
            assert done.returncode == 0 and NAME in done.stdout and "Pebble" in done.stdout, done.stdout
            one = server.status()[NAME]
            assert one["rung"] == "public" and one["names"] == [NAME, f"www.{NAME}"] and one["last_problem"] is None, one
            assert 1820 >= one["days_left"] >= 80 and one["generation"] >= 1, one
            shown = http_client.describe(server.der(NAME), "-serial").split("=")[1].strip().lower()
            assert re.sub("[^0-9a-f]", "", one["serial"].lower()).lstrip("0") == shown.lstrip("0"), (one, shown)
            done = server.command("show", NAME)
            for word in (NAME, f"www.{NAME}", "Pebble", shown.upper()[-6:]):
                assert word.lower() in done.stdout.lower().replace(":", ""), f"show does not say {word}: {done.stdout}"
            assert server.command("show", "nobody").returncode not in (0, 64)
            done = server.command("renew", NAME)
            assert done.returncode == 2 and re.search(r"\d{4}-\d\d-\d\d", done.stdout + done.stderr), f"not due: {done}"
            done = server.command("renew", "devcie.example.test")
            assert done.returncode == 1 and NAME in done.stderr + done.stdout, f"an unknown name: {done}"
            before = server.der(NAME)
            done = server.renew(NAME)
            assert done.returncode == 0 and server.der(NAME) != before, done
            assert len(done.stdout.splitlines()) >= 3, f"each step is followed: {done.stdout}"
            admin = Admin(server)
            status = admin.json("/api/v1/status")
            one = {c["name"]: c for c in status["certificates"]}[NAME]
            assert one["issuer"] and one["history"] and status["swaps"]["count"] >= 2, one
            page = admin.get("/")
            assert page.status == 200 and NAME.encode() in page.body, page
            foreign = admin.get("/api/v1/status", host="evil.example")
            assert foreign.status in (403, 421), "the admin page is not for any Host (DNS rebinding)"
            done = server.command("stop")
            assert done.returncode == 0, done
            assert server.process.wait(12) == 0
        done = server.command("status")     # from what is stored, when no server runs
        assert done.returncode == 0 and NAME in done.stdout, done


def test_renew_alone():
    """Without a server, `renew` binds the port itself; beside a server of the same state it asks that one."""
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern({NAME: {}}, lab=lab)
        done = server.command("renew")
        assert done.returncode == 0, f"{done.returncode} {done.stdout}{done.stderr}"
        assert server.live(NAME)
        with server:
            assert server.issued(NAME), "the server starts with what renew has stored"
        done = server.command("renew")
        assert done.returncode == 2, f"nothing is due: {done.returncode} {done.stdout}{done.stderr}"
        lab.down()
        done = server.renew(NAME)
        assert done.returncode == 1 and (done.stderr + done.stdout).strip(), done
        server.write_ini("[server]\nnonsense = 1\n")
        assert server.command("renew").returncode == 78


def test_second_server_and_ports():
    with Postern({"localhost": {}}) as server:
        other = Postern({"localhost": {}}, state=server.state)
        other.start(wait=False)
        assert other.process.wait(5) == 1
        assert str(server.pid) in other.log(), f"the other's process is named: {other.log()}"
        for taken, kind in ((server.http_port, "http"), (server.https_port, "https"), (server.admin_port, "admin")):
            other = Postern({"localhost": {}})
            text = other.ini_file.read_text().replace(str(getattr(other, kind + "_port")), str(taken))
            other.write_ini(text)
            other.start(wait=False)
            assert other.process.wait(5) == 1
            assert str(taken) in other.log() and re.search(r"in use|taken", other.log()), other.log()
        assert server.get("/").status == 200
        server.kill()
        server.start()      # a lock of a killed one is no lock
        assert server.get("/").status == 200


def test_no_permission():
    server = Postern({"localhost": {}})
    if int(open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read()) > 81 and postern.port_is_free(81):
        server.write_ini(server.ini_file.read_text().replace(f"127.0.0.1:{server.http_port}", "127.0.0.1:81"))
        server.start(wait=False)
        assert server.process.wait(5) == 1 and "81" in server.log(), server.log()
        assert re.search(r"root|CAP_NET_BIND|permission", server.log(), re.I), server.log()
    server = Postern({"localhost": {}}, state="/proc/postern")
    server.start(wait=False)
    assert server.process.wait(5) == 1 and "/proc/postern" in server.log(), server.log()
    server = Postern({"localhost": {}})
    server.state.mkdir()
    server.state.chmod(0o500)
    postern.own(server.folder)
    server.start(wait=False)
    assert server.process.wait(5) == 1 and str(server.state) in server.log(), server.log()
    server.state.chmod(0o700)


def test_foreign_state_folder():
    """A folder with somebody's files is refused before anything is made, changed or given away in it."""
    home = postern.scratch("home")
    (home / "letters").mkdir(mode=0o700)
    (home / ".profile").write_text("mine")
    for as_root in (False, True):
        keys = {"user": postern.NOBODY, "group": postern.NOBODY} if as_root and os.geteuid() == 0 else {}
        before = looks_of(home)
        server = Postern({"localhost": {}}, state=home, as_root=as_root, server=keys)
        for command in ("check", "serve", "renew"):
            done = server.command(command)
            assert done.returncode == (78 if command == "renew" else 2), (command, done)
            assert "[server] state: " in done.stderr and str(home) in done.stderr and "'.profile'" in done.stderr, done
        assert looks_of(home) == before, "nothing is touched"


def looks_of(folder):
    stats = ((p, p.lstat()) for p in (folder, *sorted(folder.rglob("*"))))
    return [(p, s.st_mode, s.st_uid, s.st_gid, s.st_mtime_ns) for p, s in stats]


DAMAGE = {      # what is done to a state with certificates: (files, what stands in them then)
    "job: half": ("jobs/*.json", lambda data: data[:len(data) // 2]),
    "job: empty": ("jobs/*.json", lambda data: b""),
    "job: other JSON": ("jobs/*.json", lambda data: b'{"attempts": 7, "next": []}'),
    "job: binary": ("jobs/*.json", lambda data: bytes(range(256))),
    "job: huge": ("jobs/*.json", lambda data: b"[" * 3000000),
    "account key: empty": ("accounts/*/account.key", lambda data: b""),
    "account key: half": ("accounts/*/account.key", lambda data: data[:60]),
    "account: other JSON": ("accounts/*/account.json", lambda data: b"[]"),
    "certificate: empty": ("archive/*/*/fullchain.pem", lambda data: b""),
    "certificate: half": ("archive/*/*/fullchain.pem", lambda data: data[:len(data) // 3]),
    "key: empty": ("archive/*/*/privkey.pem", lambda data: b""),
    "key: another": ("archive/*/*/privkey.pem", lambda data: other_key()),
    "all of the archive": ("archive/*/*/*.pem", lambda data: b"x"),
    "self-signed: half": ("selfsigned/*.pem", lambda data: data[:100]),
}


def other_key():
    import subprocess
    return subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                          capture_output=True, check=True).stdout


def test_damaged_state():
    """A damaged file is set aside and said, never a reason not to start; a new certificate comes by itself."""
    with Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0) as lab:
        server = Postern({NAME: {}}, lab=lab)
        with server:
            server.wait_issued(NAME)
        template = server.state
        for what, (pattern, change) in DAMAGE.items():
            server = Postern({NAME: {}}, lab=lab)
            postern.copy_state(template, server.state)
            files = sorted(server.state.glob(pattern))
            assert files, f"{what}: there is no {pattern}"
            for f in files:
                f.write_bytes(change(f.read_bytes()))
            postern.own(server.state)
            with server:
                assert server.ready_s < 2, f"{what}: {server.ready_s} s"
                assert server.get("/", NAME).status == 200
                server.wait_issued(NAME, 15)
                done = server.renew(NAME)
                assert done.returncode == 0, f"{what}: {done.stdout}{done.stderr}"
                if what not in ("self-signed: half",):      # that one is not looked at while a public one serves
                    said = server.log() + server.command("status", "--json").stdout
                    assert re.search(r"damaged|set aside|cannot be (read|used)", said), f"{what}: nothing is said"
        for path in ("live", "jobs", "archive"):    # a link, a file in the place of a folder
            server = Postern({NAME: {}}, lab=lab)
            postern.copy_state(template, server.state)
            if path == "live":
                (server.state / "live" / NAME).unlink()
                (server.state / "live" / NAME).symlink_to("../archive/nowhere/7")
                postern.own(server.state)
                with server:
                    server.wait_issued(NAME, 15)
            else:
                shutil.rmtree(server.state / path)
                (server.state / path).write_text("a file")
                postern.own(server.state)
                server.start(wait=False)    # may refuse, but says which
                time.sleep(1)
                if not server.alive():
                    assert server.process.returncode == 1 and path in server.log(), server.log()
                server.stop()
    return f"{len(DAMAGE) + 3} kinds of damage"


def test_unwritable_in_the_middle():
    """The store becomes read-only while it runs: the old certificate serves, the status says disk."""
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        before = server.der(NAME)
        folders = [server.state, *(p for p in server.state.rglob("*") if p.is_dir() and not p.is_symlink())]
        modes = [(p, p.stat().st_mode) for p in folders]
        for p, mode in modes:
            p.chmod(mode & ~0o222)
        done = server.renew(NAME)
        assert done.returncode == 1 and server.der(NAME) == before, done
        problem = server.status()[NAME]["last_problem"]
        assert problem and re.search(r"disk|permission|write", json.dumps(problem), re.I), problem
        for p, mode in modes:
            p.chmod(mode)
        assert server.renew(NAME).returncode == 0 and server.der(NAME) != before
        assert server.status()[NAME]["last_problem"] is None
