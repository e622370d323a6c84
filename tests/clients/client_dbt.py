"""dbt-postgres: debug, seed, a view and a table model, tests, docs. Usage: … postgresql://…"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

import psycopg
from checks import Checks, equal

check = Checks()
AT = urllib.parse.urlparse(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory(prefix="firn-dbt-")
FILES = {
    "dbt_project.yml": """
name: shop
version: '1.0'
profile: shop
model-paths: [models]
seed-paths: [seeds]
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": f"""
shop:
  target: dev
  outputs:
    dev: {{type: postgres, host: {AT.hostname}, port: {AT.port}, user: {AT.username}, pass: '-',
      dbname: {AT.path[1:]}, schema: dbt_shop, threads: 2}}
""",
    "seeds/raw_sale.csv": "id,who,paid\n1,Ada,2.50\n2,Ada,3.50\n3,Eve,1.00\n",
    "models/sale.sql": "{{ config(materialized='view') }}\n"
                       "SELECT id, who, paid::numeric(12,2) AS paid FROM {{ ref('raw_sale') }}\n",
    "models/total.sql": "{{ config(materialized='table') }}\n"
                        "SELECT who, count(*) AS sales, sum(paid) AS paid FROM {{ ref('sale') }} "
                        "GROUP BY who\n",
    "models/schema.yml": """
models:
  - name: total
    columns:
      - name: who
        data_tests: [unique, not_null]
""",
}


def dbt(*arguments: str) -> str:
    folder = Path(FOLDER.name)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip("\n"))
    ran = subprocess.run(
        [Path(sys.executable).parent / "dbt", "--no-use-colors", "--no-version-check", *arguments,
         "--project-dir", folder, "--profiles-dir", folder],
        capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "DO_NOT_TRACK": "1"})
    assert ran.returncode == 0, ran.stdout[-1500:] + ran.stderr[-500:]
    return ran.stdout


@check("debug")
def _(_where: str) -> None:
    assert "All checks passed!" in dbt("debug")


@check("seed")
def _(_where: str) -> None:
    dbt("seed")


@check("run: a view and a table model")
def _(where: str) -> None:
    dbt("run")
    with psycopg.connect(where) as session:
        rows = session.execute("SELECT who, sales, paid::text FROM dbt_shop.total ORDER BY who")
        equal(rows.fetchall(), [("Ada", 2, "6.00"), ("Eve", 1, "1.00")])


@check("run again: what is there is replaced")
def _(where: str) -> None:
    dbt("run", "--full-refresh")
    with psycopg.connect(where) as session:
        equal(session.execute("SELECT count(*) FROM dbt_shop.total").fetchone(), (2,))


@check("tests of the data")
def _(_where: str) -> None:
    assert "PASS=2" in dbt("test")


@check("docs: the catalog")
def _(_where: str) -> None:
    dbt("docs", "generate")
    catalog = json.loads((Path(FOLDER.name) / "target/catalog.json").read_text())
    columns = catalog["nodes"]["model.shop.total"]["columns"]
    # A sum in a table of firn's has the digits of its column: numeric(38,2).
    equal([(name, one["type"].split("(")[0]) for name, one in columns.items()],
          [("who", "text"), ("sales", "bigint"), ("paid", "numeric")])


check.run()
