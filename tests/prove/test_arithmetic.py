"""The long proof of the arithmetic: thousands of random configurations against Keras."""

import arithmetic_checks
import pytest
from hypothesis import HealthCheck, given, settings

#: Random configurations for each operation, once for shapes and once for values: 40,000 in all.
EACH = 5_000

thorough = settings(
    max_examples=EACH,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def tried(operation, what):
    return sum(
        count for (told, *_), count in arithmetic_checks.TRIED.items() if told.startswith(f"{operation}, {what}")
    )


@pytest.mark.parametrize("operation", arithmetic_checks.OPERATIONS)
def test_shapes_are_those_of_keras(operation):
    thorough(given(arithmetic_checks.cases(operation))(arithmetic_checks.check_shape))()
    assert tried(operation, "shapes") >= EACH


@pytest.mark.parametrize("operation", arithmetic_checks.OPERATIONS)
def test_values_are_those_of_keras(operation):
    thorough(given(arithmetic_checks.cases(operation, largest=16, fitting=True))(arithmetic_checks.check_values))()
    assert tried(operation, "values") >= EACH


@pytest.mark.parametrize("rank", [1, 2])
def test_receptive_regions_are_the_pixels_that_light_a_number(rank):
    settings(thorough, max_examples=500)(given(arithmetic_checks.networks(rank))(arithmetic_checks.check_region))()
    assert arithmetic_checks.TRIED["receptive regions", rank, "networks"] >= 500


def test_receptive_fields_inside_the_image_are_the_pixels_that_light_a_number():
    networks = arithmetic_checks.networks(1, plain=True)
    settings(thorough, max_examples=500)(given(networks)(arithmetic_checks.check_field))()
    assert arithmetic_checks.COMPARED.total() >= 1_000
