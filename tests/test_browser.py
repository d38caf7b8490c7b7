"""What a reader's browser makes of the committed briefs, and what JupyterLab offers to export.

`make test-browser` runs these; they use the system's Chromium and reach nothing beyond this machine.
"""

import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
BRIEFS = sorted((ROOT / "report").glob("brief.*.html"))
each_brief = pytest.mark.parametrize("brief", BRIEFS, ids=lambda file: file.stem)
each_width = pytest.mark.parametrize("width", [1280, 320])

# What a reader sees of one citation's quote. It is on top when a click on its middle would reach it:
# a quote that its table cuts off, or that lies under other text, is not.
PEEK = """a => {
  const peeks = a.parentElement.querySelectorAll(':scope > .peek'), note = document.getElementById(a.hash.slice(1))
  if (peeks.length !== 1 || !note) return {peeks: peeks.length, note: !!note}
  const peek = peeks[0], box = peek.getBoundingClientRect(), flat = e => e.textContent.replace(/\\s+/g, ' ').trim()
  const middle = (from, to, most) => Math.min(Math.max((from + to) / 2, 1), most - 2)
  const top = document.elementFromPoint(
    middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight))
  const quotes = [...peek.querySelectorAll('.quote')].map(flat)
  return {peeks: 1, note: true, quoted: (quotes.length ? quotes : [flat(peek)]).every(q => q && flat(note).includes(q)),
    shown: box.width * box.height > 0 && peek.checkVisibility({visibilityProperty: true, opacityProperty: true}),
    inside: box.left >= 0 && box.right <= innerWidth, on_top: peek.contains(top)}
}"""
CENTRE = "a => a.scrollIntoView({block: 'center', behavior: 'instant'})"
SEEN = {"peeks": 1, "note": True, "shown": True, "quoted": True, "inside": True, "on_top": True}


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    assert found, "no Chromium on this machine: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """Opens a file or address in a context of its own; `visit.asked` lists every request made for it."""
    contexts = []

    def open_page(address, width=1280, **options):
        contexts.append(chromium.new_context(viewport={"width": width, "height": 800}, **options))
        contexts[-1].on("request", lambda request: open_page.asked.append(request.url))
        page = contexts[-1].new_page()
        page.goto(address.as_uri() if isinstance(address, Path) else address)
        return page

    open_page.asked = []
    yield open_page
    for context in contexts:
        context.close()


def violations(page, **options):
    """axe's findings, one line each; without options it runs its default rules, best practice among them."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response
    assert found["passes"], "axe ran no rule"
    return [
        f"{rule['id']} ({rule['impact']}): {[node['target'] for node in rule['nodes'][:3]]} of {len(rule['nodes'])}"
        for rule in found["violations"]
    ]


def letters(text):
    return re.sub(r"[\W\d_]", "", unicodedata.normalize("NFKC", text).casefold())


def test_the_english_brief_is_among_those_tested():
    assert "brief.en.html" in [file.name for file in BRIEFS]


@each_brief
@each_width
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, brief, width, scheme):
    assert violations(visit(brief, width, color_scheme=scheme)) == []


@each_brief
def test_nothing_scrolls_sideways_on_a_narrow_screen(visit, brief):
    page = visit(brief, 320)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    outside = """all => all.filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('[tabindex="0"]'))
        .filter(e => e.getBoundingClientRect().left < -1 || e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.outerHTML.slice(0, 80))"""
    assert page.locator("h1, h2, h3, p, li, img, table").evaluate_all(outside) == []


@each_brief
def test_on_paper_every_note_is_there_and_legible(visit, brief):
    page = visit(brief)
    page.emulate_media(media="print")
    notes = set(page.locator("a[role=doc-noteref]").evaluate_all("all => all.map(a => a.hash)"))
    assert notes and [note for note in notes if not page.locator(note).is_visible()] == []
    assert violations(page, runOnly=["color-contrast"]) == []


@each_brief
def test_the_file_asks_for_nothing_and_runs_nothing(visit, brief):
    # Its policy is switched off first: the file must ask for nothing by itself, not because it is stopped.
    page = visit(brief, bypass_csp=True)
    page.wait_for_load_state("networkidle")
    assert visit.asked == [brief.as_uri()]
    assert page.locator("script, iframe, object, embed, link").count() == 0
    active = "all => all.flatMap(e => [...e.attributes]).filter(a => /^on/i.test(a.name) || /^\\s*javascript:/i.test(a.value)).length"
    assert page.locator("*").evaluate_all(active) == 0
    policy = page.locator("head > meta[http-equiv=Content-Security-Policy]")
    assert policy.get_attribute("content").startswith("default-src 'none';")


@each_brief
def test_without_javascript_all_text_is_printed(visit, brief):
    import pypdfium2

    page = visit(brief, java_script_enabled=False)
    page.locator(".peek").evaluate_all("all => all.forEach(e => e.remove())")
    written = letters(page.locator("main").text_content())
    with pypdfium2.PdfDocument(page.pdf()) as pdf:
        printed = letters("".join(sheet.get_textpage().get_text_bounded() for sheet in pdf))
    assert len(written) > 5_000
    # Counted, not compared in order: a PDF keeps Arabic in the order it is drawn.
    assert Counter(written) - Counter(printed) == Counter()


@each_brief
@each_width
def test_hovering_a_citation_shows_its_quote(visit, brief, width):
    page = visit(brief, width, reduced_motion="reduce")
    citations = page.locator("a[role=doc-noteref]").element_handles()
    assert citations
    for citation in citations:
        page.mouse.move(0, 0)
        citation.evaluate(CENTRE)
        assert citation.evaluate(PEEK).get("shown") is False, citation.get_attribute("href")
        citation.hover()
        assert citation.evaluate(PEEK) == SEEN, citation.get_attribute("href")


@each_brief
@each_width
def test_the_keyboard_reaches_every_citation_and_shows_its_quote(visit, brief, width):
    page = visit(brief, width, reduced_motion="reduce")
    citations = page.locator("a[role=doc-noteref]").count()
    reached = []
    for _ in range(5 * citations):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement").as_element()
        if focused.evaluate("e => e === document.body"):
            break
        if focused.get_attribute("role") == "doc-noteref":
            reached.append(focused.get_attribute("href"))
            focused.evaluate(CENTRE)
            assert focused.evaluate(PEEK) == SEEN, reached[-1]
    assert citations and len(reached) == citations


@each_brief
def test_language_and_direction_are_declared(visit, brief):
    page, language = visit(brief), brief.name.split(".")[1]
    html = page.locator("html")
    assert html.get_attribute("lang") == language
    assert html.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    turned = """all => all.filter(e => /\\p{Script=Arabic}/u.test(e.textContent))
        .filter(e => getComputedStyle(e).direction !== 'rtl' && e.localName !== 'bdi').map(e => e.outerHTML.slice(0, 80))"""
    assert page.locator("body :lang(ar)[lang]").evaluate_all(turned) == []


@each_brief
def test_headings_descend_step_by_step_and_images_are_described(visit, brief):
    page = visit(brief)
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map(e => +e.localName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels)), levels
    described = page.locator("img").evaluate_all("all => all.map(e => e.alt.trim())")
    assert [alt for alt in described if len(alt) <= 40] == []


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on an executed brief, with settings of its own; it is told to ask for no news."""
    executed = ROOT / ".research" / "executed" / "brief.en.ipynb"
    assert executed.exists(), f"{executed} is missing: run `make brief` first"
    (tmp_path / "served").mkdir()
    shutil.copy(executed, tmp_path / "served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = f"""--no-browser --allow-root --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0 --IdentityProvider.token=
        --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.news_url=None
        --LabApp.extension_manager=readonly --LabApp.notebook_starts_kernel=False""".split()
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *flags],
            cwd=tmp_path / "served",
            stdout=log,
            stderr=log,
            env=os.environ | {"RESEARCH_STUDY": str(ROOT), "HOME": str(tmp_path)},
        )
    for _ in range(240):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 or server.poll() is not None:
                break
        time.sleep(0.25)
    yield f"http://127.0.0.1:{port}/"
    server.terminate()
    server.wait(30)
    print((tmp_path / "log").read_text()[-5_000:])  # pytest shows it when the test failed


def test_jupyterlab_exports_the_brief_and_calls_nobody(visit, lab):
    page = visit(f"{lab}api")
    with page.expect_response("**/api/nbconvert*"):  # it names the entries of the menu
        page.goto(f"{lab}lab/tree/brief.en.ipynb?reset")
    page.wait_for_load_state("networkidle")
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Save and Export Notebook As").hover()
    # JupyterLab shows the exporter's entry-point name, with a capital.
    page.get_by_role("menuitem", name=re.compile("^(Brief_html|Policy brief .HTML.)")).wait_for()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=re.compile("^(Brief_pdf|Policy brief .PDF.)")).click()
    made = Path(download.value.path()).read_bytes()
    assert made.startswith(b"%PDF") and len(made) > 20_000
    assert [url for url in visit.asked if not url.startswith((lab, "data:", f"blob:{lab}"))] == []
