"""Where things lie and run: the tree, the programs that are measured, the folder that the bench works in, the CPUs."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
ROOT = os.environ.get("BENCH_ROOT", os.path.expanduser("~/.cache/postern-bench/root"))
WORK = os.environ.get("BENCH_WORK", os.path.expanduser("~/.cache/postern-bench/work"))
CACHE = os.environ.get("POSTERN_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "postern")
SERVERS = os.path.join(CACHE, "servers")     # where tools/setup unpacks them
SERVER_CPU, CLIENT_CPU = "0", "1"
