import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { connect } from '#db/connect.ts'
import { groupName } from '#test/db/decisions/seeded-fleet.ts'
const pgd = await ensurePostgres({ folder: '/tmp/decisions-pg' })
const d = connect(pgd.url)
const ids = (await d.pool.query('select id from devices where group_name=$1 and tier=\'local\'', [groupName(3)])).rows.map((r) => r.id)
const r = await d.pool.query(`explain (analyze, buffers) select count(*), percentile_disc(0.95) within group (order by total_ms) from (select tier, by_fallback, reason, total_ms from decisions where deployment_id=$1 and at >= now() - interval '20 days' and device_id = any($2::text[]) order by at desc limit 5000) n`, ['dep_3', ids])
for (const x of r.rows) console.log(x['QUERY PLAN'].slice(0, 220))
await d.close(); await pgd.stop()
