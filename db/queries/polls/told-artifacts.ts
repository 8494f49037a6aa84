// Which artifacts a device has been told of: what its tier needs of the deployments that its manifests name, and what
// its own device jobs run over. Everything else does not exist for it.
//
// One query answers for all that ask together, by indexes alone: a profile job fetches thousands of images, and a
// whole fleet the same model. Nothing is remembered, so nothing is told late. A job that failed or was cancelled
// tells of nothing any more; it leaves the index device_jobs_once too.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

export interface ArtifactOfDevice {
  readonly deviceId: string
  readonly digest: string
}

/** Neither half holds a space. */
export const artifactKey = ({ deviceId, digest }: ArtifactOfDevice): string => `${deviceId} ${digest}`

const OF_JOBS = sql`
  select from device_jobs j
  join datasets s on s.id = j.dataset_id
  left join models m on m.id = j.model_id
  where j.device_id = asked.device_id and j.state <> 'failed'
    and (asked.digest in (s.images_digest, m.file_digest, m.labels_digest)
      or exists (select from dataset_images i where i.dataset_id = j.dataset_id and i.digest = asked.digest))`

/** As workers/agent/update/plan.ts lists what a tier needs, with the names of an external edge's classes. */
const OF_MANIFESTS = sql`
  select from devices v
  join manifests f on f.device_id = v.id
  join deployments d on d.id = f.deployment_id
  cross join lateral (select d.document -> v.tier as model) own
  where v.id = asked.device_id and asked.digest in (
    own.model #>> '{file,digest}', own.model #>> '{labels,digest}',
    d.document #>> '{router,file,digest}', d.document #>> '{function,file,digest}',
    case when v.tier = 'local' and strpos(f.content, '"protocol":"oip-v2"') > 0
      then d.document #>> '{edge,labels,digest}' end)`

/** By `artifactKey`; true for those that the device was told of. */
export function toldArtifacts(db: Db): (keys: readonly string[]) => Promise<ReadonlyMap<string, boolean>> {
  const query = db
    .select({ key: sql<string>`asked.key` })
    .from(sql`unnest(${sql.placeholder('keys')}::text[]) as keys(key)
      cross join lateral (select keys.key, split_part(keys.key, ' ', 1) as device_id,
        split_part(keys.key, ' ', 2) as digest) asked`)
    .where(sql`exists (${OF_JOBS}) or exists (${OF_MANIFESTS})`)
    .prepare('told_artifacts')
  return async (keys) => new Map((await query.execute({ keys })).map(({ key }) => [key, true]))
}
