"""The key of the concept test as a file, by which answers are judged where nothing is computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnnfigs.files import update
from cnnfigs.illustrations.concept_test.asking import FORMS
from cnnfigs.illustrations.concept_test.concept_test import ConceptTest, slug

KEY = Path(__file__).with_name("answers.key")


def key() -> dict[str, Any]:
    """Return what the file has: for each form its version, and each item’s idea, right option and misconceptions.

    Who judges answers needs no network for it: the file is shipped, and a test holds it to what is computed.
    """
    return {
        form: {
            "version": (test := ConceptTest(form)).wording,
            "items": {
                each.name: {
                    "idea": each.idea,
                    "right": slug(each.right.name),
                    "wrong": {slug(o.name): o.misconception for o in each.options if o.misconception},
                }
                for each in test.questions
            },
        }
        for form in FORMS
    }


def write_key() -> None:
    """Write ``answers.key`` again, after an item was changed."""
    update(KEY, (json.dumps(key(), ensure_ascii=False, indent=1) + "\n").encode())
