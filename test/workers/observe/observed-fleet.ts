// A fleet with a deployment of the demo's models, promoted with the policy that a test asks for: as few scenes as train
// a router at all, since what is tested is what happens to the answers.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { addDataset } from '#admin/client/add-dataset.ts'
import { addModel } from '#admin/client/add-model.ts'
import { waitForJobs } from '#admin/client/wait.ts'
import { trainRouter } from '#admin/client/work.ts'
import type { Deployment, Policy } from '#contract/deployment.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { Fleet } from '#test/harness/fleet.ts'
import { until } from '#test/harness/until.ts'

const MODELS = path.resolve(import.meta.dirname, '../../../demo/models')
const SCENES = 24
const OVERRIDE = 'so few scenes prove nothing, and this fleet is a test'

export interface ObservedFleet extends AsyncDisposable {
  readonly fleet: Fleet
  readonly images: readonly Buffer[]
  /** Served by both devices when it resolves. */
  promote(policy: Partial<Policy>, offloadTarget?: number): Promise<Deployment>
}

export async function observedFleet(
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<ObservedFleet> {
  const fleet = await Fleet.create(databaseUrl, settings)
  try {
    await fleet.startControl()
    await Promise.all([fleet.startDevice('tx2'), fleet.startDevice('pi')])
    const images = await profileScenes(fleet)
    const { trpc } = fleet.api
    const { id: selection } = await trpc.selections.create.mutate({ dataset: 'scenes' })
    return {
      fleet,
      images,
      async promote(policy, offloadTarget = 0.3) {
        const router = await trainRouter(fleet.api, {
          selection,
          kind: 'confidence',
          folds: 2,
          offloadTarget,
        })
        const order = { router: router.id, override: OVERRIDE, policy }
        const { deployment } = await trpc.rollouts.promote.mutate(order)
        await until('both devices serve it', () => isServed(fleet, deployment), 60_000)
        return deployment
      },
      async [Symbol.asyncDispose]() {
        // Of itself: a worker that is killed leaves its workerd to whoever starts it again, which is nobody here.
        await fleet.stop()
        await fleet[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await fleet[Symbol.asyncDispose]()
    throw error
  }
}

async function isServed(fleet: Fleet, deployment: Deployment): Promise<boolean> {
  const { items: devices } = await fleet.api.trpc.devices.list.query()
  return devices.every((d) => d.report?.servingDeploymentId === deployment.id)
}

async function profileScenes(fleet: Fleet): Promise<Buffer[]> {
  const folder = path.join(fleet.home, 'scenes')
  await writeScenes({ folder, split: 'test', count: SCENES })
  const labels = path.join(folder, 'classes.txt')
  const models = ['mobilenet_v1', 'resnet_v1_50']
  for (const name of models) {
    const document = JSON.parse(await readFile(path.join(MODELS, `${name}.json`), 'utf8'))
    await addModel(fleet.api, { ...document, file: path.join(MODELS, `${name}.onnx`), labels })
  }
  const source = path.join(folder, 'labels.csv')
  await addDataset(fleet.api, { source, name: 'scenes', labels, onProgress: () => undefined })
  const jobs = await fleet.api.trpc.profiles.create.mutate({ dataset: 'scenes', models })
  await waitForJobs(fleet.api, jobs, () => undefined)
  return Promise.all(
    Array.from({ length: SCENES }, (_, i) => readFile(path.join(folder, sceneFile('test', i)))),
  )
}
