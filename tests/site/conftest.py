"""A test that asks for a page is run on every page."""


def pytest_generate_tests(metafunc):
    """Run the tests that ask for a page on every page; where no site is built, once, to fail."""
    if "name" in metafunc.fixturenames:
        folder = metafunc.config.getoption("site")
        names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
        metafunc.parametrize("name", names or ["index.html"], scope="session")
