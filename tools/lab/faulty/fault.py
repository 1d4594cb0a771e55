"""What every fault has in common, and the table in which faults enter themselves by name."""
import threading

FAULTS = {}


class Fault:
    """One fault in force.  A subclass overrides the hooks it needs."""
    on = "any"
    keys = {}

    def __init__(self, params):
        self.params = params
        self.kinds = set(params.pop("on", self.on).split("+"))
        self.left = int(params.pop("count", -1))
        self.spare = int(params.pop("after", 0))
        self.every = int(params.pop("every", 1))
        self.seen = self.hits = 0
        self.lock = threading.Lock()
        unknown = set(params) - set(self.keys)
        if unknown:
            raise ValueError(f"{self.name}: unknown key {', '.join(sorted(unknown))}")
        for key, default in self.keys.items():
            value = params.get(key, default)
            if isinstance(default, (int, float)) and not isinstance(default, bool):
                value = type(default)(value)
            setattr(self, key, value)

    def applies(self, kind):
        if "any" not in self.kinds and kind not in self.kinds:
            return False
        with self.lock:
            self.seen += 1
            if self.seen <= self.spare or self.left == 0 or (self.seen - self.spare - 1) % self.every:
                return False
            self.left -= self.left > 0
            self.hits += 1
            return True

    # what a subclass may define:
    def connect(self, proxy, sock): ...     # on accept, before TLS; True: taken over
    def request(self, proxy, ex): ...       # before the CA is asked; may return an Answer
    def answer(self, proxy, ex, a): ...     # may change the Answer


def fault(name, on="any", **keys):
    def wrap(cls):
        cls.name, cls.on, cls.keys = name, on, keys
        FAULTS[name] = cls
        return cls
    return wrap
