select pg_typeof(1), pg_typeof(1.5), pg_typeof('x'::text), pg_typeof(now()), pg_typeof(array[1]), pg_typeof(null::date), pg_typeof(1 = 1)
select pg_typeof(a), pg_typeof(n), pg_typeof(x), pg_typeof(f) from empty right join (select 1) one on true
