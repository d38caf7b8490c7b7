"""Code a corpus with a codebook: what is mentioned, what is said of each layer, which instruments are reported."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from research.codebook import Codebook
from research.coding.codes import code_passages, find_mentions, lift, on_subject, split_sentences
from research.coding.instruments import find_instruments, find_quantities
from research.corpus import Corpus

__all__ = ["Evidence", "code_corpus"]


@dataclass(frozen=True)
class Evidence:
    """What the rules find: the tables mentions, codes, instruments and quantities."""

    mentions: pd.DataFrame
    codes: pd.DataFrame
    instruments: pd.DataFrame
    quantities: pd.DataFrame


def code_corpus(corpus: Corpus, codebook: Codebook) -> Evidence:
    """Code every passage of `corpus` by the rules of `codebook`.

    Parameters
    ----------
    corpus : Corpus
    codebook : Codebook

    Returns
    -------
    Evidence
        Every row carries its offsets: ``corpus.text(doc_id)[start:end]`` is its surface or quote.
    """
    mentions = find_mentions(corpus.passages, codebook)
    told = on_subject(corpus.passages, mentions, codebook)
    found = split_sentences(corpus.passages[corpus.passages["doc_id"].isin(told)], mentions)
    instruments = find_instruments(found, corpus.dates, codebook)
    codes = lift(code_passages(found, codebook), instruments, mentions, codebook)
    return Evidence(mentions, codes, instruments, find_quantities(found, corpus.dates))
