// What answers cost at the devices: of a deployment, from its newest decisions, with how far they spread, so that a mean
// can be told with how sure it is; of one device hour by hour.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

/** Known to a hundredth of their spread. */
const NEWEST = 10_000
/** A device that answers ten images a second makes as many in three hours. */
const NEWEST_OF_DEVICE = 100_000

/** No image costs more: one device that tells nonsense must not make the sum overflow for all. */
const J = sql.raw('least(energy_j, 1e9)')

export interface SpentEnergy {
  readonly images: number
  readonly offloaded: number
  /** Null where there is nothing to compute it from; so are those below. */
  readonly meanJ: number | null
  readonly sdJ: number | null
  /** Kept by the router's own choice: what the local tier alone costs. */
  readonly kept: number
  readonly keptMeanJ: number | null
  readonly keptSdJ: number | null
}

/** Of the newest answers since then that local devices gave or had given: edge devices' own rows answer the same images. */
export async function spentEnergy(db: Db, deploymentId: string, since: Date): Promise<SpentEnergy> {
  const { rows } = await db.execute(sql`
    select count(*)::integer as images, (count(*) filter (where tier = 'edge'))::integer as offloaded,
      avg(${J})::float8 as "meanJ", stddev_samp(${J})::float8 as "sdJ",
      (count(*) filter (where is_kept))::integer as kept, (avg(${J}) filter (where is_kept))::float8 as "keptMeanJ",
      (stddev_samp(${J}) filter (where is_kept))::float8 as "keptSdJ"
    from (
      select tier, energy_j, tier = 'local' and reason = 'routed' as is_kept from decisions
      where deployment_id = ${deploymentId} and at >= ${since.toISOString()} and reason <> 'direct'
      order by at desc limit ${NEWEST}) newest`)
  return rows[0] as unknown as SpentEnergy
}

export interface EnergyHour {
  readonly hour: string
  readonly images: number
  readonly offloaded: number
  readonly energyJ: number
  readonly latencyP95Ms: number
}

/** Oldest first; hours without an answer are missing. */
export async function energyByHour(db: Db, deviceId: string, since: Date): Promise<EnergyHour[]> {
  const { rows } = await db.execute(sql`
    select to_char(date_trunc('hour', at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as hour,
      count(*)::integer as images, (count(*) filter (where tier = 'edge'))::integer as offloaded,
      sum(${J})::float8 as "energyJ",
      percentile_disc(0.95) within group (order by total_ms)::float8 as "latencyP95Ms"
    from (
      select at, tier, energy_j, total_ms from decisions
      where device_id = ${deviceId} and at >= ${since.toISOString()}
      order by sequence desc limit ${NEWEST_OF_DEVICE}) newest
    group by 1 order by 1`)
  return rows as unknown as EnergyHour[]
}
