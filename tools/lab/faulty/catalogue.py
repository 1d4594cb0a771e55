"""The faults and scenarios by their names: made from what a person writes, and listed."""
import re

from .faults import FAULTS
from .scenarios import SCENARIOS


def parse_spec(text):
    """The faults that one SPEC or scenario name stands for."""
    text = text.strip()
    if text in SCENARIOS:
        return [one_fault(spec) for spec in SCENARIOS[text][0]]
    return [one_fault(text)]


def one_fault(text):
    name, _, rest = text.partition(":")
    if name not in FAULTS:
        raise ValueError(f"no fault or scenario called {name!r}")
    params = {}
    for key, quoted, plain in re.findall(r"([\w-]+)=(?:'([^']*)'|([^,]*))(?:,|$)", rest):
        params[key] = quoted or plain
    if rest and not params:
        raise ValueError(f"cannot read {rest!r}")
    return FAULTS[name](params)


def listing():
    lines = ["FAULTS"]
    for name, cls in FAULTS.items():
        keys = " ".join(f"{k}={v!r}" for k, v in cls.keys.items())
        lines.append(f"  {name:13} on={cls.on}  {keys}")
        lines += ["      " + part.strip() for part in (cls.__doc__ or "").splitlines()]
    lines.append("SCENARIOS (and what a good client does)")
    for name, (specs, text) in SCENARIOS.items():
        lines.append(f"  {name:20} {' '.join(specs) or '-'}\n      {text}")
    return "\n".join(lines) + "\n"
