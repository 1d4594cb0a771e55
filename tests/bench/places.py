"""Where things lie and run: the tree, the programs that are measured, the folders that the bench works in, the CPUs."""
import os
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
ROOT = os.environ.get("BENCH_ROOT", os.path.expanduser("~/.cache/postern-bench/root"))
WORK = os.environ.get("BENCH_WORK", os.path.expanduser("~/.cache/postern-bench/work"))
CACHE = os.environ.get("POSTERN_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "postern")
# Of each instance; a server that gives its privileges up must still reach its certificate there, as below a home it would not.
RUN = os.environ.get("BENCH_RUN", os.path.join(tempfile.gettempdir(), f"postern-bench-{os.getuid()}"))
SERVERS = os.path.join(CACHE, "servers")     # where tools/setup unpacks them
SERVER_CPU, CLIENT_CPU = "0", "1"
