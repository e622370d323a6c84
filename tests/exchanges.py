"""Scripted exchanges of the protocol, for test_exchanges.py.

Each is a name and rounds. A round is what the client sends at once; it reads answers up to
ReadyForQuery, or as many as the number says that stands behind it, or (COPY) up to "G".
Table `numbers (n int, t text)` has the rows 1..10 with t = 'row n'; `empty (n int, t text)` has
none; what an exchange writes there is rolled back or dropped by itself.
"""

from raw_protocol import (COPY_DONE, FLUSH, SYNC, bind, close, copy_data, copy_fail, describe,
                          execute, parse, query)

ROWS = "SELECT n, t FROM numbers ORDER BY n"
INT4, TEXT = 23, 25


def run(sql: str, values=(), **formats) -> bytes:
    """Parse, Bind, Describe, Execute of the unnamed ones."""
    return parse(sql) + bind(values=values, **formats) + describe("P") + execute()


EXTENDED = {
    "all of it": [run(ROWS) + SYNC],
    "binary results": [run(ROWS, results=[1]) + SYNC],
    "a format for each column": [run(ROWS, results=[1, 0]) + SYNC],
    "more formats than columns": [run(ROWS, results=[1, 0, 1]) + SYNC, query("SELECT 1")],
    "a binary parameter": [run("SELECT n FROM numbers WHERE n = $1", [b"\0\0\0\3"],
                               formats=[1]) + SYNC],
    "parameters of a text and a number": [
        parse("SELECT t FROM numbers WHERE n = $1 AND t = $2", "s") + describe("S", "s") +
        bind("", "s", ["4", "row 4"]) + execute() + SYNC],
    "declared parameter types": [
        parse("SELECT $1 + 1, $2", "s", [INT4, TEXT]) + describe("S", "s") +
        bind("", "s", ["4", "x"]) + describe("P") + execute() + SYNC],
    "a null parameter": [run("SELECT n FROM numbers WHERE n = $1", [None]) + SYNC],
    "too few parameters": [parse("SELECT n FROM numbers WHERE n = $1") + bind() + execute() + SYNC,
                           query("SELECT 1")],
    "too many parameters": [parse("SELECT 1") + bind(values=["1"]) + execute() + SYNC],
    "a bad parameter value": [run("SELECT n FROM numbers WHERE n = $1", ["one"]) + SYNC],
    "a short binary parameter": [run("SELECT n FROM numbers WHERE n = $1", [b"\0\1"],
                                     formats=[1]) + SYNC],
    "describe before bind, after bind, after execute": [
        parse("SELECT 1 AS one", "s") + describe("S", "s") + bind("p", "s") + describe("P", "p") +
        execute("p") + describe("P", "p") + describe("S", "s") + SYNC],
    "describe of what returns nothing": [
        parse("BEGIN", "s") + describe("S", "s") + bind("", "s") + describe("P") + execute() + SYNC,
        query("ROLLBACK")],
    "describe of an insert with parameters": [
        parse("INSERT INTO empty VALUES ($1, $2)", "s") + describe("S", "s") + SYNC],
    "describe of show": [run("SHOW server_encoding") + SYNC],
    "execute of a statement twice": [
        parse("SELECT 1", "s") + bind("", "s") + execute() + bind("", "s") + execute() + SYNC],
    "execute of a finished portal": [parse(ROWS) + bind() + execute() + execute() + SYNC],
    "execute of a finished command": [parse("BEGIN") + bind() + execute() + execute() + SYNC,
                                      query("ROLLBACK")],
    "constants": [run("SELECT 1") + SYNC, run("SELECT 1 AS one, 'two', NULL, true, -3, ''") + SYNC,
                  run("SELECT 2147483647, 2147483648, -2147483648, -9223372036854775808") + SYNC,
                  run("SELECT 1, 'two', false, NULL", results=[1]) + SYNC,
                  run("SELECT 'it''s', E'a\\tb', $$x$$, U&'\\0061'") + SYNC,
                  parse("SELECT 1", "s") + describe("S", "s") + bind("", "s") + execute("", 1) +
                  execute() + SYNC, query("SELECT 1; SELECT 'x' AS y; SELECT NULL"),
                  run("SELECT 1, 'two' LIMIT 0") + SYNC, run("SELECT DISTINCT 1") + SYNC,
                  run("SELECT") + SYNC, run("SELECT 1.50, 1e3") + SYNC,
                  parse("SELECT 1", oids=[INT4]) + bind(values=["5"]) + execute() + SYNC],
    "an empty statement": [parse("") + bind() + describe("P") + execute() + SYNC,
                           parse("", "s") + describe("S", "s") + SYNC],
    "only a comment": [parse("-- nothing") + bind() + execute() + SYNC, query("/* */")],
    "an empty query": [query(""), query(" ; ; ")],
    "two commands in one parse": [parse("SELECT 1; SELECT 2") + SYNC],
    "a sync for nothing": [SYNC, SYNC],
    "flush shows what is ready": [(parse("SELECT 1") + FLUSH, 1), (bind() + FLUSH, 1),
                                  (execute() + FLUSH, 2), SYNC],
    "flush after an error shows the error": [(parse("SELECT nothing") + FLUSH, 1), SYNC],
    "close of a statement": [
        parse("SELECT 1", "s") + close("S", "s") + bind("", "s") + SYNC,
        parse("SELECT 2", "s") + bind("", "s") + execute() + SYNC],
    "close of a portal": [
        parse("SELECT 1") + bind("p") + close("P", "p") + execute("p") + SYNC],
    "close of a half-read portal": [
        query("BEGIN"),
        parse(ROWS) + bind("p") + execute("p", 2) + close("P", "p") + execute("p", 2) + SYNC,
        query("ROLLBACK")],
    "close of what is not there": [close("S", "none") + close("P", "none") + SYNC],
    "close of the unnamed ones": [
        parse("SELECT 1") + bind() + close("P") + close("S") + bind() + SYNC],
    "a statement's name is taken": [parse("SELECT 1", "s") + parse("SELECT 2", "s") + SYNC,
                                    bind("", "s") + execute() + SYNC],
    "a portal's name is taken": [
        query("BEGIN"), parse("SELECT 1") + bind("p") + bind("p") + SYNC, query("ROLLBACK")],
    "the unnamed ones are replaced": [
        parse("SELECT 1") + parse("SELECT 2") + bind() + bind() + execute() + SYNC],
    "a failed parse takes the unnamed statement along": [
        parse("SELECT 1") + SYNC, parse("SELECT nothing") + SYNC, bind() + SYNC],
    "a simple query takes the unnamed statement along": [
        parse("SELECT 1") + SYNC, query("SELECT 2"), bind() + SYNC],
    "no such statement": [bind("", "none") + SYNC, describe("S", "none") + SYNC],
    "no such portal": [execute("none") + SYNC, describe("P", "none") + SYNC],
    "a statement outlives its transaction": [
        query("BEGIN"), parse("SELECT 7", "s") + SYNC, query("ROLLBACK"),
        bind("", "s") + execute() + SYNC],
    "a portal ends with sync": [parse(ROWS) + bind("p") + execute("p", 2) + SYNC,
                                execute("p") + SYNC],
    "a portal outlives sync in a block": [
        query("BEGIN"), parse(ROWS) + bind("p") + execute("p", 2) + SYNC,
        execute("p", 3) + SYNC, execute("p") + SYNC, query("COMMIT"), execute("p") + SYNC],
    "a describe knows no statement of another kind": [
        parse("SELECT 1", "x") + describe("P", "x") + SYNC],
    "the names of sql and of the protocol are one": [
        parse("SELECT 5", "s") + SYNC, query("EXECUTE s"), query("DEALLOCATE s"),
        bind("", "s") + SYNC, query("PREPARE q AS SELECT 6"), bind("", "q") + execute() + SYNC],
    "deallocate all": [parse("SELECT 5", "s") + SYNC, query("DEALLOCATE ALL"),
                       bind("", "s") + SYNC],
    "execute through the extended protocol": [
        query("PREPARE q(int) AS SELECT n FROM numbers WHERE n = $1"),
        run("EXECUTE q(3)") + SYNC],
    "a table that came later": [
        parse("SELECT 1", "s") + SYNC,
        query("CREATE TABLE later (n int)"), run("SELECT * FROM later") + SYNC,
        query("DROP TABLE later"), run("SELECT * FROM later") + SYNC],
    "a statement whose table went": [
        query("CREATE TABLE later (n int)"), parse("SELECT * FROM later", "s") + SYNC,
        query("DROP TABLE later"), bind("", "s") + execute() + SYNC],
    "a statement whose table changed": [
        query("CREATE TABLE later (n int)"), parse("SELECT * FROM later", "s") + SYNC,
        query("DROP TABLE later"), query("CREATE TABLE later (n text)"),
        bind("", "s") + execute() + SYNC, query("DROP TABLE later")],
}

LIMITS = {
    "a limit below the rows": [parse(ROWS) + bind() + execute("", 3) + execute("", 3) +
                               execute("", 3) + execute("", 3) + execute("", 3) + SYNC],
    "a limit equal to the rows": [parse(ROWS) + bind() + execute("", 10) + execute("", 10) + SYNC],
    "a limit above the rows": [parse(ROWS) + bind() + execute("", 11) + SYNC],
    "a limit of no rows": [parse("SELECT n FROM empty") + bind() + execute("", 1) + SYNC],
    "a negative limit": [parse(ROWS) + bind() + execute("", -1) + SYNC],
    "limits and then the rest": [parse(ROWS) + bind() + execute("", 4) + execute() + SYNC],
    "a limit on what returns nothing": [
        parse("BEGIN") + bind() + execute("", 1) + SYNC, query("ROLLBACK")],
    "a limit on an insert": [
        query("BEGIN"), parse("INSERT INTO empty VALUES (1, 'a'), (2, 'b')") + bind() +
        execute("", 1) + SYNC, query("ROLLBACK")],
    "a limit on show": [parse("SHOW server_encoding") + bind() + execute("", 1) + execute("", 1) +
                        SYNC],
    "interleaved portals": [
        query("BEGIN"),
        parse(ROWS, "s") + bind("a", "s") + bind("b", "s", results=[1]) + execute("a", 2) +
        execute("b", 3) + execute("a", 2) + execute("b", 3) + SYNC,
        execute("b") + execute("a") + SYNC, query("COMMIT")],
    "interleaved portals of one pipeline": [
        parse(ROWS, "s") + bind("a", "s") + bind("b", "s") + execute("a", 1) + execute("b", 1) +
        execute("a", 1) + execute("b") + execute("a") + SYNC],
    "writes between the parts of a portal": [
        query("BEGIN"), parse("SELECT n FROM numbers ORDER BY n") + bind("p") + execute("p", 9) +
        parse("INSERT INTO numbers VALUES (0, 'zero'), (11, 'eleven')") + bind() + execute() +
        execute("p") + SYNC, query("ROLLBACK")],
    "a portal fails half-way": [
        query("BEGIN"),
        parse("SELECT 10 / (6 - n) FROM numbers ORDER BY n") + bind("p") + execute("p") + SYNC,
        execute("p") + SYNC, query("ROLLBACK")],
}

ERRORS = {
    "what follows an error is skipped": [
        parse("SELECT nothing") + bind() + describe("P") + execute() + close("S") + SYNC,
        query("SELECT 1")],
    "an error in bind": [parse("SELECT $1::int") + bind(values=["x"]) + execute() + SYNC],
    "an error in execute": [parse("SELECT n / $1 FROM numbers", "", [INT4]) +
                            bind(values=["0"]) + execute() + parse("SELECT 2") + SYNC,
                            query("SELECT 1")],
    "a syntax error": [parse("SELEC 1") + bind() + SYNC],
    "errors in two cycles": [parse("SELECT nothing") + SYNC + parse("SELECT nothing") + SYNC,
                             SYNC],
    "a block fails": [
        query("BEGIN"), parse("SELECT nothing") + SYNC, run("SELECT 1") + SYNC, query("SELECT 1"),
        parse("SELECT 1") + SYNC, parse("") + bind() + execute() + SYNC, query(""),
        run("ROLLBACK") + SYNC],
    "commit of a failed block": [query("BEGIN"), query("SELECT nothing"), run("COMMIT") + SYNC],
    "a failed block takes what ends it": [
        query("BEGIN"), query("SAVEPOINT a"), query("SELECT nothing"),
        parse("ROLLBACK TO a", "r") + bind("", "r") + execute() + SYNC, query("SELECT 1"),
        query("COMMIT")],
    "a statement prepared before the block failed": [
        parse("SELECT 1", "s") + SYNC, query("BEGIN"), query("SELECT nothing"),
        bind("", "s") + SYNC, describe("S", "s") + SYNC, query("ROLLBACK")],
    "a portal bound before the block failed": [
        query("BEGIN"), parse(ROWS) + bind("p") + execute("p", 1) + SYNC, query("SELECT nothing"),
        execute("p") + SYNC, describe("P", "p") + SYNC, close("P", "p") + SYNC,
        query("ROLLBACK")],
    "an error between statements of a query": [query("SELECT 1; SELECT nothing; SELECT 2")],
    "a syntax error undoes the whole query": [query("SELECT 1; SELEC 2")],
    "an unknown statement in a failed block": [
        query("BEGIN"), query("SELECT nothing"), query("LISTEN x"), query("ROLLBACK")],
    "bytes that are not UTF-8": [b"Q\0\0\0\x0fSELECT '\xff'\0"],
}

TRANSACTIONS = {
    "a pipeline is one transaction": [
        parse("INSERT INTO empty VALUES (1, 'x')") + bind() + execute() +
        parse("SELECT count(*) FROM empty") + bind() + execute() +
        parse("SELECT nothing") + SYNC, query("SELECT count(*) FROM empty")],
    "a begin inside a pipeline": [
        parse("INSERT INTO empty VALUES (1, 'x')") + bind() + execute() + parse("BEGIN") + bind() +
        execute() + SYNC, query("ROLLBACK"), query("SELECT count(*) FROM empty")],
    "begin, work and commit in one pipeline": [
        run("BEGIN") + run("SELECT 1") + run("COMMIT") + run("SELECT 2") + SYNC],
    "a block in one pipeline that fails": [
        run("BEGIN") + run("SELECT nothing") + run("COMMIT") + SYNC, query("ROLLBACK")],
    "commit with no block": [run("COMMIT") + SYNC, query("COMMIT"), query("ROLLBACK")],
    "begin in a block": [query("BEGIN"), query("BEGIN"), query("ROLLBACK")],
    "savepoints outside a block": [query("SAVEPOINT a"), run("ROLLBACK TO a") + SYNC],
    "no such savepoint": [query("BEGIN"), query("ROLLBACK TO none"), query("ROLLBACK")],
    "commit and chain": [query("BEGIN"), query("COMMIT AND CHAIN"), query("ROLLBACK"),
                         query("COMMIT AND CHAIN")],
    "statements of one query": [
        query("INSERT INTO empty VALUES (1, 'a'); SELECT count(*) FROM empty; ROLLBACK"),
        query("SELECT count(*) FROM empty")],
    "begin inside a query": [query("SELECT 1; BEGIN; SELECT 2"), query("COMMIT")],
    "a read-only transaction": [query("BEGIN READ ONLY"), query("INSERT INTO empty VALUES (1)"),
                                query("ROLLBACK")],
    "isolation after a query": [query("BEGIN"), query("SELECT 1"),
                                query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
                                query("ROLLBACK")],
    "set local outside a block": [query("SET LOCAL work_mem = '1MB'")],
    "a reported parameter changes": [query("SET application_name = 'me'"),
                                     query("BEGIN; SET application_name = 'you'"),
                                     query("ROLLBACK"), run("RESET application_name") + SYNC],
}

CURSORS = {
    "declare, fetch and close": [
        query("BEGIN"), query(f"DECLARE c CURSOR FOR {ROWS}"), query("FETCH c"), query("FETCH 3 c"),
        query("FETCH NEXT FROM c"), query("FETCH ALL c"), query("FETCH c"), query("CLOSE c"),
        query("FETCH c"), query("ROLLBACK")],
    "a cursor needs a block": [query(f"DECLARE c CURSOR FOR {ROWS}")],
    "a cursor inside one query": [
        query(f"BEGIN; DECLARE c CURSOR FOR {ROWS}; FETCH 2 c; COMMIT")],
    "a cursor's name is taken": [query("BEGIN"), query("DECLARE c CURSOR FOR SELECT 1"),
                                 query("DECLARE c CURSOR FOR SELECT 1"), query("ROLLBACK")],
    "no such cursor": [query("FETCH none"), query("MOVE none"), query("CLOSE none"),
                       query("CLOSE ALL")],
    "move and fetch": [
        query("BEGIN"), query(f"DECLARE c CURSOR FOR {ROWS}"), query("MOVE 3 c"), query("FETCH c"),
        query("MOVE ALL c"), query("MOVE c"), query("FETCH c"), query("ROLLBACK")],
    "counts of zero": [
        query("BEGIN"), query(f"DECLARE c SCROLL CURSOR FOR {ROWS}"), query("FETCH 0 c"),
        query("MOVE 0 c"), query("FETCH 2 c"), query("FETCH 0 c"), query("MOVE 0 c"),
        query("FETCH RELATIVE 0 c"), query("FETCH ALL c"), query("FETCH 0 c"), query("ROLLBACK")],
    "absolute and relative, forward": [
        query("BEGIN"), query(f"DECLARE c NO SCROLL CURSOR FOR {ROWS}"),
        query("FETCH ABSOLUTE 3 c"), query("FETCH RELATIVE 2 c"), query("FETCH ABSOLUTE 9 c"),
        query("FETCH RELATIVE 5 c"), query("FETCH c"), query("ROLLBACK")],
    "no scroll, backward": [
        query("BEGIN"), query(f"DECLARE c NO SCROLL CURSOR FOR {ROWS}"), query("FETCH 2 c"),
        query("SAVEPOINT a"), query("FETCH BACKWARD 1 c"), query("ROLLBACK TO a"),
        query("FETCH PRIOR c"), query("ROLLBACK TO a"), query("FETCH ABSOLUTE 1 c"),
        query("ROLLBACK TO a"), query("FETCH 0 c"), query("ROLLBACK TO a"),
        query("FETCH c"), query("ROLLBACK")],
    "scroll in every direction": [
        query("BEGIN"), query(f"DECLARE c SCROLL CURSOR FOR {ROWS}"), query("FETCH 5 c"),
        query("FETCH PRIOR c"), query("FETCH BACKWARD 2 c"), query("FETCH BACKWARD ALL c"),
        query("FETCH PRIOR c"), query("FETCH NEXT c"), query("FETCH LAST c"), query("FETCH NEXT c"),
        query("FETCH PRIOR c"), query("FETCH FIRST c"), query("FETCH ABSOLUTE -2 c"),
        query("FETCH ABSOLUTE 4 c"), query("FETCH RELATIVE -2 c"), query("FETCH -1 c"),
        query("FETCH FORWARD -1 c"), query("FETCH ABSOLUTE 0 c"), query("FETCH FORWARD ALL c"),
        query("FETCH BACKWARD ALL c"), query("MOVE LAST c"), query("MOVE BACKWARD 3 c"),
        query("FETCH c"), query("FETCH ABSOLUTE 99 c"), query("FETCH ABSOLUTE -99 c"),
        query("FETCH RELATIVE 99 c"), query("FETCH RELATIVE -99 c"), query("ROLLBACK")],
    "a scroll cursor over no rows": [
        query("BEGIN"), query("DECLARE c SCROLL CURSOR FOR SELECT n FROM empty"), query("FETCH c"),
        query("FETCH PRIOR c"), query("FETCH LAST c"), query("FETCH FIRST c"),
        query("FETCH BACKWARD ALL c"), query("ROLLBACK")],
    "a binary cursor": [
        query("BEGIN"), query(f"DECLARE c BINARY CURSOR FOR {ROWS}"), query("FETCH 2 c"),
        run("FETCH 1 c") + SYNC, run("FETCH 1 c", results=[1]) + SYNC, query("ROLLBACK")],
    "fetch through the extended protocol": [
        query("BEGIN"), run(f"DECLARE c CURSOR FOR {ROWS}") + SYNC,
        parse("FETCH 2 c", "f") + describe("S", "f") + bind("", "f") + describe("P") + execute() +
        bind("", "f", results=[1]) + execute() + SYNC, run("MOVE 2 c") + SYNC,
        run("FETCH c") + SYNC, run("CLOSE c") + SYNC, parse("FETCH c") + bind() + execute() + SYNC,
        query("ROLLBACK")],
    "a cursor with parameters": [
        query("BEGIN"),
        parse("DECLARE c CURSOR FOR SELECT n FROM numbers WHERE n > $1 ORDER BY n", "", [INT4]) +
        describe("S") + bind(values=["8"]) + execute() + SYNC, query("FETCH ALL c"),
        query("ROLLBACK")],
    "a cursor is a portal": [
        query("BEGIN"), query(f"DECLARE c CURSOR FOR {ROWS}"),
        describe("P", "c") + execute("c", 2) + SYNC, query("FETCH c"), execute("c", 1) + SYNC,
        close("P", "c") + SYNC, query("FETCH c"), query("ROLLBACK")],
    "a portal is a cursor": [
        query("BEGIN"), parse(ROWS) + bind("p") + execute("p", 2) + SYNC, query("FETCH p"),
        query("MOVE 2 p"), execute("p", 1) + SYNC, query("CLOSE p"), execute("p") + SYNC,
        query("ROLLBACK")],
    "a cursor sees its own time": [
        query("BEGIN"), query("DECLARE c CURSOR FOR SELECT n FROM numbers ORDER BY n"),
        query("INSERT INTO numbers VALUES (0, 'zero')"), query("FETCH ALL c"), query("ROLLBACK")],
    "with hold": [
        query("BEGIN"), query(f"DECLARE c CURSOR WITH HOLD FOR {ROWS}"), query("FETCH 2 c"),
        query("COMMIT"), query("FETCH 2 c"), query("FETCH c; FETCH c"), query("BEGIN"),
        query("FETCH c"), query("ROLLBACK"), query("FETCH c"), query("MOVE ALL c"),
        query("FETCH c"), query("CLOSE c"), query("FETCH c")],
    "with hold and no block": [
        query(f"DECLARE c CURSOR WITH HOLD FOR {ROWS}"), query("FETCH 2 c"),
        run("FETCH 2 c") + SYNC, query("CLOSE ALL"), query("FETCH c")],
    "with hold and scroll": [
        query(f"DECLARE c SCROLL CURSOR WITH HOLD FOR {ROWS}"), query("FETCH 3 c"),
        query("FETCH BACKWARD ALL c"), query("FETCH LAST c"), query("DISCARD ALL"),
        query("FETCH c")],
    "with hold and a rollback": [
        query("BEGIN"), query(f"DECLARE c CURSOR WITH HOLD FOR {ROWS}"), query("ROLLBACK"),
        query("FETCH c")],
    "with hold when the rest fails": [
        query("BEGIN"),
        query("DECLARE c CURSOR WITH HOLD FOR SELECT 1 / (6 - n) FROM numbers ORDER BY n"),
        query("COMMIT"), query("FETCH c")],
    "rollback to a savepoint closes what came later": [
        query("BEGIN"), query(f"DECLARE a CURSOR FOR {ROWS}"), query("FETCH a"),
        query("SAVEPOINT s"), query(f"DECLARE b CURSOR FOR {ROWS}"), query("FETCH b"),
        query("FETCH a"), query("SELECT nothing"), query("ROLLBACK TO s"), query("FETCH a"),
        query("FETCH b"), query("ROLLBACK")],
    "numerics that do not fit the first time": [
        query("BEGIN"),
        query("DECLARE c SCROLL CURSOR FOR SELECT n * 12345678901234567890.5 * "
              "9876543210987654321.25 AS much FROM numbers ORDER BY n"),
        query("FETCH 2 c"), query("FETCH ALL c"), query("FETCH FIRST c"),
        query("DECLARE d CURSOR WITH HOLD FOR SELECT sum(n) * 12345678901234567890.5 * "
              "9876543210987654321.25 FROM numbers"),
        query("COMMIT"), query("FETCH d"), query("CLOSE d")],
    "a cursor that failed": [
        query("BEGIN"), query("DECLARE c CURSOR FOR SELECT 1 / (3 - n) FROM numbers ORDER BY n"),
        query("SAVEPOINT s"), query("FETCH ALL c"), query("ROLLBACK TO s"), query("FETCH c"),
        query("ROLLBACK")],
    "a cursor ends with its block": [
        query("BEGIN"), query("DECLARE c CURSOR FOR SELECT 1"), query("COMMIT"), query("FETCH c")],
}

COPY = {
    "copy in": [query("BEGIN"), (query("COPY empty FROM STDIN"), "G"),
                copy_data(b"1\tone\n2\t") + copy_data(b"two\n") + COPY_DONE,
                query("SELECT * FROM empty ORDER BY n"), query("ROLLBACK")],
    "copy in fails": [(query("COPY empty FROM STDIN"), "G"), copy_data(b"x\n") + COPY_DONE,
                      query("SELECT 1")],
    "the client gives a copy up": [(query("COPY empty FROM STDIN"), "G"), copy_fail("no more"),
                                   query("SELECT 1")],
    "copy out": [query("COPY (SELECT n, t FROM numbers ORDER BY n) TO STDOUT")],
    "copy out of nothing": [query("COPY empty TO STDOUT (FORMAT csv, HEADER)")],
    "copy out, binary": [
        query("COPY (SELECT n, t FROM numbers ORDER BY n) TO STDOUT (FORMAT binary)"),
        query("COPY empty TO STDOUT (FORMAT binary)")],
    "copy through the extended protocol": [
        run("COPY (SELECT n FROM numbers ORDER BY n) TO STDOUT") + SYNC],
    "copy in through the extended protocol": [
        query("BEGIN"), (run("COPY empty FROM STDIN"), "G"),
        copy_data(b"1\tone\n") + COPY_DONE + SYNC, query("ROLLBACK")],
    "data after a copy that failed": [
        (query("COPY empty FROM STDIN"), "G"), copy_data(b"x\n") + copy_data(b"y\n") + COPY_DONE,
        query("SELECT 1")],
    "copy inside a query": [
        query("BEGIN"), (query("COPY empty FROM STDIN; SELECT count(*) FROM empty"), "G"),
        copy_data(b"1\tone\n") + COPY_DONE, query("ROLLBACK")],
    "binary options": [query(f"COPY empty TO STDOUT (FORMAT binary, {option})")
                       for option in ("DELIMITER ','", "NULL ''", "HEADER", "QUOTE '!'",
                                      "ESCAPE '!'", "FORCE_QUOTE *", "ENCODING 'UTF8'")],
}

EXCHANGES = {f"{group}: {name}": rounds
             for group, table in (("extended", EXTENDED), ("limits", LIMITS), ("errors", ERRORS),
                                  ("transactions", TRANSACTIONS), ("cursors", CURSORS),
                                  ("copy", COPY))
             for name, rounds in table.items()}
