"""The workloads that one running instance of each server is put under, round by round."""
import collections

from load import download, fixed_rate, h2load, new_connections, wrk

# workload: (title, variant, needed features, function(server, secs), main metrics)
W = collections.OrderedDict(
    w1=("W1 HTTPS keep-alive 1 KB, wrk -t1 -c64", "", "https", lambda s, d: wrk(s, s.https, "/1k.html", 64, d, True), "rps cpu_us"),
    w1log=("W1 with the access log on", "log", "https log", lambda s, d: wrk(s, s.https, "/1k.html", 64, d, True), "rps cpu_us"),
    w2=("W2 HTTP keep-alive 1 KB, wrk -t1 -c64", "", "http", lambda s, d: wrk(s, s.http, "/1k.html", 64, d, False), "rps cpu_us"),
    w2b=("W2 HTTP keep-alive 100 KB, wrk -t1 -c32", "w100k", "http", lambda s, d: wrk(s, s.http, "/100k.bin", 32, d, False), "rps cpu_us"),
    w3=("W3 HTTPS keep-alive 100 KB, wrk -t1 -c32", "w100k", "https", lambda s, d: wrk(s, s.https, "/100k.bin", 32, d, True), "rps cpu_us"),
    w4a=("W4 100 MB over one TLS connection, AES-128-GCM", "w100m", "https", lambda s, d: download(
        s, d, "TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"), "mb_s cpu_ns_per_kb"),
    w4c=("W4 100 MB over one TLS connection, ChaCha20-Poly1305", "w100m", "https", lambda s, d: download(
        s, d, "TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"), "mb_s cpu_ns_per_kb"),
    w5=("W5 new connection each request, TLS 1.3 full, ECDSA P-256", "", "https tls13", lambda s, d: new_connections(s, d, 13), "rps cpu_us p99"),
    w5b=("W5 new connection each request, TLS 1.2 full, ECDSA P-256", "", "https tls12", lambda s, d: new_connections(s, d, 12), "rps cpu_us"),
    w5r=("W5 new connection each request, TLS 1.3 full, RSA-2048", "rsa", "https tls13", lambda s, d: new_connections(s, d, 13), "rps cpu_us"),
    w6=("W6 new connection each request, TLS 1.3 resumed", "", "https tls13", lambda s, d: new_connections(s, d, 13, "-R"), "rps cpu_us resumed_share"),
    w6b=("W6 new connection each request, TLS 1.2 resumed", "", "https tls12", lambda s, d: new_connections(s, d, 12, "-R"), "rps cpu_us resumed_share"),
    w7=("W7 HTTP/2 1 KB, h2load -c10 -m10", "", "https h2", lambda s, d: h2load(s, "/1k.html", d), "rps cpu_us"),
    w9=("W9 latency at a fixed 2000 requests/s, HTTPS keep-alive 1 KB, 32 connections", "", "https", lambda s, d: fixed_rate(s, d, 2000), "p50 p99 cpu_us"),
    w15=("W15 HTTPS keep-alive 1 KB passed on to a plain server, wrk -t1 -c64", "", "https proxy", lambda s, d: wrk(s, s.https, "/proxied/1k.html", 64, d, True), "rps cpu_us"),
    w13=("W13 redirect http -> https, wrk -t1 -c64", "redir", "redirect", lambda s, d: wrk(s, s.redir, "/1k.html?x=1", 64, d, False), "rps cpu_us"),
)
