import csv
import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from research import load_corpus
from research.cli import main
from research.corpus import adding, readers
from research.corpus.adding import add_articles

BODY = "Le conseil de Brévanne a voté jeudi la réouverture du bassin, fermé depuis l'inondation de l'hiver dernier."
PAGE = f"<html><head><meta charset=utf-8><title>Bassin</title></head><body><article><h1>Le bassin rouvre</h1><p>{BODY}</p></article></body></html>"


class Site(BaseHTTPRequestHandler):
    """A small site with every bad habit."""

    robots = "User-agent: *\nAllow: /closed/open\nDisallow: /closed\nDisallow: /*.print$\n"
    asked: list = []  # noqa: RUF012

    def do_GET(self):
        self.asked.append(self.path)
        if self.path == "/robots.txt":
            self.answer(200 if self.robots is not None else 404, "text/plain", (self.robots or "").encode())
        elif self.path.startswith("/loop"):
            self.send_response(302)
            self.send_header("Location", self.path + "x")
            self.end_headers()
        elif self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/news/bassin")
            self.end_headers()
        elif self.path == "/slow":
            self.slow.wait(5)
        elif self.path == "/huge":
            self.answer(200, "text/html", b"x" * 5000)
        elif self.path == "/twice":
            self.answer(200, "text/html", gzip.compress(gzip.compress(PAGE.encode())), "gzip, gzip")
        elif self.path == "/drip":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            while not self.slow.wait(0.1):
                self.wfile.write(b"x")
        elif self.path == "/image":
            self.answer(200, "image/png", b"png")
        elif self.path == "/gone":
            self.answer(404, "text/html", b"")
        elif self.path == "/blank":
            self.answer(200, "text/html", b"<script>1</script>")
        else:
            self.answer(200, "text/html; charset=utf-8", (PAGE + "<!-- twin -->" * self.path.endswith("two")).encode())

    def answer(self, status, kind, content, encoding="identity"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def site(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Site.asked, Site.slow = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.slow.set()
    server.shutdown()
    thread.join()
    server.server_close()


def rows(seeds):
    with (seeds / "sources.csv").open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_a_page_its_text_and_its_row_are_saved(site, tmp_path):
    (added,) = add_articles(tmp_path, [f"{site}/news/bassin#top"])
    assert added.note == "added" and added.file == "127-0-0-1-bassin.html"
    assert (tmp_path / added.file).read_text(encoding="utf-8") == PAGE
    (row,) = rows(tmp_path)
    assert row["url"] == f"{site}/news/bassin" and row["outlet"] == "127.0.0.1" and row["accessed"].endswith("Z")
    assert row["sha256"] == readers.sha256_of((tmp_path / added.file).read_bytes())
    corpus = load_corpus(tmp_path, sources=tmp_path / "sources.csv", strict=True)
    assert corpus.text("127-0-0-1-bassin") == (tmp_path / "127-0-0-1-bassin.txt").read_text(encoding="utf-8")
    assert BODY in corpus.passages["text"].tolist()


def test_what_is_there_is_not_fetched_or_saved_again(site, tmp_path):
    list(add_articles(tmp_path, [f"{site}/news/bassin"]))
    Site.asked.clear()
    again, moved, other = add_articles(tmp_path, [f"{site}/news/bassin", f"{site}/moved", f"{site}/two"])
    assert again.note == "already here, from this address" and Site.asked[0] == "/robots.txt"
    assert "/news/bassin" not in Site.asked[: Site.asked.index("/moved")]
    assert moved.note == "already here, with the same content" and moved.file == again.file
    assert other.note == "added" and len(rows(tmp_path)) == 2


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/closed/1", "the site asks programs not to fetch it (robots.txt); save the page by hand"),
        ("/news/bassin.print", "the site asks programs not to fetch it (robots.txt)"),
        ("/twice", "sent as gzip, gzip; save the page by hand"),
        ("/drip", "not sent in 1 seconds"),
        ("/loop", "more than 5 redirects"),
        ("/slow", "the server did not answer in time"),
        ("/huge", "larger than 4,000 bytes"),
        ("/image", "its type is image/png"),
        ("/gone", "the server answered 404"),
        ("/blank", "no visible text"),
    ],
)
def test_a_page_that_cannot_be_had_is_one_line_and_the_next_is_added(site, tmp_path, monkeypatch, path, reason):
    monkeypatch.setattr(readers, "MAX_BYTES", 4000)
    monkeypatch.setattr(adding, "MAX_SECONDS", 1.0)
    missed, added = add_articles(tmp_path, [site + path, f"{site}/news/bassin"], timeout=0.5)
    assert missed.file == "" and missed.note.startswith(reason)
    assert added.note == "added" and [row["file"] for row in rows(tmp_path)] == [added.file]
    assert {file.name for file in tmp_path.iterdir()} == {added.file, added.file.replace("html", "txt"), "sources.csv"}


def test_a_site_without_robots_allows_everything(site, tmp_path, monkeypatch):
    monkeypatch.setattr(Site, "robots", None)
    (added,) = add_articles(tmp_path, [f"{site}/closed/1"])
    assert added.note == "added"


def test_off_line_is_one_clear_line(tmp_path, site):
    port = int(site.rpartition(":")[2])
    dead = f"http://127.0.0.1:{port + 1 if port < 65000 else port - 1}/x"
    (missed,) = add_articles(tmp_path, [dead])
    assert missed.note == "no connection; check the address and the network"
    assert not (tmp_path / "sources.csv").exists()


def test_files_are_added_under_free_names_and_twins_are_not(tmp_path):
    seeds, elsewhere = tmp_path / "seeds", tmp_path / "else"
    elsewhere.mkdir()
    for name, text in {
        "Été à Rabat.txt": BODY,
        "twin.md": BODY,
        "ete-a-rabat.txt": BODY + " Oui.",
        "x.exe": "x",
    }.items():
        (elsewhere / name).write_text(text, encoding="utf-8")
    given = [str(elsewhere / name) for name in ("Été à Rabat.txt", "twin.md", "ete-a-rabat.txt", "x.exe", "none.txt")]
    found = list(add_articles(seeds, given))
    assert [added.file for added in found] == ["ete-a-rabat.txt", "ete-a-rabat.txt", "ete-a-rabat-2.txt", "", ""]
    assert found[1].note == "already here, with the same content"
    assert found[3].note.startswith(".exe is not an article") and found[4].note.startswith(
        "cannot be read (No such file"
    )
    assert len(rows(seeds)) == 2


def test_an_address_that_is_none_is_refused(tmp_path):
    (missed,) = add_articles(tmp_path, ["http://[::1"])
    assert missed.note == "not an address; check it"


def test_the_command_adds_says_so_and_fails_if_one_was_missed(site, study):
    result = CliRunner().invoke(main, ["--study", str(study.root), "add", f"{site}/news/bassin", f"{site}/gone"])
    assert f"{site}/news/bassin: added (127-0-0-1-bassin.html)" in result.output
    assert f"{site}/gone: the server answered 404; check the address" in result.output
    assert "research: 1 of 2 not added" in result.output and result.exit_code == 2
    assert (study.seeds / "127-0-0-1-bassin.html").is_file()


def test_several_at_once_lose_no_row(site, tmp_path):
    threads = [threading.Thread(target=lambda n=n: list(add_articles(tmp_path, [f"{site}/{n}/two"]))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(tmp_path)) == 1  # the four pages are the same, and three say so
    more = [threading.Thread(target=lambda n=n: list(add_articles(tmp_path, [str(own[n])]))) for n in range(4)]
    own = [tmp_path.parent / f"own-{n}.txt" for n in range(4)]
    for n, file in enumerate(own):
        file.write_text(f"{BODY} {n}", encoding="utf-8")
    for thread in more:
        thread.start()
    for thread in more:
        thread.join()
    assert len(rows(tmp_path)) == 5
