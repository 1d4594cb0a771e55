"""The figures of a run as Markdown: medians, ratios, spreads."""
import json
import re
import statistics

from fresh import FRESH
from workloads import W

LOWER_IS_BETTER = re.compile(r"cpu|p50|p90|p99|max|_ms$|_kb|bytes|instr|errors")


def fmt(v):
    if v is None:
        return "-"
    return f"{v:,.0f}" if abs(v) >= 100 else f"{v:.3g}"


def report(a):
    doc = json.load(open(a.out))
    print(f"{doc['date']}, {doc['rounds']} rounds of {doc['secs']} s, load average 1 min: "
          + " ".join(f"{x[0]:.1f}" for x in doc["load"]))
    print("\n| peer | what | version | stripped size, all libraries | without libc |\n|---|---|---|---|---|")
    for n, p in doc["peers"].items():
        print(f"| {n} | {p['title']} | {p['version'][:110]} | {p['size'][0] / 1e6:.2f} MB | {p['size'][1] / 1e6:.2f} MB |")
    for kind, samples in doc["samples"].items():
        spec = W.get(kind) or FRESH[kind]
        metrics = spec[-1].split()
        print(f"\n**{spec[0]}** (median [min..max], ratio to {a.baseline})\n")
        print("| peer | " + " | ".join(metrics) + " | errors |\n|---" * 1 + "|---" * (len(metrics) + 1) + "|")
        first = metrics[0]
        rows = []
        for n, ss in samples.items():
            cells = []
            for m in metrics:
                vs = [s[m] for s in ss if s.get(m) is not None]
                base = [s[m] for s in samples.get(a.baseline, []) if s.get(m) is not None]
                if not vs:
                    cells.append("-")
                    continue
                mid = statistics.median(vs)
                ratio = f" x{mid / statistics.median(base):.2f}" if base and statistics.median(base) else ""
                spread = f" [{fmt(min(vs))}..{fmt(max(vs))}]" if len(vs) > 1 else ""
                cells.append(fmt(mid) + ratio + spread)
            vs = [s[first] for s in ss if s.get(first) is not None]
            errs = sum(s.get("errors") or 0 for s in ss)
            rows.append((statistics.median(vs) if vs else 0, f"| {n} | " + " | ".join(cells) + f" | {errs} |"))
        for _, line in sorted(rows, reverse=not LOWER_IS_BETTER.search(first)):
            print(line)
    for kind, d in doc.get("failed", {}).items():
        for n, why in d.items():
            print(f"\nFAILED {kind} {n}: {why[:200]}")
