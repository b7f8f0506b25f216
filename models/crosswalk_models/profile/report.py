"""A profile as a table for people."""

from collections.abc import Sequence

from crosswalk_models.profile.model import FieldProfile, FileProfile, Profile

HEAD = ("field", "type", "filled", "distinct", "range", "pattern", "examples")
#: Widest a column gets; the last one takes what is left of the line.
WIDEST = (44, 20, 6, 8, 30, 26, 60)


def render(profile: Profile, width: int = 160) -> str:
    """All files one after the other, then how they refer to each other; lines of `width` at most."""
    parts = [_file(item, width) for item in profile.files]
    if profile.foreign_keys:
        lines = ["References between files (guesses)"]
        lines += [
            f"  {key.file}: {key.path} → {key.to_file}: {key.to_path}  "
            f"({key.coverage:.0%} of {key.distinct} values found there)"
            for key in profile.foreign_keys
        ]
        parts.append("\n".join(line[:width] for line in lines))
    return "\n\n".join(parts)


def _file(profile: FileProfile, width: int) -> str:
    keys = f", may be identified by {', '.join(profile.keys)}" if profile.keys else ""
    title = f"{profile.name}: {profile.records:,} records, {len(profile.fields)} fields{keys}"
    rows = [_row(item) for item in profile.fields]
    personal = sum(item.personal for item in profile.fields)
    lines = [title[:width], *table(HEAD, rows, WIDEST, width)]
    if personal:
        lines.append(f"* {personal} fields look personal; their values are masked")
    return "\n".join(lines)


def _row(item: FieldProfile) -> tuple[str, ...]:
    kind = f"{item.type} ({item.form})" if item.form else item.type
    if item.conforms < 1:
        kind += f" {item.conforms:.0%}"
    if item.type in ("integer", "decimal", "date", "datetime") and item.least:
        extent = item.least if item.least == item.most else f"{item.least[:19]} … {item.most[:19]}"
    else:
        extent = f"{item.shortest} … {item.longest} chars" if item.filled else ""
    return (
        item.path + ("*" if item.personal else "") + (" (key)" if item.key else ""),
        kind,
        f"{item.filled_rate:.0%}",
        f"{item.distinct:,}",
        extent,
        item.patterns[0].value if item.patterns else "",
        ", ".join(item.examples[:3]),
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], widest: Sequence[int], width: int) -> list[str]:
    """Aligned columns: head, a rule, rows; cells cut with ``…``; lines of at most `width` characters."""
    sizes = [
        min(limit, max([len(title), *(len(row[column]) for row in rows)]))
        for column, (title, limit) in enumerate(zip(head, widest, strict=True))
    ]
    lines = [head, ["─" * size for size in sizes], *rows]
    return [
        "  ".join(_cut(cell, size).ljust(size) for cell, size in zip(line, sizes, strict=True)).rstrip()[
            :width
        ]
        for line in lines
    ]


def _cut(cell: str, size: int) -> str:
    text = "".join(char if char.isprintable() else "·" for char in cell)
    return text if len(text) <= size else text[: size - 1] + "…"
