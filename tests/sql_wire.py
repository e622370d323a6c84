"""What two servers answer to a query, in PostgreSQL's text, and what it means that both agree."""

import math

import psycopg

FLOATS = (700, 701)
TEXT = 25
NAMES = (18, 19)  # "char" and name may be text here


def ask(session, sql):
    """(names, types, rows of text), or (SQLSTATE, message)."""
    result = session.pgconn.exec_(sql.encode())
    if result.status not in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK):
        return (result.error_field(psycopg.pq.DiagnosticField.SQLSTATE).decode(),
                result.error_message.decode())
    columns = range(result.nfields)
    text = [[result.get_value(row, column) for column in columns] for row in range(result.ntuples)]
    return ([result.fname(column).decode() for column in columns],
            [result.ftype(column) for column in columns],
            [[None if value is None else value.decode() for value in row] for row in text])


def same(ours, theirs, oid):
    if ours == theirs or ours is None or theirs is None or oid not in FLOATS:
        return ours == theirs
    return math.isclose(float(ours), float(theirs), rel_tol=1e-12)


def same_type(ours, theirs):
    return ours == theirs or (ours == TEXT and theirs in NAMES)


def check(sql, ours, theirs):
    """Fails unless both answers mean the same."""
    if isinstance(theirs[0], str):
        assert ours[0] == theirs[0], (ours, theirs)
        return
    assert not isinstance(ours[0], str), ours
    assert ours[0] == theirs[0]
    assert len(ours[1]) == len(theirs[1]), (ours, theirs)
    assert all(map(same_type, ours[1], theirs[1])), (ours, theirs)
    rows, expected = ours[2], theirs[2]
    if "order by" not in sql.lower():
        rows, expected = sorted(rows, key=repr), sorted(expected, key=repr)
    assert len(rows) == len(expected), (rows, expected)
    for mine, other in zip(rows, expected):
        assert all(map(same, mine, other, theirs[1])), f"\nfirn     {mine}\npostgres {other}"
