"""YAML that people write, read so that what is wrong can be named with its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from research.errors import ResearchError

Model = TypeVar("Model", bound=pydantic.BaseModel)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast


@dataclass(frozen=True)
class YamlFile:
    """A YAML file: its `content`, and where in the file each part of it stands."""

    path: Path
    content: Any
    node: yaml.Node | None

    def where(self, *keys: str | int) -> str:
        """Place of the part that `keys` lead to, or of the nearest part around it: ``layers.yaml:12:5``."""
        node = self.node
        for key in keys:
            node = _child(node, key) or node
        line, column = (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)
        return f"{self.path.name}:{line}:{column}"

    def parse(self, model: type[Model], entry: Any, *keys: str | int) -> Model:
        """`entry`, the part that `keys` lead to, as a `model`.

        Raises
        ------
        ResearchError
            Naming place, field, problem and value.
        """
        try:
            return model.model_validate(entry)
        except pydantic.ValidationError as error:
            first = error.errors()[0]
            named = repr(entry["id"]) + ": " if isinstance(entry, dict) and "id" in entry else ""
            field = ".".join(map(str, first["loc"]))
            raise ResearchError(
                f"{named}{field}: {first['msg']} (got {first['input']!r:.60})",
                where=self.where(*keys, *first["loc"]),
                remedy="correct it",
            ) from error

    def with_item(self, item: str, *keys: str | int) -> str:
        """The file's text with `item` at the end of the list that `keys` lead to, all else as it is.

        What is missing on the way to the list is written, too.
        """
        text, node = self.path.read_text(encoding="utf-8"), self.node
        quoted = yaml.safe_dump([item], default_flow_style=True, allow_unicode=True, width=10**6).strip()
        for position, key in enumerate(keys):
            child = _child(node, key)
            if child is None:
                value = quoted
                for missing in reversed(keys[position + 1 :]):
                    value = f"{{{missing}: {value}}}"
                return _inserted(text, node, f"{key}: {value}")
            node = child
        return _inserted(text, node, quoted[1:-1])


def read_yaml(path: str | Path) -> YamlFile:
    """Read a YAML file as plain data: no tag makes an object, no key is lost.

    Raises
    ------
    ResearchError
        There is no such file; it is not YAML or uses a tag; a key stands twice in one entry.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.yaml"
    >>> _ = file.write_text("concepts:\\n  - id: data\\n    label: x\\n", encoding="utf-8")
    >>> read_yaml(file).where("concepts", 0, "label")
    'a.yaml:3:12'
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        loader = _LOADER(text)
        node = loader.get_single_node()
        for double in _repeated(node):
            mark = double.start_mark
            raise ResearchError(
                f"the key {double.value!r} stands twice in one entry",
                where=f"{path.name}:{mark.line + 1}:{mark.column + 1}",
                remedy="join the two",
            )
        return YamlFile(path, loader.construct_document(node) if node else None, node)
    except FileNotFoundError:
        raise ResearchError("no such file", where=path.name, remedy="write it") from None
    except UnicodeDecodeError as error:
        raise ResearchError("not UTF-8", where=path.name, remedy="save it as UTF-8") from error
    except RecursionError as error:
        raise ResearchError("nested too deep", where=path.name, remedy="flatten it") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", "") or str(error)
        raise ResearchError(f"not readable as YAML: {problem}", where=path.name + at, remedy="mend it there") from error


def _child(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        items: list[yaml.Node] = node.value
        return items[key]
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, yaml.Node] = {
            name.value: value for name, value in node.value if isinstance(name, yaml.ScalarNode)
        }
        return found.get(key)
    return None


def _inserted(text: str, node: Any, entry: str) -> str:
    """`text` with one more entry in a list (at its end) or a mapping (after its first key)."""
    if node.flow_style and not node.value:
        at, piece = node.start_mark.index + 1, entry
    elif node.flow_style:
        last = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
        at, piece = last.end_mark.index, f", {entry}"
    else:
        is_list = isinstance(node, yaml.SequenceNode)
        beside = (node.value[-1] if is_list else node.value[0][1]).end_mark.index
        at = text.find("\n", beside)
        at = at if at >= 0 else len(text)
        piece = f"\n{' ' * node.start_mark.column}{'- ' if is_list else ''}{entry}"
    return text[:at] + piece + text[at:]


def _repeated(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """Keys that their mapping has already; an anchor's content is looked at once."""
    queue, seen = [root], set()
    while queue:
        node = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            queue += node.value
        elif isinstance(node, yaml.MappingNode):
            names = set()
            for name, value in node.value:
                if isinstance(name, yaml.ScalarNode) and name.value in names:
                    yield name
                names.add(name.value if isinstance(name, yaml.ScalarNode) else id(name))
                queue.append(value)
