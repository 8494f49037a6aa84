// Where an embedded server keeps its things. `cluster/` is made whole by one rename, so that data and
// password exist together or not at all; log and lock lie beside it because they outlive attempts.
import { mkdirSync, realpathSync } from 'node:fs'
import path from 'node:path'

export type ClusterPaths = {
  folder: string
  cluster: string
  data: string
  password: string
  lock: string
  log: string
}

/** Makes the folder if it is missing. Real paths, so that a symlink to a folder names the same server. */
export function clusterPaths(folder: string): ClusterPaths {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const real = realpathSync(folder)
  const cluster = path.join(real, 'cluster')
  return {
    folder: real,
    cluster,
    data: path.join(cluster, 'data'),
    password: path.join(cluster, 'password'),
    lock: path.join(real, 'start.lock'),
    log: path.join(real, 'postgres.log'),
  }
}
