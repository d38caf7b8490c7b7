import pytest

from research import ResearchError, load_codebook

ENTRY = "{{id: {id}, scheme: layer, label: {{en: {en}, fr: {en}f, ar: {en}a}}{more}}}"


def write(tmp_path, *entries, text=None):
    file = tmp_path / "book.yaml"
    file.write_text(
        text if text is not None else "scheme: layer\nconcepts:\n" + "".join(f"  - {e}\n" for e in entries),
        encoding="utf-8",
    )
    return file


def entry(id, en=None, more=""):
    return ENTRY.format(id=id, en=en or f"word{id}", more=f", {more}" if more else "")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry("a"), entry("a", "other")], r"book\.yaml: duplicate id 'a', first in book\.yaml; rename"),
        ([entry("a", "same"), entry("b", "Sàme")], "concepts 'a' and 'b' share the label"),
        ([entry("a", more="broader: nowhere")], "broader 'nowhere' is not in the codebook"),
        ([entry("a", more="broader: b"), entry("b", more="broader: a")], "broader than itself"),
        ([entry("a", more="colour: red")], r"concept 'a': colour: Extra inputs"),
        (["{id: a, scheme: layer, label: {en: word}}"], "no label in ar, fr"),
        (["{id: a, scheme: layer, label: {en: x, fr: xx, ar: xxx}}"], "too short to search"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file_and_remedy(tmp_path, entries, message):
    with pytest.raises(ResearchError, match=message):
        load_codebook(write(tmp_path, *entries))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scheme: layer\nconcepts: [", "not readable as YAML at line 2"),
        ("concepts: !!python/object/apply:os.system [echo]", "not readable as YAML"),
        ("just words", "no list of concepts"),
        ("scheme: layer\nconcepts: []", "the codebook is empty"),
        ("scheme: layer\nconcepts: [energy]", r"book\.yaml: not a concept: 'energy'"),
    ],
)
def test_a_file_that_is_not_a_codebook_is_refused(tmp_path, text, message):
    with pytest.raises(ResearchError, match=message):
        load_codebook(write(tmp_path, text=text))


def test_layers_are_reached_through_broader(tmp_path):
    book = load_codebook(
        write(
            tmp_path,
            entry("top"),
            entry("mid", more="broader: top"),
            "{id: leaf, scheme: concept, label: {en: leaf, fr: leaff, ar: leafa}, broader: mid}",
        )
    )
    assert book.layers_of("leaf") == ["top", "mid"] and book.layers_of("nothing") == []


def test_the_study_s_codebook_has_the_thirteen_layers_in_three_languages(seeds):
    study, _ = seeds
    codebook = study.codebook()
    assert codebook.layers == ["energy", "chips", "connectivity", "compute", "data", "models", "talent", "research", "finance", "services", "enterprise", "territory", "governance"]  # fmt: skip
    for layer in codebook.scheme("layer"):
        assert all(len(layer.alt[language]) >= 5 for language in ("en", "fr", "ar"))
