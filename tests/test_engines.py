import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from research import ResearchError, fit_topics
from research.engines import load_engine

WORDS = "le lac la rive un poisson pêcheur barque vague filet moulin farine sac meunier roue pierre route pont camion"
TEXTS = [
    f"{a} {b} {c}" for a in ("lac", "moulin", "route") for b in ("rive", "roue", "pont") for c in WORDS.split()[:5]
]


@pytest.fixture(scope="module")
def static_model(tmp_path_factory):
    """A model2vec model as small as one can be: built here, saved, and loaded by the code that loads any other."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    vocabulary = {word: i for i, word in enumerate(dict.fromkeys(["[UNK]", "[PAD]", *WORDS.split()]))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    vectors = np.random.default_rng(0).normal(size=(len(vocabulary), 8)).astype("float32")
    folder = tmp_path_factory.mktemp("static") / "tiny"
    StaticModel(vectors, tokenizer).save_pretrained(str(folder))
    return folder


def test_a_folder_of_model2vec_is_loaded_and_its_hash_recorded(static_model):
    found = fit_topics(TEXTS, embedding=f"model2vec:{static_model}", n_topics=3, runs=2)
    assert len(found.topics) == 3
    name, _, digest = found.parameters["embedding"].partition("@sha256:")
    assert name == "model2vec:tiny" and len(digest) == 12
    (static_model / "config.json").write_text((static_model / "config.json").read_text() + " ")
    assert load_engine(f"model2vec:{static_model}", None, 0)[1] != found.parameters["embedding"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("magic", "unknown embedding 'magic'; use 'lexical'"),
        ("model2vec:a/b", "names no commit; pin it, model2vec:a/b@COMMIT"),
        ("model2vec:a/b@main", "names no commit; pin it, model2vec:a/b@COMMIT"),
        (
            "model2vec:a/b@c0ffee12",
            r"a/b at c0ffee12 is not on this machine \(\w+\); hf download a/b --revision c0ffee12",
        ),
        ("model2vec:./none", "no folder ./none; give the folder that holds the model"),
        ("sentence-transformers:a/b@c0ffee12", "pip install sentence-transformers|hf download a/b"),
    ],
)
def test_an_engine_that_is_not_there_is_one_line_and_no_download(name, line, monkeypatch):
    tried = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *given, **named: tried.append(given))
    monkeypatch.setattr("socket.socket", lambda *given, **named: tried.append(given))
    with pytest.raises(ResearchError, match=line) as found:
        fit_topics(TEXTS, embedding=name)
    assert "\n" not in str(found.value) and not tried


def test_a_folder_without_a_model_is_one_line(tmp_path):
    with pytest.raises(ResearchError, match="holds no model2vec model to read"):
        load_engine(f"model2vec:{tmp_path}", None, 0)
    with pytest.raises(ResearchError, match="a int turns no texts into vectors"):
        load_engine(3, None, 0)
    with pytest.raises(ResearchError, match="a ndarray turns no texts into vectors"):
        load_engine(np.zeros((3, 2)), None, 0)


def test_what_an_engine_returns_is_checked():
    class Engine:
        def __init__(self, vectors):
            self.vectors = vectors

        def transform(self, texts):
            return self.vectors

    for vectors in (np.zeros((3, 2)), np.zeros(45), np.full((45, 2), np.nan)):
        with pytest.raises(ResearchError, match="for 45 texts, or not only numbers; give an engine"):
            fit_topics(TEXTS, embedding=Engine(vectors))
    assert (
        fit_topics(TEXTS, embedding=Engine(np.zeros((45, 2)))).rung
        == "no topics: the embedding finds all passages alike"
    )
    assert fit_topics(TEXTS, embedding=TfidfVectorizer(), n_topics=3, runs=2).topics["size"].sum() == 45


def test_an_engine_is_fitted_for_one_model_only():
    pipe = make_pipeline(TfidfVectorizer(), TruncatedSVD(5, random_state=0))
    one = fit_topics(TEXTS, embedding=pipe, n_topics=3, runs=2)
    before = one.model.transform(TEXTS)[0]
    fit_topics([text.replace("lac", "train").replace("rive", "gare") for text in TEXTS], embedding=pipe, runs=1)
    assert one.model.transform(TEXTS)[0] == before and not hasattr(pipe[0], "vocabulary_")


def test_objects_of_scikit_learn_and_bertopic_are_engines():
    from bertopic.backend import BaseEmbedder

    class Lengths(BaseEmbedder):
        def embed(self, documents, verbose=False):
            return np.array([[len(text), text.count("a"), text.count("o")] for text in documents])

    pipe = make_pipeline(TfidfVectorizer(), TruncatedSVD(5, random_state=0))
    for engine, name in ((pipe, "Pipeline"), (Lengths(), "Lengths")):
        found = fit_topics(TEXTS, embedding=engine, n_topics=3, runs=2)
        assert found.parameters["embedding"] == name and found.topics["size"].sum() == len(TEXTS)
        assert found.model.transform(["lac rive le"])[0][0] in (0, 1, 2)


@pytest.mark.transformers
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of where sentence-transformers keeps its modules
def test_a_folder_of_sentence_transformers_is_loaded(tmp_path):
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, BertTokenizerFast

    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]))
    tokenizer = BertTokenizerFast(vocab=str(tmp_path / "vocab.txt"))
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(tmp_path / "bert")
    tokenizer.save_pretrained(tmp_path / "bert")
    word = models.Transformer(str(tmp_path / "bert"))
    SentenceTransformer(modules=[word, models.Pooling(16)], device="cpu").save(str(tmp_path / "tiny"))
    found = fit_topics(TEXTS, embedding=f"sentence-transformers:{tmp_path / 'tiny'}", n_topics=3, runs=2)
    assert len(found.topics) == 3 and found.parameters["embedding"].startswith("sentence-transformers:tiny@sha256:")
    with pytest.raises(ResearchError, match=r"a/b at c0ffee12 is not on this machine \(\w+\); hf download a/b"):
        load_engine("sentence-transformers:a/b@c0ffee12", None, 0)
