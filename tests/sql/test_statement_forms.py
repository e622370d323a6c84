"""Every statement of PostgreSQL's grammar, with and without each of its optional clauses, said by a
superuser and by a role without rights: the server lives, and answers with a tag or with an SQLSTATE
that is a refusal and no accident."""

from __future__ import annotations

import itertools
import re

import psycopg
import pytest

# "[x]" may be there, "{a|b}" is one of these. Every clause is tried alone, all together, and none.
# What begins with blanks goes on with the line above.
FORMS = r"""
SELECT 1 [AS a] [FROM t] [WHERE true] [GROUP BY a] [HAVING true] [ORDER BY 1] [LIMIT 1] [OFFSET 1]
SELECT {DISTINCT|DISTINCT ON (a)|ALL} a FROM t
SELECT a FROM t [FOR {UPDATE|SHARE|KEY SHARE|NO KEY UPDATE}] [OF t] [NOWAIT]
SELECT a INTO [TEMP] [UNLOGGED] [TABLE] made FROM t
SELECT FROM t
SELECT
SELECT * FROM {ONLY t|t *|t TABLESAMPLE system (1)|ROWS FROM (f())|LATERAL (SELECT 1) x|f() AS (a
    int)}
SELECT * FROM t {CROSS|NATURAL|NATURAL LEFT|NATURAL FULL} JOIN t u
SELECT * FROM t {JOIN|LEFT JOIN|RIGHT JOIN|FULL JOIN} t u {ON true|USING (a)|USING (a) AS x}
SELECT a, count(*) [FILTER (WHERE true)] [OVER ()] FROM t GROUP BY {a|()|ROLLUP (a)|CUBE
    (a)|GROUPING SETS (a, ())}
SELECT sum(a) OVER ({|PARTITION BY a|ORDER BY a|w|ORDER BY a ROWS 1 PRECEDING|ORDER BY a GROUPS
    BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES}) FROM t [WINDOW w AS (ORDER BY a)]
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t
SELECT {CASE WHEN true THEN 1 END|CASE 1 WHEN 1 THEN 2 ELSE 3 END|COALESCE(1)|NULLIF(1,
    2)|GREATEST(1)|ROW(1)|ROW()|ARRAY[]::int[]|ARRAY[[1], [2]]|(1,
    2)|CURRENT_USER|CURRENT_DATE|CURRENT_TIME(1)|LOCALTIME|CURRENT_CATALOG|CURRENT_SCHEMA|\
    GROUPING(1)|XMLELEMENT(name
    a)|CURRENT OF c|NULL IS NULL|t.*|$$a$$|U&'a'|B'1'|X'1'|1::int[3]|'a' COLLATE
    "C"|(ARRAY[1])[1:]|(ROW(1)).f1|EXTRACT(year FROM now())|TRIM(BOTH FROM 'a')|SUBSTRING('a'
    SIMILAR 'a' ESCAPE '#')|OVERLAY('a' PLACING 'b' FROM 1)|POSITION('a' IN
    'b')|NORMALIZE('a')|'a' IS NORMALIZED|1 IS DISTINCT FROM 2|1 BETWEEN SYMMETRIC 1 AND 2|1 = ANY
    (SELECT 1)|1 IN (1)|(1, 2) IN (SELECT 1, 2)|EXISTS (SELECT)|TREAT(1 AS int)|DEFAULT|$1|:a}
VALUES (1), (2) [ORDER BY 1] [LIMIT 1] [FETCH FIRST 1 ROW ONLY]
VALUES (DEFAULT)
TABLE t
WITH [RECURSIVE] c [(a)] AS [{MATERIALIZED|NOT MATERIALIZED}] (SELECT 1) [SEARCH DEPTH FIRST BY a
    SET s] [CYCLE a SET x USING y] SELECT * FROM c
WITH c AS ({INSERT INTO t VALUES (1) RETURNING a|UPDATE t SET a = 1|DELETE FROM t|SELECT 1})
    SELECT 1
SELECT 1 {UNION|UNION ALL|INTERSECT|EXCEPT ALL} SELECT 2 [ORDER BY 1]
INSERT INTO t [AS x] [(a)] [OVERRIDING SYSTEM VALUE] VALUES (1) [ON CONFLICT DO NOTHING]
    [RETURNING a]
INSERT INTO t [(a)] {DEFAULT VALUES|SELECT 1|TABLE t|VALUES (DEFAULT)|VALUES ($1)} [RETURNING *]
INSERT INTO t (a[1]) VALUES (1)
INSERT INTO t VALUES (1) ON CONFLICT {(a) DO UPDATE SET a = 2 WHERE true|ON CONSTRAINT c DO
    NOTHING}
WITH c AS (SELECT 1) INSERT INTO t SELECT * FROM c
UPDATE [ONLY] t [AS x] SET {a = 1|(a) = (1)|(a, b) = (SELECT 1, 2)|a = DEFAULT} [FROM u] [WHERE
    true] [RETURNING a]
UPDATE t SET a = 1 WHERE CURRENT OF c
DELETE FROM [ONLY] t [AS x] [USING u] [WHERE true] [RETURNING a]
MERGE INTO t USING u ON true WHEN {MATCHED|NOT MATCHED} [AND true] THEN DO NOTHING
TRUNCATE [TABLE] [ONLY] t [RESTART IDENTITY] [CASCADE]
COPY t [(a)] TO STDOUT [WITH (FORMAT csv)] [DELIMITER ','] [NULL '']
COPY (SELECT 1) TO STDOUT [{CSV|BINARY|(FORMAT text)|(NOSUCH 1)|(HEADER)|(FORMAT)}]
COPY t {FROM '/nowhere'|TO '/nowhere'|FROM PROGRAM 'x'} [WHERE true]
CREATE [{TEMP|UNLOGGED|LOCAL TEMPORARY|GLOBAL TEMP}] TABLE [IF NOT EXISTS] made (a int) [INHERITS
    (t)] [USING heap] [WITH (fillfactor = 10)] [WITHOUT OIDS] [ON COMMIT DROP] [TABLESPACE x]
CREATE TABLE made () [INHERITS (t)]
CREATE TABLE made (a int [COLLATE "C"] [STORAGE plain] [COMPRESSION pglz] [CONSTRAINT x] [NOT
    NULL] [NULL] [DEFAULT 1] [UNIQUE] [PRIMARY KEY] [CHECK (a > 0) NO INHERIT] [REFERENCES t (a)
    MATCH FULL ON DELETE CASCADE ON UPDATE SET NULL] [DEFERRABLE] [INITIALLY DEFERRED])
CREATE TABLE made (a int GENERATED {ALWAYS|BY DEFAULT} AS IDENTITY [(START 2 CYCLE)])
CREATE TABLE made (a int GENERATED ALWAYS AS (1) STORED)
CREATE TABLE made (a int, {LIKE t|LIKE t INCLUDING ALL EXCLUDING INDEXES|UNIQUE (a)|PRIMARY KEY
    (a)|PRIMARY KEY USING INDEX x|FOREIGN KEY (a) REFERENCES t|CHECK (true)|EXCLUDE USING gist (a
    WITH =) WHERE (true)|CONSTRAINT c UNIQUE NULLS NOT DISTINCT (a) INCLUDE (a)})
CREATE TABLE made OF mood [(a WITH OPTIONS NOT NULL)]
CREATE TABLE made (a int) PARTITION BY {RANGE (a)|LIST ((a + 1))|HASH (a COLLATE "C" int4_ops)}
CREATE TABLE made PARTITION OF t {FOR VALUES FROM (MINVALUE) TO (1)|FOR VALUES IN (1)|FOR VALUES
    WITH (MODULUS 1, REMAINDER 0)|DEFAULT}
CREATE TABLE made (a {anyelement|record|void|"any"|int4range|nosuch|t|_int4|int[]|numeric(1, 2,
    3)|char|bit varying|interval year to month|time(9)|SETOF
    int|t.a%TYPE|serial|serial[]|xml|regclass|pg_catalog.int4|a.b.c|float(99)|varchar(0)})
CREATE [TEMP] TABLE [IF NOT EXISTS] made [(x)] [USING heap] [WITH (a = 1)] [ON COMMIT DROP] AS
    {SELECT 1|VALUES (1)|TABLE t|EXECUTE p|SELECT} [WITH NO DATA]
CREATE [UNLOGGED] MATERIALIZED VIEW [IF NOT EXISTS] made AS SELECT 1 [WITH NO DATA]
REFRESH MATERIALIZED VIEW [CONCURRENTLY] made [WITH NO DATA]
CREATE [OR REPLACE] [TEMP] [RECURSIVE] VIEW made (a) [WITH (security_barrier)] AS SELECT 1 [WITH
    LOCAL CHECK OPTION]
CREATE VIEW made AS {VALUES (1)|TABLE t|SELECT|SELECT $1|SELECT * FROM made|SELECT 1 AS a, 2 AS
    a|WITH c AS (SELECT 1) SELECT * FROM c}
CREATE RECURSIVE VIEW made (a) AS VALUES (1) UNION ALL SELECT a + 1 FROM made WHERE a < 3
CREATE [UNIQUE] INDEX [CONCURRENTLY] [IF NOT EXISTS i] ON [ONLY] t [USING btree] (a) [INCLUDE (a)]
    [NULLS NOT DISTINCT] [WITH (fillfactor = 70)] [TABLESPACE x] [WHERE a > 0]
CREATE INDEX ON t ({(a + 1)|lower(b)|a COLLATE "C" int4_ops (x = 1) DESC NULLS LAST|nosuch})
CREATE [TEMP] SEQUENCE [IF NOT EXISTS] made [AS int] [INCREMENT 2] [MINVALUE 1] [NO MAXVALUE]
    [START 1] [CACHE 5] [NO CYCLE] [OWNED BY {NONE|t.a|a|x.t.a}]
ALTER SEQUENCE [IF EXISTS] q {RESTART|RESTART WITH 3|OWNED BY NONE|OWNED BY t.a|AS int|INCREMENT
    0|SET LOGGED|OWNER TO CURRENT_USER|RENAME TO q2|SET SCHEMA public|CYCLE NO CYCLE}
CREATE SCHEMA [IF NOT EXISTS] made [AUTHORIZATION
    {nobody|CURRENT_USER|CURRENT_ROLE|SESSION_USER|PUBLIC|nosuch}]
CREATE SCHEMA [IF NOT EXISTS] AUTHORIZATION
    {nobody|CURRENT_USER|CURRENT_ROLE|SESSION_USER|PUBLIC|nosuch}
CREATE SCHEMA made [AUTHORIZATION nobody] {CREATE TABLE x (a int)|CREATE VIEW x AS SELECT 1|GRANT
    SELECT ON x TO nobody}
ALTER SCHEMA {s|nosuch} {RENAME TO s2|OWNER TO CURRENT_USER|OWNER TO PUBLIC|OWNER TO nosuch}
CREATE TYPE made {|AS ()|AS (a int COLLATE "C", b text)|AS ENUM ()|AS ENUM ('a')|AS RANGE (subtype
    = int)|(input = a, output = b)}
ALTER TYPE mood {ADD VALUE 'x'|ADD VALUE IF NOT EXISTS 'a' BEFORE 'a'|ADD VALUE 'y' AFTER
    'nosuch'|RENAME VALUE 'a' TO 'z'|RENAME TO m2|SET SCHEMA public|OWNER TO CURRENT_USER|ADD
    ATTRIBUTE a int CASCADE|DROP ATTRIBUTE IF EXISTS a|ALTER ATTRIBUTE a TYPE int|RENAME ATTRIBUTE
    a TO b|SET (a = 1)}
CREATE DOMAIN made [AS] int [COLLATE "C"] [DEFAULT 1] [NOT NULL] [CONSTRAINT c CHECK (VALUE > 0)]
ALTER DOMAIN made {SET DEFAULT 1|DROP DEFAULT|SET NOT NULL|ADD CHECK (VALUE > 0) NOT VALID|DROP
    CONSTRAINT IF EXISTS c CASCADE|VALIDATE CONSTRAINT c|RENAME CONSTRAINT a TO b|RENAME TO
    x|OWNER TO CURRENT_USER|SET SCHEMA s}
ALTER TABLE [IF EXISTS] [ONLY] {t|nosuch} {ADD COLUMN IF NOT EXISTS c int DEFAULT 1|ADD c int
    GENERATED ALWAYS AS IDENTITY|DROP a|DROP COLUMN IF EXISTS c CASCADE|ALTER a TYPE bigint|ALTER
    a SET DATA TYPE text COLLATE "C" USING a::text|ALTER a SET DEFAULT 1|ALTER a DROP
    DEFAULT|ALTER a SET NOT NULL|ALTER a DROP NOT NULL|ALTER a DROP EXPRESSION IF EXISTS|ALTER a
    SET STATISTICS 1|ALTER 1 SET STATISTICS 1|ALTER a SET (n = 1)|ALTER a RESET (n)|ALTER a SET
    STORAGE plain|ALTER a SET COMPRESSION lz4|ALTER a ADD GENERATED ALWAYS AS IDENTITY|ALTER a SET
    GENERATED BY DEFAULT SET START 3 RESTART|ALTER a DROP IDENTITY IF EXISTS}
ALTER TABLE {t|nosuch} {ADD CHECK (a > 0) NOT VALID|ADD UNIQUE (a)|ADD PRIMARY KEY (a)|ADD UNIQUE
    USING INDEX i|ADD FOREIGN KEY (a) REFERENCES t NOT VALID|ADD EXCLUDE (a WITH =)|DROP
    CONSTRAINT c|DROP CONSTRAINT IF EXISTS c CASCADE|VALIDATE CONSTRAINT c|ALTER CONSTRAINT c
    DEFERRABLE|RENAME CONSTRAINT c TO d|RENAME a TO b|RENAME TO u|RENAME TO t|SET SCHEMA s|SET
    SCHEMA nosuch|OWNER TO CURRENT_USER|OWNER TO nobody|OWNER TO PUBLIC}
ALTER TABLE {t|nosuch} {SET (a = 1)|SET (toast.x = 1)|RESET (a)|SET WITHOUT OIDS|SET WITHOUT
    CLUSTER|CLUSTER ON i|SET LOGGED|SET UNLOGGED|SET TABLESPACE x|SET ACCESS METHOD heap|INHERIT
    u|NO INHERIT u|OF mood|NOT OF|REPLICA IDENTITY FULL|REPLICA IDENTITY USING INDEX i|ENABLE ROW
    LEVEL SECURITY|FORCE ROW LEVEL SECURITY|ENABLE TRIGGER ALL|DISABLE TRIGGER x|ENABLE ALWAYS
    RULE x|ATTACH PARTITION u DEFAULT|DETACH PARTITION u CONCURRENTLY|OPTIONS (ADD a '1')|ADD c
    int, DROP c}
ALTER {VIEW|MATERIALIZED VIEW|FOREIGN TABLE|INDEX|SEQUENCE} [IF EXISTS] {v|nosuch} {RENAME TO
    x|SET SCHEMA s|OWNER TO CURRENT_USER|RENAME a TO b|ALTER a SET DEFAULT 1|SET (a = 1)}
ALTER INDEX {i ATTACH PARTITION j|i DEPENDS ON EXTENSION e|ALL IN TABLESPACE x SET TABLESPACE y}
DROP {TABLE|VIEW|SEQUENCE|INDEX|MATERIALIZED VIEW|FOREIGN
    TABLE|TYPE|DOMAIN|SCHEMA|EXTENSION|COLLATION|CONVERSION|STATISTICS|TEXT SEARCH PARSER|EVENT
    TRIGGER|PUBLICATION|ACCESS METHOD|FOREIGN DATA WRAPPER|SERVER|LANGUAGE} [IF EXISTS]
    {t|nosuch|s.nosuch|pg_catalog.pg_class|int4} [CASCADE]
DROP {FUNCTION|PROCEDURE|ROUTINE|AGGREGATE} [IF EXISTS] f (int) [CASCADE]
DROP {OPERATOR + (int, int)|OPERATOR CLASS x USING btree|OPERATOR FAMILY x USING btree|CAST (int
    AS text)|TRANSFORM FOR int LANGUAGE sql|POLICY p ON t|RULE r ON t|TRIGGER r ON t|OWNED BY
    nobody|OWNED BY CURRENT_USER CASCADE|USER MAPPING FOR nobody SERVER x|TABLESPACE
    x|SUBSCRIPTION x|DATABASE x WITH (FORCE)|ROLE IF EXISTS nosuch|GROUP nosuch|USER CURRENT_USER}
REASSIGN OWNED BY nobody TO CURRENT_USER
COMMENT ON {TABLE t|COLUMN t.a|COLUMN a|VIEW v|SEQUENCE q|SCHEMA s|TYPE mood|DOMAIN mood|DATABASE
    main|ROLE nobody|CONSTRAINT c ON t|CONSTRAINT c ON DOMAIN d|INDEX i|FUNCTION f (int)|OPERATOR
    + (NONE, int)|CAST (int AS text)|TRIGGER x ON t|LARGE OBJECT 1|EXTENSION x|LANGUAGE sql} IS
    {'x'|NULL|''}
SECURITY LABEL [FOR x] ON TABLE t IS 'x'
CREATE ROLE made [WITH] [SUPERUSER] [NOINHERIT] [LOGIN] [PASSWORD NULL] [VALID UNTIL 'infinity']
    [CONNECTION LIMIT 3] [SYSID 5] [IN ROLE nobody] [ROLE nobody] [ADMIN nobody] [USER nobody]
CREATE {USER|GROUP} made [IN GROUP nobody] [ENCRYPTED PASSWORD 'x']
ALTER {ROLE|USER} {nobody|CURRENT_USER|SESSION_USER|ALL|nosuch} [IN DATABASE main] {SET work_mem =
    '1MB'|SET work_mem TO DEFAULT|SET work_mem FROM CURRENT|RESET work_mem|RESET ALL|SET role =
    'nobody'|SET TIME ZONE LOCAL|SET search_path = a, b}
ALTER {ROLE|USER} {nobody|CURRENT_USER|PUBLIC|nosuch} [WITH] {LOGIN|PASSWORD 'x'|VALID UNTIL
    'x'|CONNECTION LIMIT -5|RENAME TO x}
ALTER GROUP nobody {ADD|DROP} USER nobody
GRANT {SELECT|ALL|ALL PRIVILEGES|SELECT (a)|ALL (a)|UPDATE, INSERT (a)|USAGE|NOSUCH|CREATE} ON
    [TABLE] t TO {nobody|PUBLIC|CURRENT_USER|GROUP nobody|nosuch} [WITH GRANT OPTION] [GRANTED BY
    CURRENT_USER]
REVOKE [GRANT OPTION FOR] SELECT ON t FROM nobody [GRANTED BY nobody] [CASCADE]
GRANT ALL ON {SEQUENCE q|DATABASE main|DATABASE nosuch|SCHEMA s|SCHEMA nosuch|ALL TABLES IN SCHEMA
    s|ALL SEQUENCES IN SCHEMA s|ALL FUNCTIONS IN SCHEMA s|FUNCTION f (int)|LANGUAGE sql|LARGE
    OBJECT 1|TYPE mood|DOMAIN d|TABLESPACE x|FOREIGN SERVER x|FOREIGN DATA WRAPPER x|PARAMETER
    work_mem|SEQUENCE t|TABLE q} TO nobody
GRANT {nobody|nosuch|PUBLIC} TO nobody [WITH ADMIN OPTION] [GRANTED BY CURRENT_USER]
REVOKE [ADMIN OPTION FOR] nobody FROM nobody [CASCADE]
ALTER DEFAULT PRIVILEGES [FOR ROLE nobody] [IN SCHEMA s] {GRANT|REVOKE} SELECT ON
    {TABLES|SEQUENCES|FUNCTIONS|TYPES|SCHEMAS} {TO|FROM} nobody
BEGIN [ISOLATION LEVEL SERIALIZABLE] [READ ONLY] [DEFERRABLE]
START TRANSACTION [ISOLATION LEVEL READ COMMITTED, READ WRITE]
{COMMIT|ROLLBACK|END|ABORT} [{WORK|TRANSACTION}] [AND CHAIN]
{COMMIT|ROLLBACK|PREPARE} {PREPARED 'x'|TRANSACTION 'x'}
{SAVEPOINT x|RELEASE x|RELEASE SAVEPOINT x|ROLLBACK TO x}
SET [{SESSION|LOCAL}] {work_mem = 1|work_mem TO DEFAULT|search_path = a, "B", 'c'|search_path =
    ''|TIME ZONE -3|TIME ZONE LOCAL|TIME ZONE INTERVAL '1' HOUR|NAMES 'utf8'|SCHEMA 'x'|ROLE
    nobody|ROLE NONE|SESSION AUTHORIZATION nobody|SESSION AUTHORIZATION DEFAULT|nosuch = 1|a.b =
    1|work_mem = -1.5|work_mem = on|XML OPTION DOCUMENT|CATALOG 'x'}
SET {TRANSACTION ISOLATION LEVEL READ COMMITTED|TRANSACTION SNAPSHOT 'x'|SESSION CHARACTERISTICS
    AS TRANSACTION READ ONLY|CONSTRAINTS ALL DEFERRED|CONSTRAINTS a, s.b IMMEDIATE}
SHOW {ALL|work_mem|nosuch|TIME ZONE|TRANSACTION ISOLATION LEVEL|SESSION AUTHORIZATION}
RESET {ALL|work_mem|nosuch|role|SESSION AUTHORIZATION|TIME ZONE|TRANSACTION ISOLATION LEVEL}
DISCARD {ALL|PLANS|SEQUENCES|TEMP}
PREPARE p [(int)] AS {SELECT 1|SELECT $1::int|INSERT INTO t VALUES (1)|UPDATE t SET a = 1|VALUES
    (1)}
EXECUTE p [(1)]
EXECUTE p (1 + 1, now())
DEALLOCATE [PREPARE] {p|ALL}
DECLARE c [BINARY] [INSENSITIVE] [NO SCROLL] CURSOR [WITH HOLD] FOR SELECT 1
{FETCH|MOVE} [{NEXT|PRIOR|FIRST|LAST|ABSOLUTE 1|RELATIVE -1|ALL|FORWARD|FORWARD ALL|BACKWARD 2|5}]
    [FROM] c
CLOSE {c|ALL}
EXPLAIN [ANALYZE] [VERBOSE] {SELECT 1|INSERT INTO t VALUES (1)|DECLARE c CURSOR FOR SELECT
    1|EXECUTE p|CREATE TABLE made AS SELECT 1|VALUES (1)}
EXPLAIN ({ANALYZE|ANALYZE false|FORMAT json|FORMAT|NOSUCH|COSTS off, BUFFERS|VERBOSE 7}) SELECT 1
LOCK [TABLE] [ONLY] {t|nosuch} [IN {ACCESS SHARE|ROW EXCLUSIVE|ACCESS EXCLUSIVE} MODE] [NOWAIT]
{VACUUM|ANALYZE} [VERBOSE] [t] [(a)]
VACUUM ({FULL|ANALYZE, VERBOSE off|NOSUCH|PARALLEL 2|INDEX_CLEANUP auto}) [t (a, nosuch)]
ANALYZE ({VERBOSE|SKIP_LOCKED|NOSUCH}) [t]
CLUSTER [VERBOSE] [t] [USING i]
REINDEX [(VERBOSE)] {TABLE t|INDEX i|SCHEMA s|SYSTEM main|DATABASE main|TABLE CONCURRENTLY t|TABLE
    nosuch}
{CHECKPOINT|LOAD 'x'|LISTEN a|UNLISTEN a|UNLISTEN *|NOTIFY a|NOTIFY a, 'b'|DO 'x'|DO LANGUAGE sql
    'x'}
CALL {f()|firn.flush('t')|firn.flush()|firn.flush(NULL)|firn.flush(1)|a.b.c(1)|f(a =>
    1)|f(VARIADIC ARRAY[1])|f(DISTINCT 1)}
CREATE [OR REPLACE] {FUNCTION|PROCEDURE} f (a int DEFAULT 1, OUT b int, VARIADIC c int[]) [RETURNS
    int] LANGUAGE sql [IMMUTABLE] [SET work_mem = 1] AS 'x'
CREATE FUNCTION f () RETURNS {TABLE (a int)|SETOF t|t.a%TYPE} [LANGUAGE sql] {RETURN 1|BEGIN
    ATOMIC SELECT 1; END}
ALTER {FUNCTION|PROCEDURE|ROUTINE} f [(int)] {RENAME TO g|OWNER TO nobody|SET SCHEMA
    s|IMMUTABLE|RESET ALL|DEPENDS ON EXTENSION x}
CREATE [OR REPLACE] [CONSTRAINT] TRIGGER x AFTER INSERT OR UPDATE OF a ON t [DEFERRABLE]
    [REFERENCING NEW TABLE AS n] FOR EACH ROW [WHEN (true)] EXECUTE FUNCTION f()
ALTER TRIGGER x ON t RENAME TO y
CREATE EVENT TRIGGER x ON ddl_command_start [WHEN tag IN ('a')] EXECUTE FUNCTION f()
ALTER EVENT TRIGGER x {DISABLE|ENABLE ALWAYS|RENAME TO y|OWNER TO nobody}
CREATE [OR REPLACE] RULE r AS ON {SELECT|INSERT} TO t [WHERE true] DO [INSTEAD] {NOTHING|SELECT
    1|(SELECT 1; SELECT 2)}
CREATE POLICY p ON t [AS RESTRICTIVE] [FOR SELECT] [TO nobody] [USING (true)] [WITH CHECK (true)]
ALTER POLICY p ON t {RENAME TO q|TO nobody|USING (true)}
CREATE AGGREGATE f (int) (sfunc = a, stype = int)
CREATE OPERATOR + (leftarg = int, procedure = f)
CREATE OPERATOR {FAMILY x USING btree|CLASS x FOR TYPE int USING btree AS OPERATOR 1 <}
ALTER OPERATOR {+ (int, int) OWNER TO nobody|+ (int, int) SET (restrict = NONE)|FAMILY x USING
    btree ADD OPERATOR 1 < (int, int)}
CREATE CAST (int AS text) {WITHOUT FUNCTION|WITH FUNCTION f (int)|WITH INOUT} [AS IMPLICIT]
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION f (int))
CREATE {COLLATION x (locale = 'C')|COLLATION x FROM "C"|CONVERSION x FOR 'a' TO 'b' FROM f|ACCESS
    METHOD x TYPE INDEX HANDLER f|LANGUAGE x|TEXT SEARCH PARSER x (a = 1)|STATISTICS x ON a, b
    FROM t|STATISTICS ON a FROM t}
ALTER {COLLATION x REFRESH VERSION|STATISTICS x SET STATISTICS 1|TEXT SEARCH DICTIONARY x (a =
    1)|TEXT SEARCH CONFIGURATION x ADD MAPPING FOR a WITH b|LANGUAGE x RENAME TO y|LARGE OBJECT 1
    OWNER TO nobody|CONVERSION x RENAME TO y}
CREATE EXTENSION [IF NOT EXISTS] {pgcrypto|nosuch|"uuid-ossp"} [SCHEMA s] [VERSION '1'] [CASCADE]
ALTER EXTENSION pgcrypto {UPDATE|UPDATE TO '2'|ADD TABLE t|DROP TYPE mood|SET SCHEMA s}
CREATE {FOREIGN DATA WRAPPER x|SERVER x FOREIGN DATA WRAPPER y|FOREIGN TABLE x (a int) SERVER
    y|USER MAPPING FOR PUBLIC SERVER x|USER MAPPING IF NOT EXISTS FOR nobody SERVER x} [OPTIONS (a
    '1')]
ALTER {FOREIGN DATA WRAPPER x OPTIONS (SET a '1')|SERVER x VERSION '1'|USER MAPPING FOR PUBLIC
    SERVER x OPTIONS (DROP a)}
IMPORT FOREIGN SCHEMA x [LIMIT TO (t)] FROM SERVER y INTO s
CREATE {DATABASE x|DATABASE x OWNER nobody TEMPLATE y|TABLESPACE x LOCATION '/x'|TABLESPACE x
    OWNER nobody LOCATION ''|PUBLICATION x|PUBLICATION x FOR ALL TABLES|PUBLICATION x FOR TABLE t
    (a) WHERE (true), TABLES IN SCHEMA s|SUBSCRIPTION x CONNECTION 'x' PUBLICATION y}
ALTER {DATABASE main SET work_mem = 1|DATABASE main OWNER TO nobody|DATABASE main RENAME TO
    x|DATABASE main WITH CONNECTION LIMIT 1|DATABASE main REFRESH COLLATION VERSION|DATABASE main
    RESET ALL|TABLESPACE x SET (a = 1)|PUBLICATION x ADD TABLE t|SUBSCRIPTION x DISABLE|SYSTEM SET
    work_mem = 1|SYSTEM RESET ALL}
"""

_PART = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]|\{([^{}]*)\}")
ACCIDENTS = re.compile(r"XX...|57P..|58...|F0...")


def _lines(text: str) -> list[str]:
    """Forms; one that is too long for a line goes on in the next, behind blanks."""
    return text.replace("|\\\n    ", "|").replace("\n    ", " ").strip().splitlines()


def _choices(form: str) -> list[list[str]]:
    """The form as a list of parts, each a list of what may stand there."""
    parts, at = [], 0
    for found in _PART.finditer(form):
        before = form[at:found.start()]
        is_subscript = found.group(1) is not None and (
            not found.group(1) or before[-1:].isalnum() or before[-1:] in "][)('\"")
        if is_subscript:
            parts.append([before + found.group(0)])
        elif found.group(1) is not None:
            parts += [[before], ["", *_forms(found.group(1))]]
        else:
            parts += [[before], found.group(2).split("|")]
        at = found.end()
    parts.append([form[at:]])
    return parts


def _forms(form: str) -> list[str]:
    """The statements of a form: each part's choices in turn, over all absent and all present."""
    parts = _choices(form)
    made = {}
    for base in ([part[0] for part in parts], [part[-1] for part in parts]):
        for at, part in enumerate(parts):
            for choice in part:
                made.setdefault(" ".join("".join([*base[:at], choice, *base[at + 1:]]).split()))
    return list(made)


STATEMENTS = [s for form in _lines(FORMS) for s in _forms(form)]


def test_there_are_enough_of_them():
    assert len(STATEMENTS) > 1200


@pytest.mark.parametrize("user", ["firn", "nobody"])
@pytest.mark.parametrize("extended", [False, True])
def test_every_form_of_every_statement_is_answered(firn_server, user, extended):
    firn = firn_server()
    with firn.connect(autocommit=True) as session:
        for statement in ("CREATE ROLE nobody LOGIN", "CREATE SCHEMA s",
                          "CREATE TABLE t (a int, b text)", "CREATE VIEW v AS SELECT a FROM t",
                          "CREATE SEQUENCE q", "CREATE TYPE mood AS ENUM ('a', 'b')"):
            session.execute(statement)
    accidents = []
    connection = None
    for statement in STATEMENTS:
        if connection is None or connection.closed:
            connection = firn.connect(user=user, autocommit=True, prepare_threshold=None)
        try:
            # One that changes things is undone, so that each finds them as they were.
            connection.execute("BEGIN")
            if extended:
                connection.execute(statement, binary=False, prepare=True)
            elif "STDOUT" in statement:
                with connection.cursor().copy(statement) as copy:
                    list(itertools.islice(copy, 3))
            else:
                said = connection.pgconn.exec_(statement.encode())
                state = said.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b""
                if ACCIDENTS.match(state.decode()):
                    accidents.append(f"{statement}: {state} {said.error_message}")
        except psycopg.Error as error:
            state = error.sqlstate
            if connection.closed or (state is not None and ACCIDENTS.match(state)):
                accidents.append(f"{statement}: {state} {error}")
        if not connection.closed:
            connection.pgconn.exec_(b"ROLLBACK; RESET ALL; RESET SESSION AUTHORIZATION")
        assert firn.process.poll() is None, f"the server ended after: {statement}"
    assert not accidents, "\n".join(accidents)
