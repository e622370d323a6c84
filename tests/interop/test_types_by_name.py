"""Names, oids, sizes, modifiers and casts of types: PostgreSQL 15 and firn, over the wire."""

from __future__ import annotations

import itertools

import psycopg
import pytest

COLUMNS = ["bool", "int2", "int4", "int8", "float4", "float8", "numeric", "numeric(12,2)", "text",
           "varchar", "varchar(20)", "char(5)", "char", "bytea", "date", "time", "timetz",
           "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb", "inet", "cidr", "oid",
           "name", '"char"']
RESULTS = ["regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole", "xid",
           "int2vector", "oidvector", "aclitem"]
REFUSED = ["money", "xml", "bit(3)", "varbit", "point", "box", "macaddr", "tsvector", "tsquery",
           "int4range", "numrange", "tstzrange", "int4multirange", "pg_lsn", "xid8"]


@pytest.fixture(scope="module")
def both(firn, postgres_server):
    with postgres_server() as postgres, firn.connect(autocommit=True) as ours:
        yield postgres, ours


def described(session, query: str):
    result = session.pgconn.exec_(query.encode())
    if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
        return result.error_field(psycopg.pq.DiagnosticField.SQLSTATE).decode()
    return result.ftype(0), result.fsize(0), result.fmod(0), result.get_value(0, 0)


@pytest.mark.parametrize("name", COLUMNS + [f"{name}[]" for name in COLUMNS] + RESULTS)
def test_a_null_of_a_type_is_described_alike(both, name):
    postgres, ours = (described(session, f"SELECT NULL::{name}") for session in both)
    assert ours == postgres


@pytest.mark.parametrize("name", REFUSED)
def test_a_type_that_firn_has_not_is_refused_with_a_hint(both, name):
    with pytest.raises(psycopg.errors.FeatureNotSupported) as refused:
        both[1].execute(f"CREATE TABLE refused (v {name})")
    assert refused.value.diag.message_hint


@pytest.mark.parametrize("source", COLUMNS)
def test_casts_of_null_are_those_of_postgres(both, source):
    wrong = []
    kinds = COLUMNS + [f"{name}[]" for name in COLUMNS]
    for source_name, target in itertools.product([source, f"{source}[]"], kinds):
        query = f"SELECT NULL::{source_name}::{target}"
        postgres, ours = (described(session, query) for session in both)
        if target.startswith("numeric") and not isinstance(ours, str):
            # firn tells of the digits that an integer or a numeric(p,s) brings along.
            postgres, ours = ((oid, size, value) for oid, size, _, value in (postgres, ours))
        # A cast that firn has not is refused as such, never taken for one PostgreSQL has not.
        if ours != postgres and not (ours == "0A000" and not isinstance(postgres, str)):
            wrong.append((query, ours, postgres))
    assert not wrong
