-- What DBeaver, Grafana and Metabase ask a PostgreSQL of itself, in words of our own. Each query
-- runs on PostgreSQL 15 and on firn after schema.sql: columns and types must agree, and after
-- "-- rows" the rows too. {shop}, {customer}, {item}, {key}, {view}: the oid of the schema, of its
-- tables, of customer's key and of the view spending.

-- rows Grafana: the version
SELECT current_setting('server_version_num')::int / 100 AS version;
-- rows Grafana: TimescaleDB
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';
-- Grafana: databases
SELECT datname FROM pg_database WHERE datistemplate = false;
-- rows Grafana: tables along search_path
SELECT quote_ident(table_name) AS "table" FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', '_timescaledb_cache')
  AND table_type = 'BASE TABLE' AND quote_ident(table_schema) IN (
    SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
    FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
                         array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i,
         string_to_array(current_setting('search_path'), ',') s)
ORDER BY 1;
-- rows Grafana: columns of a table
SELECT quote_ident(column_name) AS "column", data_type AS "type"
FROM information_schema.columns WHERE quote_ident(table_name) = 'customer' ORDER BY 1;
-- rows Grafana: columns that can be a time
SELECT quote_ident(column_name) FROM information_schema.columns
WHERE table_schema = 'shop' AND table_name = 'sale' AND data_type IN ('timestamp without time zone',
  'timestamp with time zone', 'bigint', 'integer', 'double precision', 'real') ORDER BY column_name;
-- rows Grafana: the first table with a time and a value
SELECT quote_ident(table_name) AS table_name,
  (SELECT quote_ident(column_name) AS column_name FROM information_schema.columns c
   WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name
     AND udt_name IN ('timestamptz', 'timestamp') ORDER BY ordinal_position LIMIT 1) AS time_column,
  (SELECT quote_ident(column_name) AS column_name FROM information_schema.columns c
   WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name
     AND udt_name = 'int4' ORDER BY ordinal_position LIMIT 1) AS value_column
FROM information_schema.tables t
WHERE table_schema = 'shop' AND EXISTS (
    SELECT 1 FROM information_schema.columns c WHERE c.table_schema = t.table_schema
      AND c.table_name = t.table_name AND udt_name IN ('timestamptz', 'timestamp'))
  AND EXISTS (
    SELECT 1 FROM information_schema.columns c WHERE c.table_schema = t.table_schema
      AND c.table_name = t.table_name AND udt_name = 'int4')
LIMIT 1;
-- Grafana: aggregates
SELECT DISTINCT proname FROM pg_aggregate INNER JOIN pg_proc ON pg_aggregate.aggfnoid = pg_proc.oid
INNER JOIN pg_type ON pg_type.oid = pg_proc.prorettype
WHERE pronargs = 1 AND typname IN ('float8') AND aggkind = 'n' ORDER BY 1;
-- rows Grafana: a time series
SELECT floor(extract(epoch from "at") / 3600) * 3600 AS "time", avg(paid) AS paid
FROM shop.sale WHERE "at" BETWEEN '2024-03-01T00:00:00Z' AND '2024-03-03T00:00:00Z'
GROUP BY 1 ORDER BY 1;

-- rows Metabase: the zone
SHOW timezone;
-- rows Metabase: schemas
SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN
  ('information_schema', 'firn') ORDER BY nspname;
-- rows Metabase: enums
SELECT nspname, typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid IN (SELECT DISTINCT enumtypid FROM pg_enum e);
-- rows Metabase: tables
SELECT n.nspname AS schema, c.relname AS name,
  CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW'
    WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE NULL END AS type,
  d.description AS description
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d ON (c.oid = d.objoid) AND (d.objsubid = 0)
  AND (d.classoid = 'pg_class'::regclass)
LEFT JOIN pg_stat_user_tables AS stat ON (n.nspname = stat.schemaname)
  AND (c.relname = stat.relname)
WHERE (c.relnamespace = n.oid) AND (n.nspname !~ '^pg_') AND (n.nspname <> 'information_schema')
  AND c.relkind IN ('r', 'p', 'v', 'f', 'm') AND (n.nspname IN ('shop'))
ORDER BY type ASC, schema ASC, name ASC;
-- Metabase: how many rows there may be
SELECT relname, n_live_tup FROM pg_stat_user_tables WHERE schemaname = 'shop' ORDER BY relname;
-- rows Metabase: fields
SELECT c.column_name AS name,
  CASE WHEN c.udt_schema IN ('public', 'pg_catalog') THEN FORMAT('%s', c.udt_name)
    ELSE FORMAT('"%s"."%s"', c.udt_schema, c.udt_name) END AS "database-type",
  c.ordinal_position - 1 AS "database-position", c.table_schema AS "table-schema",
  c.table_name AS "table-name", pk.column_name IS NOT NULL AS "pk?",
  COL_DESCRIPTION(CAST(CAST(FORMAT('%I.%I', CAST(c.table_schema AS text),
    CAST(c.table_name AS text)) AS regclass) AS oid), c.ordinal_position) AS "field-comment",
  ((column_default IS NULL) OR (LOWER(column_default) = 'null')) AND (is_nullable = 'NO')
    AND NOT (((column_default IS NOT NULL) AND (column_default LIKE '%nextval(%'))
             OR (is_identity <> 'NO')) AS "database-required",
  ((column_default IS NOT NULL) AND (column_default LIKE '%nextval(%'))
    OR (is_identity <> 'NO') AS "database-is-auto-increment"
FROM information_schema.columns AS c
LEFT JOIN (SELECT tc.table_schema, tc.table_name, kc.column_name
           FROM information_schema.table_constraints AS tc
           INNER JOIN information_schema.key_column_usage AS kc
             ON (tc.constraint_name = kc.constraint_name) AND (tc.table_schema = kc.table_schema)
             AND (tc.table_name = kc.table_name)
           WHERE tc.constraint_type = 'PRIMARY KEY') AS pk
  ON (c.table_schema = pk.table_schema) AND (c.table_name = pk.table_name)
  AND (c.column_name = pk.column_name)
WHERE c.table_schema !~ '^information_schema|catalog_history|pg_' AND (c.table_schema IN ('shop'))
  AND c.table_name <> 'spending'
UNION ALL
SELECT pa.attname, CASE WHEN ptn.nspname IN ('public', 'pg_catalog') THEN FORMAT('%s', pt.typname)
    ELSE FORMAT('"%s"."%s"', ptn.nspname, pt.typname) END,
  pa.attnum - 1, pn.nspname, pc.relname, FALSE, NULL, FALSE, FALSE
FROM pg_catalog.pg_class AS pc
INNER JOIN pg_catalog.pg_namespace AS pn ON pn.oid = pc.relnamespace
INNER JOIN pg_catalog.pg_attribute AS pa ON pa.attrelid = pc.oid
INNER JOIN pg_catalog.pg_type AS pt ON pt.oid = pa.atttypid
INNER JOIN pg_catalog.pg_namespace AS ptn ON ptn.oid = pt.typnamespace
WHERE (pc.relkind = 'm') AND (pa.attnum >= 1)
ORDER BY "table-schema" ASC, "table-name" ASC, "database-position" ASC;
-- rows Metabase: foreign keys
SELECT fk_ns.nspname AS "fk-table-schema", fk_table.relname AS "fk-table-name",
  fk_column.attname AS "fk-column-name", pk_ns.nspname AS "pk-table-schema",
  pk_table.relname AS "pk-table-name", pk_column.attname AS "pk-column-name"
FROM pg_constraint AS c
INNER JOIN pg_class AS fk_table ON c.conrelid = fk_table.oid
INNER JOIN pg_namespace AS fk_ns ON c.connamespace = fk_ns.oid
INNER JOIN pg_attribute AS fk_column ON c.conrelid = fk_column.attrelid
INNER JOIN pg_class AS pk_table ON c.confrelid = pk_table.oid
INNER JOIN pg_namespace AS pk_ns ON pk_table.relnamespace = pk_ns.oid
INNER JOIN pg_attribute AS pk_column ON c.confrelid = pk_column.attrelid
WHERE fk_ns.nspname !~ '^information_schema|catalog_history|pg_' AND (c.contype = 'f'::char)
  AND (fk_column.attnum = ANY(c.conkey)) AND (pk_column.attnum = ANY(c.confkey))
ORDER BY "fk-table-schema" ASC, "fk-table-name" ASC, "fk-column-name" ASC,
  "pk-column-name" ASC;
-- rows Metabase: indexes
SELECT tmp."table-schema", tmp."table-name",
  TRIM(BOTH '"' FROM pg_catalog.pg_get_indexdef(tmp.ci_oid, tmp.pos, false)) AS "field-name"
FROM (SELECT n.nspname AS "table-schema", ct.relname AS "table-name", ci.oid AS ci_oid,
        (information_schema._pg_expandarray(i.indkey)).n AS pos
      FROM pg_catalog.pg_class AS ct
      INNER JOIN pg_catalog.pg_namespace AS n ON ct.relnamespace = n.oid
      INNER JOIN pg_catalog.pg_index AS i ON ct.oid = i.indrelid
      INNER JOIN pg_catalog.pg_class AS ci ON ci.oid = i.indexrelid
      WHERE (pg_catalog.pg_get_expr(i.indpred, i.indrelid) IS NULL)
        AND n.nspname !~ '^information_schema|catalog_history|pg_') AS tmp
WHERE tmp.pos = 1 AND tmp."table-schema" = 'shop' ORDER BY 2;
-- Metabase: what the role may do with tables
WITH table_privileges AS (
  SELECT NULL AS role, t.schemaname AS schema, t.objectname AS table,
    pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') ||
      '"."' || replace(t.objectname, '"', '""') || '"', 'update') AS update,
    pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') ||
      '"."' || replace(t.objectname, '"', '""') || '"', 'select') AS select,
    pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') ||
      '"."' || replace(t.objectname, '"', '""') || '"', 'insert') AS insert,
    pg_catalog.has_table_privilege(current_user, '"' || replace(t.schemaname, '"', '""') ||
      '"."' || replace(t.objectname, '"', '""') || '"', 'delete') AS delete
  FROM (SELECT schemaname, tablename AS objectname FROM pg_catalog.pg_tables
        UNION SELECT schemaname, viewname AS objectname FROM pg_views
        UNION SELECT schemaname, matviewname AS objectname FROM pg_matviews) t
  WHERE t.schemaname !~ '^pg_' AND t.schemaname <> 'information_schema'
    AND pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage'))
SELECT t.* FROM table_privileges t;
-- rows Metabase: by day
SELECT CAST(DATE_TRUNC('day', "source"."at") AS DATE) AS "at", COUNT(*) AS "count",
  SUM("source"."paid") AS "sum"
FROM (SELECT "shop"."sale"."at" AS "at", "shop"."sale"."paid" AS "paid" FROM "shop"."sale") AS "source"
GROUP BY CAST(DATE_TRUNC('day', "source"."at") AS DATE)
ORDER BY CAST(DATE_TRUNC('day', "source"."at") AS DATE) ASC;

-- rows DBeaver: words
SELECT string_agg(word, ',' ORDER BY word) FROM pg_catalog.pg_get_keywords() WHERE word <> ALL
  ('{a,abs,absolute,action,ada,add,admin,after,all,allocate,alter,always,and,any}'::text[]);
-- DBeaver: who and where
SELECT current_database(), current_user, session_user, current_schema(), pg_backend_pid();
-- DBeaver: settings
SELECT * FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings';
-- DBeaver: databases
SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE datallowconn AND NOT datistemplate
ORDER BY db.datname;
-- DBeaver: schemas
SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0
  AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname;
-- DBeaver: roles
SELECT a.oid, a.*, pd.description FROM pg_catalog.pg_roles a
LEFT JOIN pg_catalog.pg_shdescription pd ON a.oid = pd.objoid ORDER BY a.rolname;
-- DBeaver: tablespaces
SELECT t.oid, t.*, pg_tablespace_location(t.oid) loc FROM pg_catalog.pg_tablespace t ORDER BY t.oid;
-- DBeaver: encodings
SELECT DISTINCT c.collencoding, pg_catalog.pg_encoding_to_char(c.collencoding)
FROM pg_catalog.pg_collation c;
-- DBeaver: languages, access methods
SELECT l.oid, l.* FROM pg_catalog.pg_language l ORDER BY l.oid;
SELECT am.oid, am.* FROM pg_catalog.pg_am am ORDER BY am.oid;
-- DBeaver: extensions
SELECT e.oid, cfg.tbls, n.nspname AS schema_name, e.* FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN (SELECT array_agg(ns.nspname || '.' || cls.relname) tbls, oid_ext
           FROM (SELECT unnest(e1.extconfig) oid, e1.oid oid_ext FROM pg_catalog.pg_extension e1) c
           JOIN pg_catalog.pg_class cls ON cls.oid = c.oid
           JOIN pg_catalog.pg_namespace ns ON ns.oid = cls.relnamespace GROUP BY oid_ext) cfg
  ON cfg.oid_ext = e.oid ORDER BY e.oid;
-- DBeaver: extensions that can be had
SELECT name, default_version, installed_version, comment FROM pg_catalog.pg_available_extensions
ORDER BY name;
-- DBeaver: types
SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name,
  d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid
WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c')
  AND (et.typcategory IS NULL OR et.typcategory <> 'C');
-- DBeaver: labels of an enum
SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = 0 ORDER BY e.enumsortorder;
-- DBeaver: tables
SELECT c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr,
  pg_catalog.pg_get_partkeydef(c.oid) AS partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0
  AND d.classoid = 'pg_class'::regclass
WHERE c.relnamespace = {shop} AND c.relkind NOT IN ('i', 'I', 'c');
-- rows DBeaver: columns
SELECT c.relname, a.attname, a.attnum, a.attnotnull, a.attidentity, a.atthasdef, a.atttypmod,
  pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) IS NULL AS no_default, dsc.description,
  dep.objid IS NULL AS no_sequence
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_catalog.pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i'
  AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 'c') AND c.oid = {customer}
  AND a.attnum > 0
ORDER BY a.attnum;
-- DBeaver: columns, all that is known
SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value,
  dsc.description, dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_catalog.pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i'
  AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.oid = {customer} ORDER BY a.attnum;
-- DBeaver: constraints
SELECT c.oid, c.*, t.relname AS tabrelname, rt.relnamespace AS refnamespace, d.description,
  CASE WHEN c.contype = 'c' THEN "substring"(pg_catalog.pg_get_constraintdef(c.oid), 7) ELSE NULL
    END consrc_copy
FROM pg_catalog.pg_constraint c
INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0
  AND d.classoid = 'pg_constraint'::regclass
WHERE c.conrelid = {customer} ORDER BY c.oid;
-- rows DBeaver: constraints, what is comparable
SELECT c.conname, c.contype, c.conkey, pg_catalog.pg_get_constraintdef(c.oid) IS NOT NULL
FROM pg_catalog.pg_constraint c WHERE c.conrelid = {customer} ORDER BY c.conname;
-- rows DBeaver: foreign keys
SELECT c.conname, c.contype, c.condeferrable, c.condeferred, c.confupdtype, c.confdeltype,
  c.confmatchtype, c.conkey, c.confkey, rt.relname,
  replace(pg_catalog.pg_get_constraintdef(c.oid), ' NOT VALID', '')
FROM pg_catalog.pg_constraint c LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid
WHERE c.conrelid = 'shop.visit'::regclass ORDER BY c.conname;
-- DBeaver: indexes
SELECT i.*, i.indkey AS keys, c.relname, c.relnamespace, c.relam, c.reltablespace,
  tc.relname AS tabrelname, dsc.description,
  pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS pred_expr,
  pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) AS expr,
  pg_catalog.pg_relation_size(i.indexrelid) AS index_rel_size,
  pg_catalog.pg_stat_get_numscans(i.indexrelid) AS index_num_scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
INNER JOIN pg_catalog.pg_class tc ON tc.oid = i.indrelid
LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid = dsc.objoid
WHERE i.indrelid = {customer} ORDER BY tabrelname, c.relname;
-- rows DBeaver: an index as text
SELECT pg_catalog.pg_get_indexdef({key});
-- DBeaver: a view as text
SELECT pg_catalog.pg_get_viewdef({view}, true) AS definition;
-- rows DBeaver: inheritance
SELECT i.*, c.relnamespace FROM pg_catalog.pg_inherits i, pg_catalog.pg_class c
WHERE i.inhrelid = {customer} AND c.oid = i.inhparent ORDER BY i.inhseqno;
-- rows DBeaver: triggers, policies, rules
SELECT x.oid, x.*, p.pronamespace AS func_schema_id, d.description FROM pg_catalog.pg_trigger x
LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid = x.tgfoid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = x.oid AND d.objsubid = 0
WHERE x.tgrelid = {customer} AND NOT x.tgisinternal;
SELECT * FROM pg_catalog.pg_policies WHERE schemaname = 'shop' AND tablename = 'customer';
SELECT r.oid, r.rulename, r.ev_type FROM pg_catalog.pg_rewrite r WHERE r.ev_class = {customer};
-- DBeaver: sizes
SELECT c.oid, pg_catalog.pg_total_relation_size(c.oid) AS total_rel_size,
  pg_catalog.pg_relation_size(c.oid) AS rel_size
FROM pg_catalog.pg_class c WHERE c.relnamespace = {shop};
-- rows DBeaver: sequences
SELECT s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relname
FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
WHERE c.relnamespace = {shop} ORDER BY c.relname;
-- rows DBeaver: functions
SELECT p.oid, p.*, pg_catalog.pg_get_expr(p.proargdefaults, 0) AS arg_defaults, d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = p.oid AND d.objsubid = 0
WHERE p.pronamespace = {shop} ORDER BY p.proname;
-- rows DBeaver: who may what with a table
SELECT privilege_type, is_grantable FROM information_schema.table_privileges
WHERE table_schema = 'shop' AND table_name = 'item' ORDER BY 1;
-- rows DBeaver: who may what with columns
SELECT column_name, count(*) FROM information_schema.column_privileges
WHERE table_schema = 'shop' AND table_name = 'item' GROUP BY 1 ORDER BY 1;
-- DBeaver: sessions
SELECT sa.* FROM pg_catalog.pg_stat_activity sa ORDER BY sa.pid;
-- DBeaver: locks
SELECT l.locktype, l.mode, l.granted, l.pid FROM pg_catalog.pg_locks l ORDER BY l.pid;
-- rows DBeaver: what depends on a table
SELECT DISTINCT dep.deptype, cl.relname, cl.relkind FROM pg_catalog.pg_depend dep
LEFT JOIN pg_catalog.pg_class cl ON dep.objid = cl.oid
WHERE dep.refobjid = {customer} AND cl.relkind = 'S' ORDER BY cl.relname;
-- rows DBeaver: views over a table
SELECT DISTINCT v.relname FROM pg_catalog.pg_depend dep
JOIN pg_catalog.pg_rewrite r ON r.oid = dep.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
WHERE dep.refobjid = {customer} AND dep.classid = 'pg_rewrite'::regclass AND v.oid <> {customer};
-- rows DBeaver: a page of rows
SELECT * FROM shop.customer c ORDER BY id LIMIT 200 OFFSET 0;
