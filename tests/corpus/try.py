import sys,random,collections,time
sys.path[:0]=['/work/main/tests','/work/main/tests/corpus','/work/main/tools']
import psycopg, generated
from postgres_server import private_postgres
from sql_wire import ask, check
import pathlib
setup=pathlib.Path('/work/main/tests/interop/functions/setup.sql').read_text().split(';\n')
port=sys.argv[1]; n=int(sys.argv[2]); seed=int(sys.argv[3]) if len(sys.argv)>3 else 1
S=generated.statements(); print(len(S)); R=random.Random(seed); S=R.sample(S,min(n,len(S)))
t0=time.time()
out=collections.Counter(); fails=[]
with private_postgres() as where, psycopg.connect(where,autocommit=True) as pg, psycopg.connect(f"host=127.0.0.1 port={port} user=firn dbname=main",autocommit=True) as ours:
    ours.execute("drop table if exists t; drop table if exists o; drop table if exists empty; drop table if exists empty_t; drop table if exists same")
    for s in (pg,ours):
        for st in setup:
            if st.strip():
                try: s.execute(st)
                except Exception as e: print(st[:50],e)
        s.execute("create table empty_t as select * from t where false")
    for sql in S:
        a=ask(ours,sql); b=ask(pg,sql)
        try: check(sql,a,b); out['same']+=1
        except AssertionError as e:
            if a[0]=='0A000': out['refused']+=1; fails.append(('REFUSED',sql,a[1][:150],b))
            else: out['wrong']+=1; fails.append(('WRONG',sql,a,b))
print(out,time.time()-t0)
with open('/tmp/w/corpus_fails.txt','w') as f:
    for x in fails: f.write(repr(x)[:600]+'\n')
