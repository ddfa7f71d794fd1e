"""What tests/illustrations/test_keys.py runs fewer times executes all that the usual parameters do."""

import pytest
from test_keys import EVERY, FEWER
from test_provenance import executed_definitions


@pytest.mark.parametrize("name", FEWER)
def test_the_usual_run_executes_no_other_code(name):
    # What is remembered between runs is executed by the first only.
    fewer, usual = (executed_definitions(EVERY[name](**some).run, "cnnfigs") for some in (FEWER[name], {}))
    assert usual <= fewer
