// Back to the deployment before, where a function has failed again and again. Its generation would go on answering by
// the built-in path, but an admin chose that function for a reason: the device serves the last deployment that did
// what it should, and says so with every report until it is told to run something else. Where there is none before,
// the built-in path stays. It is not written down: after a restart the function gets another chance.

import type { Logger } from 'pino'
import { type GenerationsPort, type InstallPorts, switchTo } from '../install.ts'
import type { KnownDeployment } from './known-manifests.ts'

export interface RetreatPorts {
  readonly generations: GenerationsPort
  readonly offload: InstallPorts['offload']
  readonly log: Logger
}

/** Serves the newest of `known` that is another deployment than the failed one; answers whether there was one. */
export async function retreat(
  failedId: string,
  known: readonly KnownDeployment[],
  { generations, offload, log }: RetreatPorts,
): Promise<boolean> {
  if (generations.serving?.deployment.id !== failedId) return false
  const before = known.find(({ deployment }) => deployment.id !== failedId)
  if (!before) return false
  await generations.start(before.deployment)
  switchTo(before.deployment, before.manifest.edges, { generations, offload })
  // On the edge it stays: local devices may still ask for it, and the built-in path answers them.
  if (before.manifest.tier === 'local') await generations.stop(failedId)
  log.warn({ failed: failedId, serving: before.deployment.id }, 'function given up: back to the one before')
  return true
}
