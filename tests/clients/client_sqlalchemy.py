"""SQLAlchemy over psycopg: create, insert, query, reflection. Usage: … postgresql://…"""

from __future__ import annotations

import datetime
import decimal

import sqlalchemy as sa
from checks import Checks, equal

check = Checks()
metadata = sa.MetaData()
people = sa.Table(
    "sa_people", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(40), nullable=False, comment="as written"),
    sa.Column("balance", sa.Numeric(12, 2), server_default=sa.text("0")),
    sa.Column("born", sa.Date),
    sa.Column("note", sa.Text),
    sa.CheckConstraint("balance > -100", name="sa_sane"),
    comment="who pays")


def engine(where: str) -> sa.Engine:
    return sa.create_engine(where.replace("postgresql://", "postgresql+psycopg://"))


@check("create_all and insert")
def _(where: str) -> None:
    with engine(where).begin() as session:
        metadata.drop_all(session)
        metadata.create_all(session)
        session.execute(people.insert(), [
            {"id": 1, "name": "Ada", "balance": decimal.Decimal("1.50"),
             "born": datetime.date(1815, 12, 10)},
            {"id": 2, "name": "Björn", "balance": None, "born": None}])


@check("query")
def _(where: str) -> None:
    with engine(where).connect() as session:
        rows = session.execute(sa.select(people.c.name, sa.func.upper(people.c.name))
                               .where(people.c.balance > 1).order_by(people.c.id)).all()
        equal([tuple(row) for row in rows], [("Ada", "ADA")])
        equal(session.scalar(sa.select(sa.func.count()).select_from(people)), 2)


@check("reflection of tables, columns, keys, checks, comments")
def _(where: str) -> None:
    inspector = sa.inspect(engine(where))
    assert "sa_people" in inspector.get_table_names()
    assert inspector.has_table("sa_people") and not inspector.has_table("sa_nobody")
    columns = inspector.get_columns("sa_people")
    equal([(c["name"], str(c["type"]), c["nullable"]) for c in columns],
          [("id", "INTEGER", False), ("name", "VARCHAR(40)", False),
           ("balance", "NUMERIC(12, 2)", True), ("born", "DATE", True), ("note", "TEXT", True)])
    equal(columns[1]["comment"], "as written")
    key = inspector.get_pk_constraint("sa_people")
    equal((key["name"], key["constrained_columns"]), ("sa_people_pkey", ["id"]))
    equal(inspector.get_foreign_keys("sa_people"), [])
    equal(inspector.get_indexes("sa_people"), [])
    equal([c["name"] for c in inspector.get_check_constraints("sa_people")], ["sa_sane"])
    equal(inspector.get_table_comment("sa_people"), {"text": "who pays"})
    assert "public" in inspector.get_schema_names()


@check("MetaData.reflect")
def _(where: str) -> None:
    found = sa.MetaData()
    found.reflect(engine(where), views=True)
    columns = [(column.name, str(column.type)) for column in found.tables["sa_people"].columns]
    equal(columns[:3], [("id", "INTEGER"), ("name", "VARCHAR(40)"), ("balance", "NUMERIC(12, 2)")])
    equal([column.name for column in found.tables["sa_people"].primary_key], ["id"])


@check("keys that the database gives")
def _(where: str) -> None:
    own = sa.MetaData()
    notes = sa.Table("sa_notes", own, sa.Column("id", sa.BigInteger, sa.Identity(),
                                                primary_key=True), sa.Column("text", sa.Text))
    with engine(where).begin() as session:
        own.drop_all(session)
        own.create_all(session)
        equal(session.execute(notes.insert().values(text="one")).inserted_primary_key[0], 1)
        rows = session.execute(notes.insert().returning(notes.c.id, notes.c.text),
                               [{"text": "two"}, {"text": "three"}]).all()
        equal(sorted(tuple(row) for row in rows), [(2, "two"), (3, "three")])


@check("a view")
def _(where: str) -> None:
    with engine(where).begin() as session:
        session.execute(sa.text("DROP VIEW IF EXISTS sa_view"))
        session.execute(sa.text("CREATE VIEW sa_view AS SELECT id FROM sa_people"))
    inspector = sa.inspect(engine(where))
    assert "sa_view" in inspector.get_view_names()
    assert "sa_people" in inspector.get_view_definition("sa_view")


check.run()
