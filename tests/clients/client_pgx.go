// pgx: the common script. Usage: go run client_pgx.go postgresql://… values.tsv
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

const endless = "SELECT count(*) FROM generate_series(1, 100000) a, " +
	"generate_series(1, 100000) b WHERE a + b < 0"

var ctx = context.Background()

// value is a line of the file: a type, a value, the value as text.
type value struct{ kind, in, text string }

type check struct {
	name string
	body func(*pgx.Conn) error
}

func equal(what string, got, wanted any) error {
	if reflect.DeepEqual(got, wanted) {
		return nil
	}
	return fmt.Errorf("%s: got %v, wanted %v", what, got, wanted)
}

func text(c *pgx.Conn, query string, arguments ...any) (string, error) {
	var found *string
	err := c.QueryRow(ctx, query, arguments...).Scan(&found)
	if found == nil {
		return "NULL", err
	}
	return *found, err
}

func state(c *pgx.Conn, query string, arguments ...any) string {
	_, err := c.Exec(ctx, query, arguments...)
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return said.Code
	}
	return fmt.Sprint(err)
}

func run(c *pgx.Conn, queries ...string) error {
	for _, query := range queries {
		if _, err := c.Exec(ctx, query); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
	}
	return nil
}

func ddl(c *pgx.Conn) error {
	err := run(c, "DROP TABLE IF EXISTS pgx_t",
		"CREATE TABLE pgx_t (id integer PRIMARY KEY, name text, n numeric(10,2), at timestamptz)",
		"ALTER TABLE pgx_t ADD COLUMN note varchar(20) DEFAULT 'none'")
	if err != nil {
		return err
	}
	at := time.Date(2024, 2, 29, 10, 20, 30, 123456000, time.UTC)
	tag, err := c.Exec(ctx, "INSERT INTO pgx_t (id, name, n, at) VALUES ($1, $2, $3, $4), "+
		"($5, $6, $7, $8)", 1, "one", "1.50", at, 2, nil, nil, nil)
	if err != nil {
		return err
	}
	if err := equal("rows", tag.RowsAffected(), int64(2)); err != nil {
		return err
	}
	rows, err := c.Query(ctx, "SELECT id, name, at FROM pgx_t ORDER BY id")
	if err != nil {
		return err
	}
	type line struct {
		ID   int32
		Name *string
		At   *time.Time
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[line])
	if err != nil {
		return err
	}
	if len(lines) != 2 || *lines[0].Name != "one" || !lines[0].At.Equal(at) || lines[1].At != nil {
		return fmt.Errorf("rows: %v", lines)
	}
	return nil
}

func typesAsText(values []value, mode pgx.QueryExecMode) func(*pgx.Conn) error {
	return func(c *pgx.Conn) error {
		for _, v := range values {
			said, err := text(c, "SELECT ($1::"+v.kind+")::text", mode, v.in)
			if err != nil {
				return fmt.Errorf("%s %s: %w", v.kind, v.in, err)
			}
			if err := equal(v.kind, said, v.text); err != nil {
				return err
			}
		}
		return nil
	}
}

// Reads each value in binary as pgx's own type and sends that back, in binary again.
func typesAsBinary(values []value) func(*pgx.Conn) error {
	return func(c *pgx.Conn) error {
		for _, v := range values {
			var read any
			if strings.HasPrefix(v.kind, "json") {
				read = new(string) // else it is values of Go
			} else {
				read = new(any)
			}
			literal := "'" + strings.ReplaceAll(v.in, "'", "''") + "'::" + v.kind
			err := c.QueryRow(ctx, "SELECT "+literal).Scan(read)
			if err != nil {
				return fmt.Errorf("read %s %s: %w", v.kind, v.in, err)
			}
			if one, ok := read.(*any); ok {
				read = *one
			}
			said, err := text(c, "SELECT ($1::"+v.kind+")::text", read)
			if err != nil {
				return fmt.Errorf("send %s %s: %w", v.kind, v.in, err)
			}
			if err := equal(v.kind, said, v.text); err != nil {
				return err
			}
		}
		return nil
	}
}

func nulls(values []value) func(*pgx.Conn) error {
	return func(c *pgx.Conn) error {
		for _, v := range values {
			said, err := text(c, "SELECT ($1::"+v.kind+")::text", nil)
			if err != nil {
				return fmt.Errorf("%s: %w", v.kind, err)
			}
			if err := equal(v.kind, said, "NULL"); err != nil {
				return err
			}
		}
		return nil
	}
}

func copies(c *pgx.Conn) error {
	columns := []string{"id", "name", "n"}
	count, err := c.CopyFrom(ctx, pgx.Identifier{"pgx_t"}, columns,
		pgx.CopyFromSlice(1000, func(i int) ([]any, error) {
			return []any{1000 + i, fmt.Sprintf("row %d", i), pgtype.Numeric{}}, nil
		}))
	if err != nil {
		return err
	}
	if err := equal("copied", count, int64(1000)); err != nil {
		return err
	}
	lines := strings.NewReader("3000,\"a,b\"\n3001,\n")
	if _, err := c.PgConn().CopyFrom(ctx, lines,
		"COPY pgx_t (id, name) FROM STDIN WITH (FORMAT csv)"); err != nil {
		return err
	}
	var out strings.Builder
	_, err = c.PgConn().CopyTo(ctx, &out,
		"COPY (SELECT id, name FROM pgx_t WHERE id >= 1999 ORDER BY id) TO STDOUT")
	if err != nil {
		return err
	}
	return equal("copy out", out.String(), "1999\trow 999\n3000\ta,b\n3001\t\\N\n")
}

func errorsHaveCodes(c *pgx.Conn) error {
	for query, wanted := range map[string]string{
		"SELECT nope FROM pgx_t": "42703", "SELECT 1 FROM no_such_table": "42P01",
		"SELEC 1": "42601", "SELECT 1/0": "22012", "SELECT 'x'::int": "22P02",
		"INSERT INTO pgx_t (id) VALUES (NULL)": "23502",
		"INSERT INTO pgx_t (id) VALUES (1)":    "23505"} {
		if err := equal(query, state(c, query), wanted); err != nil {
			return err
		}
	}
	return equal("a parameter", state(c, "SELECT 1 / $1::int", 0), "22012")
}

func transactions(c *pgx.Conn) error {
	outer, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	defer outer.Rollback(ctx)
	if _, err := outer.Exec(ctx, "INSERT INTO pgx_t (id) VALUES (5000)"); err != nil {
		return err
	}
	inner, err := outer.Begin(ctx)
	if err != nil {
		return err
	}
	if _, err := inner.Exec(ctx, "INSERT INTO pgx_t (id) VALUES (5001)"); err != nil {
		return err
	}
	if err := equal("first", state(c, "SELECT 1/0"), "22012"); err != nil {
		return err
	}
	if err := equal("second", state(c, "SELECT 1"), "25P02"); err != nil {
		return err
	}
	if err := inner.Rollback(ctx); err != nil {
		return err
	}
	said, err := text(c, "SELECT string_agg(id::text, ',') FROM pgx_t WHERE id >= 5000")
	if err != nil {
		return err
	}
	if err := equal("kept", said, "5000"); err != nil {
		return err
	}
	if err := outer.Rollback(ctx); err != nil {
		return err
	}
	said, err = text(c, "SELECT count(*)::text FROM pgx_t WHERE id >= 5000")
	if err != nil {
		return err
	}
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	reading, err := c.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer reading.Rollback(ctx)
	if err := equal("a write", state(c, "INSERT INTO pgx_t (id) VALUES (6)"), "25006"); err != nil {
		return err
	}
	return equal("gone", said, "0")
}

func cancel(c *pgx.Conn) error {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
				c.PgConn().CancelRequest(ctx)
			}
		}
	}()
	said := state(c, endless)
	close(done)
	if err := equal("state", said, "57014"); err != nil {
		return err
	}
	short, stop := context.WithTimeout(ctx, 200*time.Millisecond)
	defer stop()
	other, err := pgx.ConnectConfig(ctx, c.Config())
	if err != nil {
		return err
	}
	defer other.Close(ctx)
	if _, err := other.Exec(short, endless); !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("by its context: %v", err)
	}
	return nil
}

func batch(c *pgx.Conn) error {
	all := &pgx.Batch{}
	for i := range 50 {
		all.Queue("SELECT $1::int * 2", i)
	}
	all.Queue("INSERT INTO pgx_t (id, name) VALUES ($1, $2)", 7000, "batch")
	results := c.SendBatch(ctx, all)
	for i := range 50 {
		var twice int
		if err := results.QueryRow().Scan(&twice); err != nil {
			return err
		}
		if err := equal("twice", twice, 2*i); err != nil {
			return err
		}
	}
	if _, err := results.Exec(); err != nil {
		return err
	}
	return results.Close()
}

func cursor(c *pgx.Conn) error {
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "DECLARE c CURSOR FOR SELECT i FROM generate_series(1, 9) i "+
		"ORDER BY i"); err != nil {
		return err
	}
	for _, step := range []struct {
		query string
		first int32
		rows  int
	}{{"FETCH 2 FROM c", 1, 2}, {"FETCH ALL FROM c", 3, 7}, {"FETCH 1 FROM c", 0, 0}} {
		rows, err := tx.Query(ctx, step.query)
		if err != nil {
			return err
		}
		seen, err := pgx.CollectRows(rows, pgx.RowTo[int32])
		if err != nil {
			return err
		}
		if len(seen) != step.rows || (len(seen) > 0 && seen[0] != step.first) {
			return fmt.Errorf("%s: %v", step.query, seen)
		}
	}
	return nil
}

func prepared(c *pgx.Conn) error {
	said, err := c.Prepare(ctx, "add", "SELECT id + $1, name FROM pgx_t WHERE id = $2")
	if err != nil {
		return err
	}
	if err := equal("parameters", said.ParamOIDs, []uint32{23, 23}); err != nil {
		return err
	}
	for i := range 10 {
		var sum int
		var name string
		if err := c.QueryRow(ctx, "add", i, 1).Scan(&sum, &name); err != nil {
			return err
		}
		if err := equal("sum", sum, i+1); err != nil {
			return err
		}
	}
	return c.Deallocate(ctx, "add")
}

func metadata(c *pgx.Conn) error {
	rows, err := c.Query(ctx, "SELECT id, n, note, 1 AS one FROM pgx_t LIMIT 0")
	if err != nil {
		return err
	}
	var said []string
	for _, f := range rows.FieldDescriptions() {
		said = append(said, fmt.Sprint(f.Name, " ", f.DataTypeOID, " ", f.TypeModifier))
	}
	rows.Close()
	return equal("fields", said, []string{"id 23 -1", "n 1700 655366", "note 1043 24",
		"one 23 -1"})
}

// Types of a user are read from the catalog.
func userTypes(c *pgx.Conn) error {
	if err := run(c, "DROP TABLE IF EXISTS pgx_moods", "DROP TYPE IF EXISTS pgx_mood",
		"CREATE TYPE pgx_mood AS ENUM ('sad', 'ok', 'happy')",
		"CREATE TABLE pgx_moods (id int, m pgx_mood)"); err != nil {
		return err
	}
	mood, err := c.LoadType(ctx, "pgx_mood")
	if err != nil {
		return err
	}
	c.TypeMap().RegisterType(mood)
	if _, err := c.Exec(ctx, "INSERT INTO pgx_moods VALUES (1, $1)", "happy"); err != nil {
		return err
	}
	said, err := text(c, "SELECT m FROM pgx_moods WHERE m > $1", "ok")
	if err != nil {
		return err
	}
	loaded, err := c.LoadTypes(ctx, []string{"pgx_mood"})
	if err != nil {
		return err
	}
	if len(loaded) == 0 {
		return errors.New("LoadTypes found nothing")
	}
	return equal("mood", said, "happy")
}

func readValues(path string) ([]value, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []value
	plain := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`)
	for _, line := range strings.Split(strings.TrimSuffix(string(file), "\n"), "\n") {
		parts := strings.Split(line, "\t")
		all = append(all, value{parts[0], plain.Replace(parts[1]), plain.Replace(parts[2])})
	}
	return all, nil
}

func main() {
	values, err := readValues(os.Args[2])
	if err != nil {
		panic(err)
	}
	for _, one := range []check{
		{"ddl, insert, select", ddl},
		{"every type as a parameter, text", typesAsText(values, pgx.QueryExecModeExec)},
		{"every type in the simple protocol", typesAsText(values, pgx.QueryExecModeSimpleProtocol)},
		{"every type, binary", typesAsBinary(values)},
		{"NULL of every type", nulls(values)},
		{"copy in, binary and csv, and out", copies},
		{"errors carry their SQLSTATE", errorsHaveCodes},
		{"transactions and savepoints", transactions},
		{"cancel", cancel},
		{"a batch in one flight", batch},
		{"a cursor", cursor},
		{"prepared by name", prepared},
		{"metadata", metadata},
		{"an enum from the catalog", userTypes},
	} {
		message := ""
		session, err := pgx.Connect(ctx, os.Args[1])
		if err == nil {
			err = one.body(session)
			session.Close(ctx)
		}
		if err != nil {
			message = err.Error()
		}
		said, _ := json.Marshal(map[string]any{"check": one.name, "ok": err == nil,
			"message": message})
		fmt.Println(string(said))
	}
}
