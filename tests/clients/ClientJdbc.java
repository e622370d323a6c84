import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * The PostgreSQL JDBC driver: the common script, and DatabaseMetaData on schema.sql.
 * Usage: java -cp postgresql.jar ClientJdbc.java postgresql://… values.tsv
 */
public class ClientJdbc {
  interface Body { void run(Connection c) throws Exception; }

  static String url;
  static String user;
  static List<Map.Entry<String, Body>> checks = new ArrayList<>();

  static void check(String name, Body body) { checks.add(Map.entry(name, body)); }

  static Connection open(String... options) throws SQLException {
    Properties p = new Properties();
    p.setProperty("user", user);
    p.setProperty("password", "");
    for (int i = 0; i < options.length; i += 2) p.setProperty(options[i], options[i + 1]);
    return DriverManager.getConnection(url, p);
  }

  static void equal(Object got, Object wanted, String what) {
    if (!Objects.equals(got, wanted))
      throw new AssertionError(what + ": got " + got + ", wanted " + wanted);
  }

  static String quoted(String s) {
    StringBuilder b = new StringBuilder("\"");
    for (char ch : s.toCharArray()) {
      if (ch == '"' || ch == '\\') b.append('\\').append(ch);
      else if (ch < 32) b.append(String.format("\\u%04x", (int) ch));
      else b.append(ch);
    }
    return b.append('"').toString();
  }

  static List<List<String>> rows(ResultSet r) throws SQLException {
    List<List<String>> all = new ArrayList<>();
    int n = r.getMetaData().getColumnCount();
    while (r.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 1; i <= n; i++) row.add(r.getString(i));
      all.add(row);
    }
    return all;
  }

  static Set<String> column(ResultSet r, String name) throws SQLException {
    Set<String> all = new TreeSet<>();
    while (r.next()) all.add(r.getString(name));
    return all;
  }

  static String sqlState(Connection c, String sql) {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
      return "none";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  static void schema() {
    check("ddl", c -> {
      try (Statement s = c.createStatement()) {
        s.execute("DROP TABLE IF EXISTS jdbc_t");
        s.execute("CREATE TABLE jdbc_t (id integer PRIMARY KEY, name text, n numeric(10,2))");
        s.execute("ALTER TABLE jdbc_t ADD COLUMN note varchar(20) DEFAULT 'none'");
      }
    });
    check("insert and update counts", c -> {
      try (PreparedStatement s =
          c.prepareStatement("INSERT INTO jdbc_t (id, name, n) VALUES (?, ?, ?)")) {
        s.setInt(1, 1);
        s.setString(2, "one");
        s.setBigDecimal(3, new BigDecimal("1.50"));
        equal(s.executeUpdate(), 1, "rows");
        s.setInt(1, 2);
        s.setNull(2, Types.VARCHAR);
        s.setNull(3, Types.NUMERIC);
        equal(s.executeUpdate(), 1, "rows");
      }
      try (ResultSet r = c.createStatement().executeQuery("SELECT * FROM jdbc_t ORDER BY id")) {
        equal(rows(r).toString(), "[[1, one, 1.50, none], [2, null, null, none]]", "table");
      }
    });
    check("batch of inserts", c -> {
      try (PreparedStatement s = c.prepareStatement("INSERT INTO jdbc_t (id, name) VALUES (?, ?)")) {
        for (int i = 10; i < 60; i++) {
          s.setInt(1, i);
          s.setString(2, "batch" + i);
          s.addBatch();
        }
        equal(s.executeBatch().length, 50, "batch");
      }
      try (ResultSet r =
          c.createStatement().executeQuery("SELECT count(*) FROM jdbc_t WHERE id >= 10")) {
        equal(rows(r).toString(), "[[50]]", "count");
      }
    });
    check("rewritten batch", c -> {
      try (Connection d = open("reWriteBatchedInserts", "true");
          PreparedStatement s = d.prepareStatement("INSERT INTO jdbc_t (id, name) VALUES (?, ?)")) {
        for (int i = 100; i < 300; i++) {
          s.setInt(1, i);
          s.setString(2, "x");
          s.addBatch();
        }
        s.executeBatch();
      }
      try (ResultSet r =
          c.createStatement().executeQuery("SELECT count(*) FROM jdbc_t WHERE id >= 100")) {
        equal(rows(r).toString(), "[[200]]", "count");
      }
    });
  }

  static Object valueOf(String type, String text) throws SQLException {
    return switch (type) {
      case "boolean" -> Boolean.valueOf(text);
      case "smallint" -> Short.valueOf(text);
      case "integer" -> Integer.valueOf(text);
      case "bigint" -> Long.valueOf(text);
      case "real" -> Float.valueOf(text);
      case "double precision" -> Double.valueOf(text);
      case "date" -> java.time.LocalDate.parse(text);
      case "timestamp" -> java.time.LocalDateTime.parse(text.replace(' ', 'T'));
      case "uuid" -> UUID.fromString(text);
      case "bytea" -> HexFormat.of().parseHex(text.substring(2));
      default -> type.startsWith("numeric(") ? new BigDecimal(text) : null;
    };
  }

  /** Each value goes in as a parameter and comes back as text: once as itself, once as text. */
  static void types(List<String[]> values) {
    for (String format : new String[] {"text", "binary"}) {
      check("every type as a parameter, " + format, c -> {
        List<String> wrong = new ArrayList<>();
        for (String[] v : values) {
          Object typed = valueOf(v[0], v[1]);
          try (Connection d = format.equals("binary") ? open("prepareThreshold", "-1")
                  : open("binaryTransfer", "false");
              PreparedStatement s = d.prepareStatement("SELECT x, x::text FROM (SELECT CAST(? AS "
                  + v[0] + ") AS x) q")) {
            if (typed == null) s.setObject(1, v[1], Types.OTHER);
            else s.setObject(1, typed);
            ResultSet r = s.executeQuery();
            r.next();
            String text = r.getString(2);
            if (!Objects.equals(text, v[2])) wrong.add(v[0] + ": " + text + " for " + v[2]);
            if (typed != null && !(typed instanceof byte[])) {
              Object back = typed instanceof Short ? (Object) r.getShort(1)
                  : r.getObject(1, typed.getClass());
              if (!Objects.equals(back, typed)) wrong.add(v[0] + ": " + back + " for " + typed);
            }
          } catch (SQLException e) {
            wrong.add(v[0] + " " + v[1] + ": " + e.getSQLState() + " " + e.getMessage());
          }
        }
        if (!wrong.isEmpty()) throw new AssertionError(String.join("; ", wrong));
      });
    }
    check("NULL of every type", c -> {
      for (String[] v : values) {
        try (PreparedStatement s = c.prepareStatement("SELECT CAST(? AS " + v[0] + ") IS NULL")) {
          s.setNull(1, Types.OTHER);
          equal(rows(s.executeQuery()).toString(), "[[t]]", v[0]);
        }
      }
    });
  }

  static void copies() {
    check("copy in", c -> {
      CopyManager m = c.unwrap(PGConnection.class).getCopyAPI();
      long n = m.copyIn("COPY jdbc_t (id, name) FROM STDIN WITH (FORMAT csv)",
          new java.io.StringReader("1000,\"a,b\"\n1001,\n"));
      equal(n, 2L, "rows");
    });
    check("copy out", c -> {
      CopyManager m = c.unwrap(PGConnection.class).getCopyAPI();
      java.io.StringWriter w = new java.io.StringWriter();
      m.copyOut("COPY (SELECT id, name FROM jdbc_t WHERE id >= 1000 ORDER BY id) TO STDOUT", w);
      equal(w.toString(), "1000\ta,b\n1001\t\\N\n", "copy");
    });
  }

  static void errors() {
    check("errors carry their SQLSTATE", c -> {
      equal(sqlState(c, "SELECT nope FROM jdbc_t"), "42703", "column");
      equal(sqlState(c, "SELECT 1 FROM no_such_table"), "42P01", "table");
      equal(sqlState(c, "SELEC 1"), "42601", "syntax");
      equal(sqlState(c, "SELECT 1/0"), "22012", "division");
      equal(sqlState(c, "SELECT 'x'::int"), "22P02", "cast");
      equal(sqlState(c, "INSERT INTO jdbc_t (id) VALUES (NULL)"), "23502", "not null");
      equal(sqlState(c, "INSERT INTO jdbc_t (id) VALUES (1)"), "23505", "key");
    });
    check("a failed transaction stays failed until its end", c -> {
      c.setAutoCommit(false);
      equal(sqlState(c, "SELECT 1/0"), "22012", "first");
      equal(sqlState(c, "SELECT 1"), "25P02", "second");
      c.rollback();
      equal(sqlState(c, "SELECT 1"), "none", "third");
      c.rollback();
      c.setAutoCommit(true);
    });
    check("cancel", c -> {
      try (Statement s = c.createStatement()) {
        Thread t = new Thread(() -> {
          try {
            Thread.sleep(300);
            s.cancel();
          } catch (Exception e) {
            throw new RuntimeException(e);
          }
        });
        t.start();
        try {
          s.execute("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
              + " WHERE a + b < 0");
          throw new AssertionError("it ran to its end");
        } catch (SQLException e) {
          equal(e.getSQLState(), "57014", "state");
        } finally {
          t.join();
        }
      }
      equal(sqlState(c, "SELECT 1"), "none", "after");
    });
    check("query timeout", c -> {
      try (Statement s = c.createStatement()) {
        s.setQueryTimeout(1);
        s.execute("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
            + " WHERE a + b < 0");
        throw new AssertionError("it ran to its end");
      } catch (SQLException e) {
        equal(e.getSQLState(), "57014", "state");
      }
    });
  }

  static void transactions() {
    check("transaction", c -> {
      c.setAutoCommit(false);
      try (Statement s = c.createStatement()) {
        s.executeUpdate("INSERT INTO jdbc_t (id, name) VALUES (2000, 'gone')");
        Savepoint p = c.setSavepoint();
        s.executeUpdate("INSERT INTO jdbc_t (id, name) VALUES (2001, 'gone')");
        c.rollback(p);
        equal(rows(s.executeQuery("SELECT count(*) FROM jdbc_t WHERE id >= 2000")).toString(),
            "[[1]]", "after the savepoint");
        c.rollback();
        equal(rows(s.executeQuery("SELECT count(*) FROM jdbc_t WHERE id >= 2000")).toString(),
            "[[0]]", "after the rollback");
        c.commit();
      }
      c.setAutoCommit(true);
    });
    check("isolation levels", c -> {
      equal(c.getTransactionIsolation(), Connection.TRANSACTION_READ_COMMITTED, "default");
      c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      equal(c.getTransactionIsolation(), Connection.TRANSACTION_REPEATABLE_READ, "set");
      c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    });
    check("read only", c -> {
      c.setReadOnly(true);
      c.setAutoCommit(false);
      equal(sqlState(c, "INSERT INTO jdbc_t (id) VALUES (5000)"), "25006", "write");
      c.rollback();
      c.setAutoCommit(true);
      c.setReadOnly(false);
    });
    check("cursor by fetch size", c -> {
      c.setAutoCommit(false);
      try (Statement s = c.createStatement()) {
        s.setFetchSize(7);
        int n = 0;
        try (ResultSet r = s.executeQuery("SELECT id FROM jdbc_t ORDER BY id")) {
          while (r.next()) n++;
        }
        equal(n, 254, "rows");
      }
      c.commit();
      c.setAutoCommit(true);
    });
    check("prepared statement becomes a server one", c -> {
      try (PreparedStatement s = c.prepareStatement("SELECT id + ? FROM jdbc_t WHERE id = ?")) {
        for (int i = 0; i < 12; i++) {
          s.setInt(1, i);
          s.setInt(2, 1);
          equal(rows(s.executeQuery()).toString(), "[[" + (i + 1) + "]]", "round " + i);
        }
      }
    });
  }

  static void metadata() {
    check("result metadata", c -> {
      try (ResultSet r = c.createStatement().executeQuery("SELECT id, name, n, note FROM jdbc_t")) {
        ResultSetMetaData m = r.getMetaData();
        equal(m.getColumnTypeName(1), "int4", "type");
        equal(m.getPrecision(3), 10, "precision");
        equal(m.getScale(3), 2, "scale");
        equal(m.getColumnDisplaySize(4), 20, "length");
      }
    });
    check("the table of a result's column", c -> {
      try (ResultSet r = c.createStatement().executeQuery("SELECT id, name FROM jdbc_t")) {
        ResultSetMetaData m = r.getMetaData();
        equal(m.isNullable(1), ResultSetMetaData.columnNoNulls, "nullable");
        equal(((org.postgresql.PGResultSetMetaData) m).getBaseTableName(1), "jdbc_t", "table");
        equal(((org.postgresql.PGResultSetMetaData) m).getBaseColumnName(2), "name", "column");
      }
    });
    check("parameter metadata", c -> {
      try (PreparedStatement s =
          c.prepareStatement("SELECT * FROM jdbc_t WHERE id = ? AND name = ?")) {
        ParameterMetaData m = s.getParameterMetaData();
        equal(m.getParameterTypeName(1) + " " + m.getParameterTypeName(2), "int4 text", "types");
      }
    });
    check("database, schemas, table types", c -> {
      DatabaseMetaData m = c.getMetaData();
      equal(m.getDatabaseProductName(), "PostgreSQL", "product");
      equal(m.getDatabaseMajorVersion(), 15, "version");
      Set<String> schemas = column(m.getSchemas(), "TABLE_SCHEM");
      if (!schemas.containsAll(List.of("public", "shop", "pg_catalog", "information_schema")))
        throw new AssertionError(schemas.toString());
      if (!column(m.getTableTypes(), "TABLE_TYPE").containsAll(List.of("TABLE", "VIEW")))
        throw new AssertionError("table types");
      if (column(m.getCatalogs(), "TABLE_CAT").isEmpty()) throw new AssertionError("catalogs");
    });
    check("tables", c -> {
      DatabaseMetaData m = c.getMetaData();
      equal(column(m.getTables(null, "shop", "%", new String[] {"TABLE"}), "TABLE_NAME").toString(),
          "[Mixed Case, customer, item, sale]", "tables");
      equal(column(m.getTables(null, "shop", "%", new String[] {"VIEW"}), "TABLE_NAME").toString(),
          "[spending]", "views");
      equal(column(m.getTables(null, "shop", "%", new String[] {"SEQUENCE"}), "TABLE_NAME")
          .contains("ticket"), true, "sequence");
      ResultSet r = m.getTables(null, "shop", "customer", null);
      r.next();
      equal(r.getString("REMARKS"), "who buys", "remarks");
    });
    check("columns", c -> {
      ResultSet r = c.getMetaData().getColumns(null, "shop", "customer", "%");
      StringBuilder b = new StringBuilder();
      while (r.next())
        b.append(r.getString("COLUMN_NAME")).append(' ').append(r.getString("TYPE_NAME")).append(' ')
            .append(r.getInt("COLUMN_SIZE")).append(' ').append(r.getInt("DECIMAL_DIGITS")).append(' ')
            .append(r.getString("IS_NULLABLE")).append(' ').append(r.getString("IS_AUTOINCREMENT"))
            .append(' ').append(r.getString("REMARKS")).append('\n');
      equal(b.toString(), """
          id int8 19 0 NO YES null
          name varchar 40 0 NO NO null
          email text 2147483647 0 YES NO may be unknown
          born date 13 0 YES NO null
          balance numeric 12 2 NO NO null
          active bool 1 0 YES NO null
          joined timestamptz 35 6 YES NO null
          """, "columns");
    });
    check("keys and indexes", c -> {
      DatabaseMetaData m = c.getMetaData();
      equal(column(m.getPrimaryKeys(null, "shop", "item"), "COLUMN_NAME").toString(),
          "[code, shelf]", "key");
      equal(column(m.getImportedKeys(null, "shop", "sale"), "FKCOLUMN_NAME").toString(), "[]",
          "imported");
      column(m.getExportedKeys(null, "shop", "sale"), "FKCOLUMN_NAME");
      equal(column(m.getIndexInfo(null, "shop", "customer", true, false), "COLUMN_NAME").toString(),
          "[id]", "unique index");
      equal(column(m.getBestRowIdentifier(null, "shop", "item", 0, true), "COLUMN_NAME").toString(),
          "[code, shelf]", "best row");
      column(m.getVersionColumns(null, "shop", "item"), "COLUMN_NAME");
      column(m.getCrossReference(null, "shop", "item", null, "shop", "sale"), "PKCOLUMN_NAME");
    });
    check("types, functions, privileges", c -> {
      DatabaseMetaData m = c.getMetaData();
      Set<String> types = column(m.getTypeInfo(), "TYPE_NAME");
      if (!types.containsAll(List.of("int4", "text", "numeric", "timestamptz", "jsonb")))
        throw new AssertionError(types.toString());
      column(m.getUDTs(null, "shop", "%", null), "TYPE_NAME");
      column(m.getFunctions(null, "shop", "%"), "FUNCTION_NAME");
      column(m.getFunctionColumns(null, "shop", "%", "%"), "COLUMN_NAME");
      column(m.getProcedures(null, "shop", "%"), "PROCEDURE_NAME");
      column(m.getProcedureColumns(null, "shop", "%", "%"), "COLUMN_NAME");
      if (column(m.getTablePrivileges(null, "shop", "item"), "PRIVILEGE").isEmpty())
        throw new AssertionError("table privileges");
      if (column(m.getColumnPrivileges(null, "shop", "item", "title"), "PRIVILEGE").isEmpty())
        throw new AssertionError("column privileges");
      column(m.getClientInfoProperties(), "NAME");
      m.getSQLKeywords();
      m.getMaxColumnNameLength();
    });
  }

  /** Lines of "type TAB value TAB value as text", escaped as \n \t \\. */
  static List<String[]> values(String path) throws Exception {
    List<String[]> all = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(path))) {
      String[] v = line.split("\t", -1);
      for (int i = 0; i < v.length; i++)
        v[i] = v[i].replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
      all.add(v);
    }
    return all;
  }

  public static void main(String[] arguments) throws Exception {
    URI at = URI.create(arguments[0].replaceFirst("^postgresql:", "http:"));
    url = "jdbc:postgresql://" + at.getHost() + ":" + at.getPort() + at.getPath();
    user = at.getUserInfo();
    schema();
    types(values(arguments[1]));
    copies();
    errors();
    transactions();
    metadata();
    Connection c = open();
    for (Map.Entry<String, Body> e : checks) {
      String message = "";
      try {
        if (c.isClosed()) c = open();
        e.getValue().run(c);
      } catch (Throwable t) {
        message = t + (t instanceof SQLException s ? " [" + s.getSQLState() + "]" : "");
        if (!c.isClosed()) c.close();
      }
      System.out.println("{\"check\": " + quoted(e.getKey()) + ", \"ok\": " + message.isEmpty()
          + ", \"message\": " + quoted(message) + "}");
    }
  }
}
