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
        ([entry("a"), entry("a", "other")], r"book\.yaml:4:10: duplicate id 'a', first at book\.yaml:3:10; rename"),
        ([entry("a", "same"), entry("b", "Sàme")], "concepts 'a' and 'b' share the label"),
        ([entry("a", more="broader: nowhere")], "broader 'nowhere' is not in the codebook"),
        ([entry("a", more="member_of: nobody")], "member_of 'nobody' is not in the codebook"),
        ([entry("a", more="broader: b"), entry("b", more="broader: a")], "broader than itself"),
        ([entry("a", more="colour: red")], r"book\.yaml:3:\d+: 'a': colour: Extra inputs"),
        (["{id: a, scheme: layer, label: {en: word}}"], r"book\.yaml:3:\d+: 'a': label: .*no label in ar, fr"),
        ([entry("a", more="alt: {en: [x, y]}")], r"book\.yaml:3:\d+: 'a': alt\.en\.0: .*at least 2"),
        ([entry("a", more="never: {en: [aa]}, never: {en: [bb]}")], r"book\.yaml:3:\d+: the key 'never' stands twice"),
        (["{id: a, scheme: layer, label: {en: x, fr: xx, ar: xxx}}"], "too short to search"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file_and_remedy(tmp_path, entries, message):
    with pytest.raises(ResearchError, match=message):
        load_codebook(write(tmp_path, *entries))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scheme: layer\nconcepts: [", r"book\.yaml:\d:\d+: not readable as YAML"),
        ("concepts: !!python/object/apply:os.system [echo]", "not readable as YAML"),
        ("just words", "no list of concepts"),
        ("scheme: layer\nconcepts: []", "the codebook is empty"),
        ("scheme: layer\nconcepts: [energy]", r"book\.yaml:2:12: not a concept: 'energy'"),
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
    assert seeds.codebook.layers == ["energy", "chips", "connectivity", "compute", "data", "models", "talent", "research", "finance", "services", "enterprise", "territory", "governance"]  # fmt: skip
    for layer in seeds.codebook.scheme("layer"):
        assert all(len(layer.alt[language]) >= 5 for language in ("en", "fr", "ar"))


def test_the_survey_tells_unused_entries_idle_labels_and_shared_ones(codebook):
    import pandas as pd

    from research.vocabulary import survey_labels, survey_report

    survey = survey_labels(pd.Series(["A data centre, d'accord: وبمركز البيانات", "the minister Hala Nour"]), codebook)
    found = survey.set_index(["concept_id", "label"])
    assert (
        found.loc[("compute", "data centre"), "matches"] == 1 and found.loc[("compute", "مركز بيانات"), "matches"] == 1
    )
    assert found.loc[("agreement", "accord"), "matches"] == 0  # vetoed
    assert found.loc[("hala", "Nour"), "also"] == "sami"
    report = "\n".join(survey_report(survey))
    assert "chips" in report.splitlines()[0] and "compute" not in report.splitlines()[0]
    assert "\n  Nour: hala, sami" in report and "\n  compute: compute, calcul, الحوسبة, centre de données" in report


def test_skos_holds_every_label_in_its_language(codebook):
    from rdflib import RDF, SKOS, Graph, Literal, URIRef

    from research.vocabulary import BASE, to_skos

    graph = Graph().parse(data=to_skos(codebook), format="turtle")
    assert len(list(graph.subjects(RDF.type, SKOS.Concept))) == len(codebook.concepts)
    compute = URIRef(BASE + "compute")
    assert set(graph.objects(compute, SKOS.altLabel)) == {Literal("data centre", lang="en"), Literal("centre de données", lang="fr"), Literal("مركز بيانات", lang="ar")}  # fmt: skip
    assert (URIRef(BASE + "agreement"), SKOS.scopeNote, Literal("not: d'accord", lang="fr")) in graph
    assert to_skos(codebook) == to_skos(codebook)


@pytest.mark.parametrize(
    "entry",
    [
        "- {id: cloud, label: {en: cloud, fr: nuage, ar: السحابة}}",
        "- id: cloud  # a comment\n    label: {en: cloud, fr: nuage, ar: السحابة}",
        "- id: cloud\n    label: {en: cloud, fr: nuage, ar: السحابة}\n    never: {fr: [un nuage noir]}",
        "- id: cloud\n    label: {en: cloud, fr: nuage, ar: السحابة}\n    never:\n      en: []",
        "- id: cloud\n    label: {en: cloud, fr: nuage, ar: السحابة}\n    never:\n      en:\n      - dark cloud  # a comment",
    ],
)
def test_a_veto_is_added_to_the_file_and_nothing_else_changes(tmp_path, entry):
    from research.coding.matcher import Matcher
    from research.vocabulary import accept, veto

    file = write(tmp_path, text=f"# top\nscheme: layer\nconcepts:\n  {entry}\n  - {{id: other, label: {{en: xx, fr: yy, ar: zz}}}}\n")  # fmt: skip
    before = file.read_text(encoding="utf-8")
    veto(tmp_path, "cloud", "cloud: over the sea", language="en")
    after = file.read_text(encoding="utf-8")
    book = load_codebook(tmp_path)
    assert book.concepts["cloud"].never["en"][-1] == "cloud: over the sea"
    assert set(book.concepts) == {"cloud", "other"} and after.count("# a comment") == before.count("# a comment")
    assert [match.start for match in Matcher(book).find("A cloud: over the sea, a cloud.")] == [25]
    accept(tmp_path, "cloud", "سحاب", language="ar")
    assert load_codebook(tmp_path).concepts["cloud"].alt["ar"] == ["سحاب"]
    with pytest.raises(ResearchError, match=r"concepts 'cloud' and 'other' share the label 'zz'"):
        accept(tmp_path, "cloud", "zz", language="ar")
    assert load_codebook(tmp_path).concepts["cloud"].alt["ar"] == ["سحاب"]
