"""Files of people and a server that answers, for profiles: ``python -m benchmarks.serve FOLDER``, until Ctrl-C."""

import signal
from pathlib import Path

import click

from benchmarks.account import CREDENTIALS, INBOX_ID
from benchmarks.children import until_stopped
from benchmarks.people import CREATE_COLUMNS, write_csv, write_xlsx
from benchmarks.servers import nginx


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--rows", type=click.IntRange(1), default=100_000, show_default=True, help="People in each file.")
def main(folder: Path, rows: int) -> None:
    """Write files of people into FOLDER, start nginx as the benchmarks do, and say how to import into it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "people.csv", rows)
    write_xlsx(folder / "people.xlsx", rows)
    write_csv(folder / "creates.csv", rows, CREATE_COLUMNS)
    with until_stopped(), nginx() as url:
        pairs = {"LIVEDESK_BASE_URL": url, "LIVEDESK_INBOX_ID": str(INBOX_ID)} | CREDENTIALS
        click.echo("export " + " ".join(f"{name}={value}" for name, value in pairs.items()))
        signal.pause()


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.serve")
