"""Finds the functions of a C++ or JavaScript text, for tools/lint.

It follows braces, not grammar: a brace after `)` outside of any function opens
one; a brace after a name, `=`, `,`, `(` or `return` is an initializer; all other
braces inside a function are blocks.  A lambda counts as a block of its owner.
"""
import re

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<raw>\w*)\(.*?\)(?P=raw)"'
                   r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|`(?:\\.|[^`\\])*`', re.S)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b(?!.*\))", re.S)
SIGNATURE_END = re.compile(r"(\)|=>|\b(const|noexcept|override|final|mutable|try)|&&?|->\s*[\w:<>,\s&*]+)\s*$")
BLOCK = re.compile(r"(^|\)|=>|\]|\b(else|do|try|mutable|noexcept|finally)|:|->\s*[\w:<>,\s&*]+)\s*$")
NAME = re.compile(r"([~\w:]+|operator\s*\S+?)\s*\(")
PREPROCESSOR = re.compile(r"^[ ]*#(?:[^\n\\]|\\.)*", re.M | re.S)


def blank(match):
    """As many lines as before, and nothing in them; a string stays a value."""
    lines = "\n" * match[0].count("\n")
    return lines if match[0].startswith(("/", "#", " ")) else '""' + lines


def kind_of(head, stack):
    """What the brace after `head` opens, inside of `stack`."""
    inside = any(frame["kind"] == "function" for frame in stack)
    if stack and stack[-1]["kind"] == "initializer":
        return "block" if re.search(r"(\)|=>|\])\s*(mutable|noexcept)?\s*$", head) else "initializer"
    if inside:
        return "block" if BLOCK.search(head) else "initializer"
    if CONTAINER.search(head) and "=" not in head.split("(")[0]:
        return "container"
    # `Thing::Thing(int n) : n_{n}, ...`: the brace touches the member's name
    if re.search(r"\)\s*(noexcept\s*)?:[^:].*[\w>]$", head, re.S):
        return "initializer"
    return "function" if ")" in head and SIGNATURE_END.search(head) or "=>" in head else "initializer"


def name_of(head):
    found = NAME.search(head.strip())
    return found[1].strip() if found else "?"


def functions(text):
    """[(first line, lines, deepest nesting, name)] of the outermost functions."""
    text = PREPROCESSOR.sub(blank, TOKEN.sub(blank, text))
    found, stack, head, line = [], [], "", 1
    for char in text:
        line += char == "\n"
        if char == "{":
            kind = kind_of(head, stack)
            if kind == "block":
                note_depth(stack)
            stack.append({"kind": kind, "line": line - head.lstrip().count("\n"), "deepest": 0,
                          "name": name_of(head), "head": head})
            head = ""
        elif char == "}" and stack:
            frame = stack.pop()
            if frame["kind"] == "function":
                found.append((frame["line"], line - frame["line"] + 1, frame["deepest"], frame["name"]))
            # an initializer is a value in the text around it
            head = frame["head"] + "0" if frame["kind"] == "initializer" else ""
        elif char == ";" and not head.count("(") > head.count(")"):
            head = ""
        else:
            head += char
    return found


def note_depth(stack):
    """A block opens: remember how deep that is below its function."""
    blocks = 1
    for frame in reversed(stack):
        if frame["kind"] == "function":
            frame["deepest"] = max(frame["deepest"], blocks)
            return
        blocks += frame["kind"] == "block"
