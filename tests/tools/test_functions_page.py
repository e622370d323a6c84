"""docs/functions.md says what the table of functions holds, and tests run what is in it."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_page_is_as_the_table():
    done = subprocess.run([ROOT / "tools" / "sql-functions", "--check"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_function_of_the_table_is_asked_of_postgres_too():
    asked = "".join(path.read_text().lower()
                    for path in (ROOT / "tests" / "interop" / "functions").glob("*.sql"))
    # These ask PostgreSQL too.
    for name in ("test_pg_catalog.py", "test_rights_catalog.py", "test_words_of_clients.py"):
        asked += (ROOT / "tests" / "sql" / name).read_text().lower()
    page = (ROOT / "docs" / "functions.md").read_text()
    kept = r"^\| `(\w+)\([^|]*\|[^|\]]*\| (?:same|rewritten|ours) \|$"
    names = {match[1] for match in re.finditer(kept, page, re.M)}
    missing = sorted(name for name in names if not re.search(rf"\b{name}\b", asked))
    # What only makes sense on a server of its own, or differs from call to call.
    elsewhere = {"current_catalog", "current_database", "current_role", "current_schema",
                 "current_setting", "current_user", "gen_random_uuid", "pg_backend_pid",
                 "pg_is_in_recovery", "session_user", "set_config", "user", "version",
                 # tests/sql/test_ddl.py asks these of PostgreSQL.
                 "currval", "lastval", "nextval", "pg_get_serial_sequence", "setval"}
    assert [name for name in missing if name not in elsewhere] == []
