// The database behind the bench of the console: a seeded fleet, its sums by the hour, a rollout that stands still in one of
// its groups, and an evaluation for the router that all of it runs, since the overview tells what it promised.

import { Evaluation } from '#contract/results/evaluation.ts'
import type { Interval } from '#contract/results/interval.ts'
import { insertStaged } from '#db/queries/rollouts/staged-rollouts.ts'
import { groupName, type SeedSize, seedFleet } from '#test/db/decisions/seeded-fleet.ts'
import { stagedDraft } from '#test/db/filled-database.ts'
import type { BenchPlane } from '../control/bench-plane.ts'

const HOURS = `insert into decision_hours (hour, deployment_id, group_name, tier, reason, images, by_fallback,
    latency_sum_ms, energy_sum_j, latency_counts, energy_counts, audits, disagreed)
  select date_trunc('hour', at), deployment_id, group_name, d.tier, reason, count(*), 0, sum(total_ms), sum(energy_j),
    array_fill(0, array[64]), array_fill(0, array[64]), 0, 0
  from decisions d join devices on devices.id = device_id where at > now() - interval '2 days' group by 1, 2, 3, 4, 5`

const about = (value: number): Interval => ({ value, low: value - 0.02, high: value + 0.02 })
const strategy = (name: 'local-only' | 'router' | 'edge-only', offloadShare: number, top1: number) => ({
  ...{ name, offloadShare, top1: about(top1) },
  ...{ latencyMeanMs: 30, deviceEnergyJ: 0.05 + 0.2 * offloadShare },
})

const EVALUATION = Evaluation.parse({
  ...{ kind: 'confidence', images: 1_200, folds: 10, seed: 1 },
  shares: { bothRight: 0.7, onlyEdgeRight: 0.2, onlyLocalRight: 0.05, bothWrong: 0.05 },
  costs: {
    ...{ featuresMs: 0, featuresJ: 0, localMs: 10, localJ: 0.05, edgeMs: 20, edgeJ: 0.1 },
    ...{ uploadMs: 10, uploadJ: 0.2, uploadSource: 'a seed' },
  },
  strategies: [strategy('local-only', 0, 0.75), strategy('router', 0.2, 0.87), strategy('edge-only', 1, 0.9)],
  ...{ auc: about(0.8), dgc: about(0.5), precision: 0.5, recall: 0.5, f1: 0.5, deferralCurve: [] },
  verdict: { beatsChance: true, words: 'Seeded.' },
})

/** Answers the rollout. */
export async function seedConsole({ database: { pool, db } }: BenchPlane, size: SeedSize): Promise<string> {
  await seedFleet(pool, db, size)
  await pool.query(HOURS)
  await pool.query('alter table routers disable trigger user')
  await pool.query('update routers set evaluation = $1', [JSON.stringify(EVALUATION)])
  await pool.query('alter table routers enable trigger user')
  const staged = await db.transaction((tx) => insertStaged(tx, stagedDraft(groupName(0), 'dep_0')))
  // Paused, so that it stays as it is while it is watched.
  await pool.query(
    `update staged_rollouts set state = 'paused', cuts = '{1}', activated_at = now() - interval '1 day' where id = $1`,
    [staged.id],
  )
  return staged.id
}
