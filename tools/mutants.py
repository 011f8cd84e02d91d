"""Small wrong changes of C++ source, each of which some test should notice: .ci/mutations.

A mutant belongs to one of eight kinds, after the mistakes that formulas invite. Code that says what
went wrong, states an invariant or reserves memory is left alone, as are comments and the
preprocessor.
"""
import dataclasses
import hashlib
import re


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int  # from 1
    kind: str
    before: str  # the line, or the lines as one, without space around
    after: str
    start: int  # characters of the file that give way to `text`
    end: int
    text: str

    def applied(self, source):
        return source[: self.start] + self.text + source[self.end :]

    def rank(self, seed):
        """A place in the order of a seed that other code does not change."""
        name = f"{seed}\0{self.kind}\0{self.file}\0{self.before}\0{self.after}"
        return hashlib.sha256(name.encode()).hexdigest()


TOKENS = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | R"\((?:.*?)\)" | "(?:\\.|[^"\\\n])*" | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'
      | ^[ \t]*\#(?:\\\n|[^\n])*""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
# Calls whose arguments decide nothing that is computed.
MESSAGES = re.compile(r"\b(?:fail|fail_usage|warn|static_assert|reserve|BITLINE_CHECK\w*)\(")


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def closing(code, opening):
    """Where the parenthesis closes that opens there."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code) - 1


def visible_code(source, strings=False):
    """The source with everything blank that is not to be changed, character for character."""

    def hide(match):
        token = match.group()
        if token.startswith('"'):
            return token if strings else '"' + blank(token[1:-1]) + '"'
        return blank(token)

    code = TOKENS.sub(hide, source)
    plain = TOKENS.sub(lambda match: blank(match.group()), source)
    for match in MESSAGES.finditer(plain):
        end = closing(plain, match.end() - 1)
        code = code[: match.start()] + blank(code[match.start() : end]) + code[end:]
    return code


NUMBER = r"(\d+(?:\.\d+)?(?:e\d+)?)"
OPERAND = r"(?<=[\w)\]] )"

# kind: pairs of a pattern and what its match becomes.
RULES = {
    "ties": [
        (r"(?<=\s)<(?=\s)", "<="),
        (r"(?<=\s)<=(?=\s)", "<"),
        (r"(?<=\s)>(?=\s)", ">="),
        (r"(?<=\s)>=(?=\s)", ">"),
    ],
    "thresholds": [
        (r"(?<=\s[<>] )\d+\b(?![.'])", lambda match: str(int(match.group()) + 1)),
        (r"(?<=[<>=!]= )\d+\b(?![.'])", lambda match: str(int(match.group()) + 1)),
    ],
    "bounds": [
        (r" [+-] 1\b(?![.'])", ""),
        (r"\bstd::min\b", "std::max"),
        (r"\bstd::max\b", "std::min"),
    ],
    "tiles": [
        (r" \* \w+(?:\.\w+)*\b(?![\[(<:'])", ""),
        (r"(?<=\s)/(?=\s)", "*"),
    ],
    "signs": [
        (OPERAND + r"-(?=\s)", "+"),
        (OPERAND + r"\+(?=\s)", "-"),
        (r"(?<=[=(,] )-(?=\w)", ""),
        (r"(?<=\()-(?=\w)", ""),
        (r"(?<=return )-(?=\w)", ""),
    ],
    "shifts": [
        (r"(?<=\s)<<(?=\s)", ">>"),
        (r"(?<=\s)>>(?=\s)", "<<"),
    ],
    "units": [
        (r"(?<=[*/] )" + NUMBER + r"\b(?!')", r"(10 * \1)"),
        (r"(constexpr (?:double|float|int|std::u?int64_t|std::size_t) \w+ = )(?=\d)", r"\g<1>10 * "),
    ],
    "keys": [
        (r'(?<=[\[({])"[a-z][a-z0-9_.-]*"(?=[\]),])', lambda match: match.group()[:-1] + 'x"'),
    ],
}


def one_line(text):
    return re.sub(r"\s*\n\s*", " ", text.strip())


def ceiling_divisions(code):
    """ceil_div(a, b) to one that rounds down."""
    for match in re.finditer(r"\bceil_div\(", code):
        end = closing(code, match.end() - 1)
        depth = 0
        for at in range(match.end(), end):
            depth += {"(": 1, ")": -1}.get(code[at], 0)
            if code[at] == "," and depth == 0:
                yield match.start(), end + 1, match.end(), at, end


def mutants_of(file, source):
    """Every mutant of one file."""
    code, keys = visible_code(source), visible_code(source, strings=True)
    changes = []
    for kind, rules in RULES.items():
        for pattern, replacement in rules:
            for match in re.finditer(pattern, keys if kind == "keys" else code):
                text = replacement(match) if callable(replacement) else match.expand(replacement)
                changes.append((kind, match.start(), match.end(), text))
    for start, end, first, comma, last in ceiling_divisions(code):
        text = f"(({source[first:comma]}) / ({source[comma + 1 : last].strip()}))"
        changes.append(("tiles", start, end, text))
    for kind, start, end, text in changes:
        head = source.rfind("\n", 0, start) + 1
        tail = source.find("\n", end)
        before = one_line(source[head:tail])
        after = one_line(source[head:start] + text + source[end:tail])
        yield Mutant(file, source.count("\n", 0, start) + 1, kind, before, after, start, end, text)
