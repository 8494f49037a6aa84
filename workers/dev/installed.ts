// What the local worker of this machine runs, read from its own disk: the models, the router and the edge that a
// function under development is tried with.

import type { Deployment } from '#contract/deployment.ts'
import type { Manifest } from '#contract/manifest.ts'
import { openIdentity } from '../agent/identity.ts'
import { readState } from '../agent/state.ts'
import { openStored } from '../agent/verify-manifest.ts'

export interface Installed {
  readonly deployment: Deployment
  readonly edges: Manifest['edges']
}

export async function readInstalled(home: string): Promise<Installed> {
  const { enrolment } = await openIdentity(home)
  const { state } = await readState(home)
  if (!enrolment || !state.current)
    throw new Error(
      `Cannot start: no deployment is installed in "${home}", expected the home of a local worker that has served`,
    )
  const { deviceId, manifestKeys } = enrolment
  const { deployment, edges } = await openStored(state.current, { deviceId, tier: 'local', manifestKeys })
  if (!deployment) throw new Error(`Cannot start: nothing is deployed to the worker in "${home}"`)
  return { deployment, edges }
}
