"""What Presidio works with: a spaCy pipeline that is here, and the recognizers of national ids.

Nothing is downloaded: the pipeline must be here, and the recognizers that fetch a list of domains (e-mail, links) are
not among those used.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Sequence
from typing import Any

from identity.console import UsageError, UserError

# Presidio's own default. Of a hundred names and places it finds one more than en_core_web_sm (85.7 and 84.4 by their
# model cards), at the same speed, for 400 MB instead of 12.
DEFAULT_MODEL = "en_core_web_lg"

# What the labels of spaCy's published pipelines are to Presidio, by language where they differ.
_PERSON = ("PERSON", "PER", "PRS", "PS", "persName")  # most, most, Swedish, Korean, Polish
_PLACE = ("GPE", "LOC", "FAC", "FACILITY", "GPE_LOC", "LC", "placeName", "geogName")
LABELS = dict.fromkeys(_PERSON, "PERSON") | dict.fromkeys(_PLACE, "LOCATION")

# Documents of persons, with a check digit, a telling form or a word for it nearby. Left out are numbers of firms, cars
# and doctors (public), postcodes, and two whose words are everyday ones: US bank accounts ("check", "save") and US
# driving licences (a letter and three digits near "license").
RECOGNIZERS = (
    *("UsSsnRecognizer", "UsItinRecognizer", "UsPassportRecognizer", "UsMbiRecognizer", "MedicalLicenseRecognizer"),
    *("NhsRecognizer", "UkNinoRecognizer", "UkPassportRecognizer", "UkDrivingLicenceRecognizer", "CaSinRecognizer"),
    *("AuTfnRecognizer", "AuMedicareRecognizer", "InAadhaarRecognizer", "InPanRecognizer", "InPassportRecognizer"),
    *("SgFinRecognizer", "NgNinRecognizer", "ZaIdNumberRecognizer", "DeTaxIdRecognizer", "DeIdCardRecognizer"),
    *("DePassportRecognizer", "DeSocialSecurityRecognizer", "DeHealthInsuranceRecognizer", "EsNifRecognizer"),
    *("EsNieRecognizer", "ItFiscalCodeRecognizer", "PlPeselRecognizer", "FiPersonalIdentityCodeRecognizer"),
    *("SePersonnummerRecognizer", "TrNationalIdRecognizer", "KrRrnRecognizer", "ThTninRecognizer"),
)
# Components of spaCy's pipelines that say nothing about names.
_UNNEEDED = ("tagger", "morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer", "trainable_lemmatizer")


def pipeline(model: str) -> Any:
    """The spaCy pipeline, of which only what finds names is loaded. spacy.load never downloads."""
    if any(importlib.util.find_spec(package) is None for package in ("presidio_analyzer", "spacy")):
        raise UserError(
            "--redact presidio needs two more packages and a model; pip install -r requirements/presidio.txt,"
            f" then python -m spacy download {DEFAULT_MODEL}"
        )
    import spacy

    try:
        with warnings.catch_warnings():  # of a pipeline made for another minor version of spaCy
            warnings.simplefilter("ignore")
            loaded = spacy.load(model, exclude=_UNNEEDED)
    except OSError:
        raise UsageError(
            f"--presidio-model {model}: no spaCy pipeline of that name or folder is here; get it with:"
            f" python -m spacy download {DEFAULT_MODEL if '/' in model else model}"
        ) from None
    except (ImportError, ValueError, KeyError) as error:  # a tokenizer's package is missing; made for another spaCy
        raise UsageError(
            f"--presidio-model {model}: cannot be loaded ({type(error).__name__}); get one that fits with:"
            f" python -m spacy validate, python -m spacy download {DEFAULT_MODEL}"
        ) from None
    if "PERSON" not in map(LABELS.get, _labels(loaded)):
        raise UsageError(f"--presidio-model {model}: does not know persons; take one with ner, such as {DEFAULT_MODEL}")
    _leave_out_vectors_nobody_listens_to(loaded)
    loaded.add_pipe(_lower_case_lemmas(), last=True)
    return loaded


def _labels(loaded: Any) -> set[str]:
    return {label for labels in loaded.pipe_labels.values() for label in labels}


def _leave_out_vectors_nobody_listens_to(loaded: Any) -> None:
    """Most published pipelines have word vectors in context for tagger and parser alone: a third of the time."""
    models = [component.model for _, component in loaded.pipeline if hasattr(getattr(component, "model", None), "walk")]
    listening = any(type(node).__name__.endswith("Listener") for model in models for node in model.walk())
    if not listening and "tok2vec" in loaded.pipe_names:
        loaded.remove_pipe("tok2vec")


def _lower_case_lemmas() -> str:
    """Presidio looks for words near a number among the lemmas; for those it knows, the words themselves will do."""
    from spacy.language import Language

    name = "identity_lower_case_lemmas"
    if not Language.has_factory(name):

        def lower_case_lemmas(document: Any) -> Any:
            for token in document:
                token.lemma_ = token.lower_
            return document

        Language.component(name, func=lower_case_lemmas)
    return name


def analyzer(loaded: Any, language: str, named: Sequence[str]) -> Any:
    """Presidio with this pipeline and the chosen recognizers, all of them in the language of the pipeline."""
    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)  # what it logs may quote a message
    engine = SpacyNlpEngine(
        models=[{"lang_code": language, "model_name": "given"}],
        ner_model_configuration=NerModelConfiguration(
            labels_to_ignore=sorted(_labels(loaded) - LABELS.keys()), model_to_presidio_entity_mapping=LABELS
        ),
    )
    engine.nlp = {language: loaded}  # as Presidio's documentation has it; load() would download
    recognizers = [getattr(predefined_recognizers, name)(supported_language=language) for name in RECOGNIZERS]
    recognizers.append(
        predefined_recognizers.SpacyRecognizer(supported_language=language, supported_entities=list(named))
    )
    return BatchAnalyzerEngine(
        AnalyzerEngine(
            registry=RecognizerRegistry(recognizers, supported_languages=[language]),
            nlp_engine=engine,
            supported_languages=[language],
            # Whole words: "sin" and "tin" are words for Canadian and US numbers, and in "using" and "meeting".
            context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode="whole_word"),
        )
    )
