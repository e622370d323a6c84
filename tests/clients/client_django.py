"""Django: migrate, insert, query, inspectdb. Usage: … postgresql://…

Its own tables have foreign keys and unique columns, which firn records when it is told to
(firn.unenforced_constraints); PostgreSQL takes the setting for one of an unknown extension.
"""

from __future__ import annotations

import datetime
import decimal
import io
import sys
import urllib.parse

import django
from checks import Checks, equal
from django.conf import settings

at = urllib.parse.urlparse(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth",
                    "django.contrib.sessions"],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": at.path[1:], "USER": at.username,
        "HOST": at.hostname, "PORT": at.port,
        "OPTIONS": {"options": "-c firn.unenforced_constraints=accept"}}},
    USE_TZ=True, TIME_ZONE="Europe/Berlin",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

check = Checks()


class Measure(models.Model):
    name = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    at = models.DateTimeField()
    day = models.DateField(null=True)
    good = models.BooleanField(default=True)
    more = models.JSONField(null=True)

    class Meta:
        app_label = "checks"
        db_table = "dj_measure"


NOON = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)


@check("migrate")
def _(_where: str) -> None:
    call_command("migrate", verbosity=0)
    said = io.StringIO()
    call_command("showmigrations", stdout=said)
    assert "[ ]" not in said.getvalue(), said.getvalue()


@check("a user, with the key the database gave")
def _(_where: str) -> None:
    user = User.objects.create_user("ada", "ada@example.org", "secret")
    assert user.pk > 0
    equal(User.objects.filter(username__icontains="AD").count(), 1)
    assert User.objects.get(pk=user.pk).check_password("secret")


@check("a model: create, insert, query")
def _(_where: str) -> None:
    with connection.schema_editor() as editor:
        if "dj_measure" in connection.introspection.table_names():
            editor.delete_model(Measure)
        editor.create_model(Measure)
    Measure.objects.bulk_create(
        Measure(name=f"m{i}", value=decimal.Decimal(i) / 4, at=NOON + datetime.timedelta(hours=i),
                more={"i": i}) for i in range(50))
    one = Measure.objects.create(name="last", at=NOON)
    equal(one.pk, 51)
    equal(Measure.objects.get(pk=7).value, decimal.Decimal("1.500"))
    equal(Measure.objects.filter(value__gte=10, name__startswith="m").count(), 10)
    total = Measure.objects.aggregate(models.Sum("value"), models.Avg("value"), models.Max("at"))
    equal(total["value__sum"], decimal.Decimal("306.250"))
    days = (Measure.objects.annotate(on=models.functions.TruncDate("at")).values("on")
            .annotate(n=models.Count("id")).order_by("on"))
    equal([row["n"] for row in days], [12, 24, 15])
    equal(list(Measure.objects.filter(more__i=3).values_list("name", flat=True)), ["m3"])


@check("transactions and savepoints")
def _(_where: str) -> None:
    before = Measure.objects.count()
    with transaction.atomic():
        Measure.objects.create(name="kept", at=NOON)
        try:
            with transaction.atomic():
                Measure.objects.create(name="gone", at=NOON)
                raise ValueError
        except ValueError:
            pass
    equal(Measure.objects.count(), before + 1)


@check("a server-side cursor")
def _(_where: str) -> None:
    names = [one.name for one in Measure.objects.order_by("id").iterator(chunk_size=10)]
    equal(names[:2], ["m0", "m1"])


@check("inspectdb")
def _(_where: str) -> None:
    said = io.StringIO()
    call_command("inspectdb", "dj_measure", stdout=said)
    text = said.getvalue()
    assert "Unable to inspect" not in text, text
    for line in ("name = models.CharField(max_length=20)",
                 "value = models.DecimalField(max_digits=12, decimal_places=3, blank=True, "
                 "null=True)",
                 "id = models.BigAutoField(primary_key=True)"):
        assert line in text, text


check.run()
