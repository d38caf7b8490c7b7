"""nbconvert exporters: an executed notebook to a tagged PDF (by Typst) and to one self-contained HTML file."""

from __future__ import annotations

import base64
import datetime
import io
import json
import sys
import tempfile
from abc import abstractmethod
from importlib.resources import files
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Unicode, default
from traitlets.config import Application

from research.brief.check import check_prose
from research.brief.model import Document, from_notebook
from research.brief.runs import harmless
from research.errors import ResearchError
from research.wording import RIGHT_TO_LEFT, day, words

_TEMPLATES = files("research.brief") / "templates"
_FONTS = ("Fira Sans", "Amiri")


class _BriefExporter(Exporter):
    """What both exporters share: the notebook becomes a document, the document is typeset."""

    run_id = Unicode("", help="Identifies the build; printed in the colophon.").tag(config=True)

    def from_notebook_node(self, nb: Any, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        name = resources.get("metadata", {}).get("name") or "notebook"
        resources["output_extension"] = self.file_extension
        try:
            _refuse_failed(nb, f"{name}.ipynb")
            doc = from_notebook(nb, f"{name}.ipynb")
            for problem in check_prose(doc):
                self.log.warning("%s.ipynb, %s", name, problem)
            return self.typeset(doc), resources
        except ResearchError as error:
            from nbconvert.nbconvertapp import NbConvertApp  # imports every exporter, this module too

            if not (Application.initialized() and isinstance(Application.instance(), NbConvertApp)):
                raise  # JupyterLab and the pipeline show the line themselves
            print(f"brief: {error}", file=sys.stderr)
            sys.exit(error.exit_code)

    @abstractmethod
    def typeset(self, doc: Document) -> Any:
        """The finished file of `doc`."""

    def _data(self, doc: Document) -> dict[str, Any]:
        language = doc.meta["language"]
        data = {
            "meta": {
                **doc.meta,
                "run_id": self.run_id,
                "rtl": language in RIGHT_TO_LEFT,
                "day": day(datetime.date.fromisoformat(doc.meta["date"]), language),
            },
            "blocks": doc.blocks,
        }
        return {**harmless(data), "labels": words(language)}


def _refuse_failed(notebook: Any, name: str) -> None:
    """A cell that raised, a guard's perhaps, makes no brief."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                raise ResearchError(
                    f"{output['ename']}: {output['evalue']}",
                    where=f"{name}, cell {number}",
                    remedy="mend it, run it again",
                )


class BriefPDFExporter(_BriefExporter):
    """PDF/UA-1 and PDF/A-2a by Typst. The template is handed JSON and reads no file; its root is an empty folder."""

    export_from_notebook = "Policy brief (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def typeset(self, doc: Document) -> bytes:
        dated = datetime.datetime.fromisoformat(doc.meta["date"]).replace(tzinfo=datetime.UTC)
        return bytes(self._compile(doc, pdf_standards=["ua-1", "a-2a"], timestamp=int(dated.timestamp())))

    def _compile(self, doc: Document, **options: Any) -> Any:
        import typst

        with tempfile.TemporaryDirectory() as root:
            main = Path(root, "brief.typ")
            main.write_bytes((_TEMPLATES / "brief.typ").read_bytes())
            try:
                made, warnings = typst.compile_with_warnings(
                    str(main),
                    root=root,
                    package_path=root,
                    package_cache_path=root,
                    font_paths=_font_folders(),
                    ignore_system_fonts=True,
                    sys_inputs={"doc": json.dumps(self._data(doc), ensure_ascii=False)},
                    **options,
                )
            except typst.TypstError as error:
                problem = " ".join(str(error).split())[:300]
                raise ResearchError(
                    f"the brief cannot be typeset: {problem}", remedy="mend the text it names"
                ) from error
        for warning in warnings:
            self.log.warning("typst: %s", warning.message)
        return made


def first_page(pdf: bytes) -> bytes:
    """The first page of a PDF as PNG, 100 dots an inch."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=100 / 72).to_pil()
    made = io.BytesIO()
    page.save(made, "png", optimize=True)
    return made.getvalue()


def _font_folders() -> list[str]:
    """Folders of the fonts that come as packages; the system's are never used."""
    import fontpkg
    import matplotlib

    folders = [str(Path(fontpkg.path(family)).parent) for family in _FONTS]
    return [*folders, str(Path(matplotlib.get_data_path(), "fonts", "ttf"))]  # DejaVu: the last resort


class BriefHTMLExporter(_BriefExporter):
    """One HTML file: no script, no outside request, a strict content security policy."""

    export_from_notebook = "Policy brief (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def typeset(self, doc: Document) -> str:
        import jinja2

        environment = jinja2.Environment(
            autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        )
        environment.filters["data_uri"] = lambda svg: (
            "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
        )
        template = environment.from_string((_TEMPLATES / "brief.html.j2").read_text(encoding="utf-8"))
        data = self._data(doc)
        notes = [item for block in data["blocks"] if block["t"] == "notes" for item in block["items"]]
        # What a citation shows when it is pointed at.
        peeks = {item["n"]: item for item in notes}
        return template.render(blocks_of_brief=data.pop("blocks"), peeks=peeks, **data)
