"""A configuration that changes under a running server: what is put into force, what is refused, what waits."""
import re
import signal
import socket
import time

import http_client

import ports
import postern
from postern import Postern


def site_root(text):
    root = postern.scratch("root")
    (root / "index.html").write_text(text)
    postern.own(root)
    return root


def test_reload():
    sites = {"one": {"names": "one.example.test", "root": site_root("one")}}
    for how in ("signal", "command"):
        with Postern(dict(sites)) as server:
            with http_client.Conn(server.https_port, "one.example.test") as kept:
                assert kept.request("/", "one.example.test").body == b"one"
                good = server.ini_file.read_text()
                server.write_ini(good.replace("[site one]", "[site one]\nreddirect = yes\ncaconical = x"))
                if how == "signal":
                    server.signal(signal.SIGHUP)
                    server.wait_for(r" error reload_refused file=\S+ faults=2 ")
                    faults = re.findall(r" error config_fault why=(.*)", server.log())
                    assert len(faults) == 2 and "reddirect" in faults[0] and "caconical" in faults[1], "a line each: " + server.log()
                else:
                    done = server.command("reload")
                    assert done.returncode == 2 and "reddirect" in done.stdout + done.stderr, done
                assert server.alive() and server.get("/", "one.example.test").body == b"one", "the old one stays"
                server.write_ini(good)
                server.sites["two"] = {"names": "two.example.test", "root": site_root("two")}
                server.sites["one"] = {"names": "one.example.test", "root": site_root("new one")}
                server.write_ini()
                if how == "signal":
                    server.signal(signal.SIGHUP)
                else:
                    done = server.command("reload")
                    assert done.returncode == 0, done
                http_client.until(lambda: server.get("/", "two.example.test").status == 200, 3, "the new site serves")
                assert server.get("/", "two.example.test").body == b"two"
                assert server.get("/", "one.example.test").body == b"new one"
                http_client.until(lambda: b"two.example.test" in server.der("two.example.test"), 1, "with its certificate")
                assert kept.request("/", "one.example.test").status == 200, "an open connection goes on"
                del server.sites["two"]
                server.write_ini()
                server.signal(signal.SIGHUP)
                http_client.until(lambda: server.get("/", "two.example.test").status == 421, 3, "it is gone again")


def test_reload_of_ports():
    """Redirects lead to a port that is served; the note about a restart stays until there was one."""
    with Postern({"localhost": {}}) as server:
        first, text = server.https_port, server.ini_file.read_text()
        assert server.get_plain("/x").field("Location") == f"https://localhost:{first}/x"
        port = ports.one()
        server.write_ini(text.replace(f"127.0.0.1:{first}", f"127.0.0.1:{port}"))
        done = server.command("reload")
        assert done.returncode == 0 and "restart" not in done.stdout, f"it can be bound: {done}"
        assert http_client.fetch(port, "/", "localhost", sni="localhost").status == 200
        http_client.until(lambda: server.get_plain("/x").field("Location") == f"https://localhost:{port}/x", 3, "the new port")
        server.https_port = port
        text = server.ini_file.read_text()
        if int(open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read()) > 444 and postern.port_is_free(444):
            # below 1024 only another start can bind it
            server.write_ini(text.replace(f"127.0.0.1:{port}", "127.0.0.1:444") +
                             "\n[site two]\nnames = two.localhost\ncertificate = self-signed\n")
            for _ in range(2):
                done = server.command("reload")
                assert done.returncode == 0 and "[server] https takes effect after a restart" in done.stdout, done
            assert server.get_plain("/x").field("Location") == f"https://localhost:{port}/x", "where something answers"
            assert server.get("/x").status == 404
            assert "restart_needed" in server.log()
            http_client.until(lambda: server.get("/", "two.localhost").status == 200, 3, "the rest of the file is in force")
            server.write_ini(text)
            done = server.command("reload")
            assert done.returncode == 0 and "restart" not in done.stdout, done
        taken = socket.create_server(("127.0.0.1", 0))
        server.write_ini(text.replace(f"127.0.0.1:{port}", "127.0.0.1:%d" % taken.getsockname()[1]))
        done = server.command("reload")
        assert done.returncode == 2 and "another program" in done.stderr, f"somebody else's port: {done}"
        taken.close()


def test_reload_of_another_file():
    """`reload -c OTHER` is refused by a server that reads another file; a link to its own is its own."""
    with Postern({"localhost": {}}) as server:
        own, other, link = server.ini_file, server.folder / "other.ini", server.folder / "link.ini"
        other.write_text(own.read_text())
        link.symlink_to(own)
        done = postern.run("reload", "-c", other)
        assert done.returncode == 2, done
        for word in (f"reads {own}", f"not {other}", f"-c {own}"):
            assert word in done.stderr, f"{word} is not said: {done}"
        assert postern.run("reload", "-c", link).returncode == 0
        assert postern.run("reload", "-c", own.name, cwd=server.folder).returncode == 0
        assert server.log().count(" reloaded ") == 2, server.log()


def test_log_is_reopened():
    """After a reload, by either way, lines go to a new file where somebody moved the old one: also with a faulty INI."""
    server = Postern({"localhost": {}})
    log, moved = server.folder / "postern.log", server.folder / "postern.log.1"
    server.sections["server"]["log"] = log
    server.write_ini()
    with server:
        for how, faulty in (("signal", False), ("command", False), ("signal", True)):
            log.rename(moved)
            server.write_ini(server.ini_file.read_text() + ("nonsense\n" if faulty else ""))
            if how == "signal":
                server.signal(signal.SIGHUP)
            else:
                assert server.command("reload").returncode == 0
            pattern = "reload_refused" if faulty else " reloaded "
            http_client.until(lambda: log.exists() and re.search(pattern, log.read_text()), 3, f"{pattern} in the new file")
            assert not re.search("reload", moved.read_text().split(" reloaded ")[-1]), "the old one gets nothing more"
            assert log.stat().st_mode & 0o777 == 0o640
        log.unlink()
        log.mkdir()
        server.signal(signal.SIGHUP)
        time.sleep(0.3)
        assert server.alive() and server.get("/").status == 200, "no place for the log is no reason to end"


def test_state_was_edited():
    """Whoever changed `state` under a running server is told where it was looked for, and where the server is."""
    with Postern({"localhost": {}}) as server:
        text = server.ini_file.read_text()
        new = server.folder / "elsewhere"
        server.write_ini(text.replace(f"state = {server.state}", f"state = {new}"))
        for command, status in (("reload", 1), ("stop", 1), ("status", 3), ("show", 3), ("renew", 1)):
            done = server.command(command, *(["localhost"] if command == "show" else []))
            assert done.returncode == status, (command, done)
            for word in (str(server.state), f"process {server.pid}", "-c OLD"):
                assert word in done.stderr, f"{command} does not say {word}: {done}"
            assert str(new) in done.stderr, (command, done)
        server.write_ini(text)
        assert server.command("reload").returncode == 0 and server.alive()


def test_to_addresses_that_overlap():
    """127.0.0.1 to every address and back, by command: the port is served again each time, open connections stay."""
    with Postern({"localhost": {}}) as server, http_client.Conn(server.https_port, "localhost") as kept:
        for host in ("0.0.0.0", "[::]", "127.0.0.1", "[::]", "0.0.0.0"):
            server.sections["server"]["https"] = f"{host}:{server.https_port}"
            server.write_ini()
            done = server.command("reload")
            assert done.returncode == 0, done
            assert server.get("/").status == 200, host
        assert kept.request("/").status == 200
