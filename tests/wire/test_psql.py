"""psql as people use it: -c, -f, \\copy, error positions, exit codes."""

from __future__ import annotations

import subprocess

import pytest


@pytest.fixture
def psql(firn):
    """psql(*arguments, stdin=None) runs psql on the file's server."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(["psql", "-X", "-v", "ON_ERROR_STOP=1", *arguments], input=stdin,
                              env=firn.client_environment(), text=True, capture_output=True,
                              timeout=60, check=False)

    return run


@pytest.fixture
def fruit(psql, table):
    ran = psql("-c", f"CREATE TABLE {table} (id int NOT NULL, name text, fresh bool)", "-c",
               f"INSERT INTO {table} VALUES (1, 'apple', true), (2, NULL, false)")
    assert ran.returncode == 0, ran.stderr
    return table


def test_a_result_is_printed_as_a_table(psql, fruit):
    ran = psql("-c", f"SELECT * FROM {fruit} ORDER BY id")
    assert ran.stdout == (" id | name  | fresh \n"
                          "----+-------+-------\n"
                          "  1 | apple | t\n"
                          "  2 |       | f\n"
                          "(2 rows)\n\n")


def test_tags_are_printed(psql, table):
    ran = psql("-c", f"CREATE TABLE {table} (n int)", "-c", f"INSERT INTO {table} VALUES (1)", "-c",
               "CHECKPOINT", "-c", f"DROP TABLE {table}")
    assert ran.stdout.splitlines() == ["CREATE TABLE", "INSERT 0 1", "CHECKPOINT", "DROP TABLE"]


@pytest.mark.parametrize("query, code, pointed_at", [
    ("SELECT nmae FROM {t}", "42703", "nmae"),
    ("SELECT id FROM no_such_table_here", "42P01", "no_such_table_here"),
    ("SELECT id FORM {t}", "42601", "{t}"),
    ("SELECT id,\n  nonsense(id)\n FROM {t}", "42883", "nonsense"),
])
def test_an_error_points_at_its_place(psql, fruit, query, code, pointed_at):
    query = query.format(t=fruit)
    ran = psql("-v", "VERBOSITY=verbose", "-c", query)
    assert ran.returncode == 1
    lines = ran.stderr.splitlines()
    assert lines[0].startswith(f"ERROR:  {code}: ")
    quoted = next(n for n, line in enumerate(lines) if line.startswith("LINE "))
    column = lines[quoted + 1].index("^")
    assert lines[quoted][column:].startswith(pointed_at.format(t=fruit))


def test_statements_of_one_text_are_one_transaction(psql, fruit):
    ran = psql("-c", f"INSERT INTO {fruit} VALUES (3); SELECT no_such_column FROM {fruit}")
    assert ran.returncode == 1
    assert psql("-At", "-c", f"SELECT count(*) FROM {fruit}").stdout == "2\n"


def test_a_script_runs_to_its_end(psql, table):
    script = f"""
        CREATE TABLE {table} (n int);
        BEGIN;
        INSERT INTO {table} SELECT 1;  -- a comment; with a semicolon
        COMMIT;
        INSERT INTO {table} VALUES (2), /* and /* nested */ ; */ (3);
        SELECT sum(n) FROM {table};
    """
    ran = psql("-At", "-q", "-f", "-", stdin=script)
    assert (ran.returncode, ran.stdout) == (0, "6\n"), ran.stderr


def test_copy_reads_a_file_of_the_client(psql, fruit, tmp_path):
    path = tmp_path / "fruit.csv"
    path.write_text('id,name,fresh\n10,"pear, ripe",t\n11,,f\n12,"say ""hi""",true\n')
    ran = psql("-At", "-c", f"\\copy {fruit} from '{path}' with (format csv, header)", "-c",
               f"SELECT * FROM {fruit} WHERE id >= 10 ORDER BY id")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["COPY 3", "10|pear, ripe|t", "11||f", '12|say "hi"|t']


def test_copy_reads_inline_data(psql, fruit):
    script = (f"COPY {fruit} FROM stdin;\n20\tplum\tt\n21\t\\N\t\\N\n\\.\n"
              f"SELECT count(*) FROM {fruit};\n")
    ran = psql("-At", "-f", "-", stdin=script)
    assert (ran.returncode, ran.stdout) == (0, "COPY 2\n4\n"), ran.stderr


def test_a_bad_copy_line_is_shown_with_its_number(psql, fruit, tmp_path):
    path = tmp_path / "fruit.csv"
    path.write_text("30,fig,t\nthirty-one,date,t\n")
    ran = psql("-c", f"\\copy {fruit} from '{path}' with (format csv)")
    assert ran.returncode == 1
    assert 'invalid input syntax for type integer: "thirty-one"' in ran.stderr
    assert f'COPY {fruit}, line 2, column id: "thirty-one"' in ran.stderr
    assert psql("-At", "-c", f"SELECT count(*) FROM {fruit}").stdout == "2\n"


def test_variables_and_conditions_of_psql_work(psql, fruit):
    script = ("\\set least 2\n"
              f"SELECT count(*) AS n FROM {fruit} WHERE id >= :least \\gset\n"
              "\\echo n=:n\n")
    assert psql("-At", "-f", "-", stdin=script).stdout == "n=1\n"


def test_a_wrong_password_method_is_not_asked_for(psql):
    ran = psql("-w", "-At", "-c", "SELECT 'in'")
    assert (ran.returncode, ran.stdout) == (0, "in\n"), ran.stderr
