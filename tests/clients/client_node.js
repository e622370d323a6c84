// node-postgres with pg-cursor and pg-copy-streams: the common script.
// Usage: node client_node.js postgresql://… values.tsv

'use strict';

const fs = require('fs');
const { pipeline } = require('stream/promises');
const { Readable, Writable } = require('stream');
const { Client, types } = require('pg');
const Cursor = require('pg-cursor');
const copy = require('pg-copy-streams');

const [where, file] = process.argv.slice(2);
const unescaped = { '\\n': '\n', '\\t': '\t', '\\\\': '\\' };
// Lines of: type, value, the value as text.
const values = fs.readFileSync(file, 'utf8').split('\n').filter((line) => line).map(
  (line) => line.split('\t').map((part) => part.replace(/\\[nt\\]/g, (mark) => unescaped[mark])));
const checks = [];
const check = (name, body) => checks.push([name, body]);
const ENDLESS = 'SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b '
  + 'WHERE a + b < 0';

function equal(got, wanted, what = '') {
  const [left, right] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: got ${left}, wanted ${right}`);
}

async function open(options = {}) {
  const session = new Client({ connectionString: where, ...options });
  await session.connect();
  return session;
}

async function withSession(options, body) {
  const session = await open(options);
  try {
    return await body(session);
  } finally {
    await session.end();
  }
}

async function rows(session, text, parameters = []) {
  return (await session.query({ text, values: parameters, rowMode: 'array' })).rows;
}

async function sqlState(session, text, parameters = []) {
  try {
    await session.query(text, parameters);
    return 'none';
  } catch (error) {
    return error.code;
  }
}

check('ddl, insert, select', async (s) => {
  await s.query('DROP TABLE IF EXISTS node_t');
  await s.query('CREATE TABLE node_t (id integer PRIMARY KEY, name text, n numeric(10,2), at '
    + 'timestamptz)');
  await s.query("ALTER TABLE node_t ADD COLUMN note varchar(20) DEFAULT 'none'");
  const at = new Date('2024-02-29T10:20:30.123Z');
  const said = await s.query('INSERT INTO node_t (id, name, n, at) VALUES ($1, $2, $3, $4), '
    + '($5, $6, $7, $8) RETURNING id, note', [1, 'one', '1.50', at, 2, null, null, null]);
  equal([said.command, said.rowCount], ['INSERT', 2]);
  equal(said.rows, [{ id: 1, note: 'none' }, { id: 2, note: 'none' }]);
  const back = await s.query('SELECT * FROM node_t ORDER BY id');
  equal(back.rows, [{ id: 1, name: 'one', n: '1.50', at, note: 'none' },
    { id: 2, name: null, n: null, at: null, note: 'none' }]);
});

check('several statements in one text', async (s) => {
  const said = await s.query('SELECT 1 AS a; SELECT 2 AS b, 3 AS c');
  equal(said.map((one) => one.rows), [[{ a: 1 }], [{ b: 2, c: 3 }]]);
});

check('every type as a parameter, text', async (s) => {
  for (const [type, value, text] of values) {
    const asText = { getTypeParser: () => (bytes) => bytes };
    const back = await s.query({ text: `SELECT x, x::text AS t FROM (SELECT $1::${type} AS x) q`,
      values: [value], types: asText, rowMode: 'array' });
    equal(back.rows[0][1], text, type);
    if (!/^(char|boolean)/.test(type)) equal(back.rows[0][0], text, type);
  }
});

// Of binary results it reads numbers only (other bytes pass through a text); it sends all.
check('binary parameters and results', async (s) => {
  for (const [type, hex, text] of [['smallint', '8000', '-32768'], ['integer', '0000002a', '42'],
    ['bigint', '7fffffffffffffff', '9223372036854775807'], ['boolean', '01', 'true'],
    ['real', '3fc00000', '1.5'], ['double precision', '3ff8000000000000', '1.5'],
    ['text', 'c3bc', 'ü'], ['bytea', '00ff', '\\x00ff'], ['date', '00002279', '2024-02-29'],
    ['uuid', '00000000000000000000000000000007', '00000000-0000-0000-0000-000000000007'],
    ['numeric', '00020000000000020001' + '1388', '1.50'],
    ['integer[]', '000000010000000000000017' + '0000000100000001' + '0000000400000007', '{7}']]) {
    equal(await rows(s, `SELECT ($1::${type})::text`, [Buffer.from(hex, 'hex')]), [[text]], type);
  }
  const back = await s.query({ text: "SELECT 42::int4, 7::int2, 1.5::float8, 'x'::text",
    binary: true, rowMode: 'array' });
  equal(back.rows, [[42, 7, 1.5, 'x']]);
});

check('NULL of every type', async (s) => {
  for (const [type] of values) {
    equal(await rows(s, `SELECT $1::${type}, $1::${type} IS NULL`, [null]), [[null, true]], type);
  }
});

check('arrays and json as objects', async (s) => {
  const [[numbers, words, object, stamp]] = await rows(s,
    'SELECT $1::int[], $2::text[], $3::jsonb, $4::date::text',
    [[1, null, 3], ['a,b', 'q"uote', null], { a: [1, { b: null }] }, '2024-02-29']);
  equal([numbers, words, object, stamp],
    [[1, null, 3], ['a,b', 'q"uote', null], { a: [1, { b: null }] }, '2024-02-29']);
  equal(types.getTypeParser(20)('9007199254740993'), '9007199254740993');
});

check('copy in and out', async (s) => {
  const lines = Array.from({ length: 1000 }, (_, i) => `${1000 + i},"a,${i}"\n`);
  await pipeline(Readable.from(lines),
    s.query(copy.from('COPY node_t (id, name) FROM STDIN WITH (FORMAT csv)')));
  let text = '';
  const sink = new Writable({ write(chunk, _, done) { text += chunk; done(); } });
  await pipeline(s.query(copy.to('COPY (SELECT id, name FROM node_t WHERE id BETWEEN 1001 AND '
    + '1002 ORDER BY id) TO STDOUT')), sink);
  equal(text, '1001\ta,1\n1002\ta,2\n');
});

check('errors carry their SQLSTATE', async (s) => {
  equal(await sqlState(s, 'SELECT nope FROM node_t'), '42703');
  equal(await sqlState(s, 'SELECT 1 FROM no_such_table'), '42P01');
  equal(await sqlState(s, 'SELEC 1'), '42601');
  equal(await sqlState(s, 'SELECT 1 / $1::int', [0]), '22012');
  equal(await sqlState(s, "SELECT 'x'::int"), '22P02');
  equal(await sqlState(s, 'INSERT INTO node_t (id) VALUES ($1)', [1]), '23505');
  equal(await sqlState(s, 'INSERT INTO node_t (id) VALUES (NULL)'), '23502');
});

check('errors name the table and the column', async (s) => {
  const error = await s.query('INSERT INTO node_t (id) VALUES (NULL)').catch((said) => said);
  equal([error.severity, error.table, error.column], ['ERROR', 'node_t', 'id']);
});

check('transactions and savepoints', async (s) => {
  await s.query('BEGIN');
  await s.query('INSERT INTO node_t (id) VALUES (5000)');
  await s.query('SAVEPOINT a');
  await s.query('INSERT INTO node_t (id) VALUES (5001)');
  equal(await sqlState(s, 'SELECT 1 / 0'), '22012');
  equal(await sqlState(s, 'SELECT 1'), '25P02');
  await s.query('ROLLBACK TO SAVEPOINT a');
  equal(await rows(s, 'SELECT id FROM node_t WHERE id >= 5000'), [[5000]]);
  await s.query('ROLLBACK');
  equal(await rows(s, 'SELECT id FROM node_t WHERE id >= 5000'), []);
});

check('cancel', async (s) => {
  const running = s.query(ENDLESS).then(() => 'it ran to its end', (error) => error.code);
  const asked = setInterval(
    () => new Client({ connectionString: where }).cancel(s, s.activeQuery), 200);
  equal(await running, '57014');
  clearInterval(asked);
  equal(await rows(s, 'SELECT 1'), [[1]]);
});

check('statement_timeout', () => withSession({ statement_timeout: 200 }, async (s) => {
  equal(await sqlState(s, ENDLESS), '57014');
  equal(await rows(s, 'SHOW statement_timeout'), [['200ms']]);
}));

check('prepared by name', async (s) => {
  for (let i = 0; i < 10; i += 1) {
    const said = await s.query({ name: 'add', text: 'SELECT $1::int + id AS sum FROM node_t WHERE '
      + 'id = $2', values: [i, 1] });
    equal(said.rows, [{ sum: i + 1 }]);
  }
});

check('a cursor, and rows a few at a time', async (s) => {
  const cursor = s.query(new Cursor('SELECT i FROM generate_series(1, $1) i ORDER BY i', [500]));
  let seen = 0;
  for (let some = await cursor.read(64); some.length > 0; some = await cursor.read(64)) {
    some.forEach((row) => { seen += 1; equal(row.i, seen); });
  }
  equal(seen, 500);
  const early = s.query(new Cursor('SELECT i FROM generate_series(1, 100000) i'));
  equal((await early.read(2)).length, 2);
  await early.close();
  await s.query('BEGIN');
  await s.query('DECLARE c CURSOR FOR SELECT i FROM generate_series(1, 9) i ORDER BY i');
  equal(await rows(s, 'FETCH 2 FROM c'), [[1], [2]]);
  equal(await rows(s, 'FETCH ALL FROM c'), [[3], [4], [5], [6], [7], [8], [9]]);
  await s.query('COMMIT');
});

check('metadata', async (s) => {
  const said = await s.query('SELECT id, n, note, 1 AS one FROM node_t LIMIT 0');
  equal(said.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeModifier]),
    [['id', 23, -1], ['n', 1700, 655366], ['note', 1043, 24], ['one', 23, -1]]);
  equal(await rows(s, 'SELECT column_name, data_type, is_nullable FROM information_schema.columns '
    + 'WHERE table_name = $1 ORDER BY ordinal_position LIMIT 2', ['node_t']),
  [['id', 'integer', 'NO'], ['name', 'text', 'YES']]);
});

check('notices and parameters', async (s) => {
  const said = [];
  s.on('notice', (notice) => said.push(notice.message));
  await s.query('DROP TABLE IF EXISTS node_no_such_table');
  equal(said, ['table "node_no_such_table" does not exist, skipping']);
  await s.query("SET application_name TO 'node'; SET TIME ZONE 'Europe/Berlin'");
  equal(await rows(s, "SELECT current_setting('application_name'), "
    + "timestamptz '2024-07-01 00:00:00+00'::text"), [['node', '2024-07-01 02:00:00+02']]);
});

async function main() {
  for (const [name, body] of checks) {
    let message = '';
    try {
      await withSession({}, body);
    } catch (error) {
      message = `${error.code || ''} ${error.stack.split('\n').slice(0, 4).join(' ')}`;
    }
    console.log(JSON.stringify({ check: name, ok: message === '', message }));
  }
}

main();
