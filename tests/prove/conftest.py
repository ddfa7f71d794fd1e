from arithmetic_checks import COMPARED, TRIED


def pytest_terminal_summary(terminalreporter):
    """Print how many configurations were tried."""
    totals = {}
    for (what, rank, padding), count in sorted(TRIED.items()):
        kinds = totals.setdefault(what, [])
        kinds.append((f"{rank}-D {padding}", count))
    if not totals:
        return
    terminalreporter.section("configurations tried")
    for what, kinds in totals.items():
        told = ", ".join(f"{kind} {count:,}" for kind, count in kinds)
        terminalreporter.write_line(f"{what}: {sum(count for _, count in kinds):,} ({told})")
    terminalreporter.write_line(f"in all: {TRIED.total():,}")
    for what, count in COMPARED.items():
        terminalreporter.write_line(f"{what}: {count:,}")
