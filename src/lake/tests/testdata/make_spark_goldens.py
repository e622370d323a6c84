"""Writes spark_manifest.avro and spark_list.avro beside it with Spark's own Iceberg.

    JAVA 17; pip install pyspark==4.0.5; mvn dependency:get
    -Dartifact=org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:1.11.0 -Dtransitive=false
    python make_spark_goldens.py <iceberg-spark-runtime-4.0_2.13-1.11.0.jar>

Run by hand when a case is added; what it writes is committed.
"""

import pathlib
import shutil
import sys

from pyspark.sql import SparkSession

HERE = pathlib.Path(__file__).resolve().parent
WAREHOUSE = pathlib.Path("/tmp/firn-spark-goldens")

shutil.rmtree(WAREHOUSE, ignore_errors=True)
catalog = "spark.sql.catalog.c"
spark = (SparkSession.builder.master("local[1]").config("spark.jars", sys.argv[1])
         .config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
         .config("spark.driver.bindAddress", "127.0.0.1")
         .config(catalog, "org.apache.iceberg.spark.SparkCatalog")
         .config(f"{catalog}.type", "hadoop").config(f"{catalog}.warehouse", str(WAREHOUSE))
         .getOrCreate())
spark.sql("create table c.db.t (id bigint, amount double, word string) using iceberg "
          "partitioned by (bucket(2, id)) tblproperties ('format-version' = '2')")
spark.sql("insert into c.db.t values (1, double('nan'), 'a long word that is cut'), (2, 2.5, null)")
metadata = WAREHOUSE / "db" / "t" / "metadata"
shutil.copy(next(metadata.glob("*-m0.avro")), HERE / "spark_manifest.avro")
shutil.copy(next(metadata.glob("snap-*.avro")), HERE / "spark_list.avro")
spark.stop()
shutil.rmtree(WAREHOUSE)
