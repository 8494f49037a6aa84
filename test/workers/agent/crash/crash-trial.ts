// One trial: a device with an old deployment on disk is struck during its update; then it boots without network, and
// then with it. What must hold afterwards is checked here, for the quick test and for the long one alike.

import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { decodeJwt } from 'jose'
import type { Deployment } from '#contract/deployment.ts'
import type { Manifest } from '#contract/manifest.ts'
import { openIdentity } from '#workers/agent/identity.ts'
import { uploadDecisions } from '#workers/agent/spool/upload-decisions.ts'
import { readState } from '#workers/agent/state.ts'
import { artifactsOf } from '#workers/agent/update/plan.ts'
import { bootDevice, type CrashDevice } from './crash-device.ts'
import { DEVICE_ID, type World } from './world.ts'

export interface Scene {
  readonly world: World
  readonly old: Deployment
  readonly wanted: Deployment
  /** A device that serves `old`, as a folder to copy. */
  readonly template: string
  readonly wantedJws: string
}

/** Two updates, so that there is a previous deployment as well. */
export async function setScene(world: World, folder: string): Promise<Scene> {
  const template = path.join(folder, 'template')
  await mkdir(template, { recursive: true })
  const identity = await openIdentity(template)
  await identity.remember({ deviceId: DEVICE_ID, name: 'crash', manifestKeys: [world.key.pinned] })
  const [before, old, wanted] = [world.deployment(1), world.deployment(2), world.deployment(3)]
  const device = await bootDevice({ home: template, url: world.url })
  for (const [i, deployment] of [before, old].entries()) {
    world.jws = await world.sign({ sequence: i + 1, deployment })
    await device.step()
  }
  world.reports.length = 0
  return { world, old, wanted, template, wantedJws: await world.sign({ sequence: 3, deployment: wanted }) }
}

export async function freshHome(scene: Scene, name: string): Promise<string> {
  const home = path.join(path.dirname(scene.template), name)
  await rm(home, { recursive: true, force: true })
  await cp(scene.template, home, { recursive: true })
  scene.world.jws = scene.wantedJws
  scene.world.decisions.clear()
  return home
}

export interface Survival {
  readonly bootMs: number
  /** What it boots without network. */
  readonly booted: string
}

/** Boots what is left, first alone, then with the control plane; throws a sentence where anything is not as it must be. */
export async function survive(scene: Scene, home: string, safe: number): Promise<Survival> {
  const startedAt = performance.now()
  const alone = await bootDevice({ home })
  const bootMs = performance.now() - startedAt
  const booted = alone.generations.serving?.deployment.id
  if (booted !== scene.old.id && booted !== scene.wanted.id) throw new Error(`boots ${booted ?? 'nothing'}`)
  // Falling back to the previous one is for broken disks, not for crashes.
  const current = await currentOf(home)
  if (booted !== current) throw new Error(`boots ${booted}, its state says ${current}`)
  const device = await bootDevice({ home, url: scene.world.url })
  await device.step()
  const serving = device.generations.serving?.deployment.id
  if (serving !== scene.wanted.id) throw new Error(`ends at ${serving ?? 'nothing'}`)
  await checkDisk(scene, device, home)
  await checkDecisions(scene, device, safe)
  return { bootMs, booted }
}

async function currentOf(home: string): Promise<string | undefined> {
  const { current } = (await readState(home)).state
  return current ? (decodeJwt(current.jws) as unknown as Manifest).deployment?.id : undefined
}

/** All of both deployments, and nothing else. */
async function checkDisk(scene: Scene, { store }: CrashDevice, home: string): Promise<void> {
  const needed = [scene.old, scene.wanted].flatMap((d) => artifactsOf(d, 'local'))
  for (const ref of needed) if (!(await store.isIntact(ref))) throw new Error(`${ref.digest} is not whole`)
  const kept = new Set(needed.map((ref) => ref.digest))
  for await (const digest of store.digests()) if (!kept.has(digest)) throw new Error(`${digest} is garbage`)
  for (const folder of ['tmp', 'partial']) {
    const left = await readdir(path.join(home, 'artifacts', folder)).catch(() => [])
    if (left.length > 0) throw new Error(`${folder} holds ${left.length} files`)
  }
}

/** Every decision that was safe on disk is at the control plane, each under its own number. */
async function checkDecisions({ world }: Scene, { spool, client }: CrashDevice, safe: number): Promise<void> {
  await uploadDecisions(spool, client)
  for (let label = 1; label <= safe; label++) {
    const record = world.decisions.get(label)
    if (record?.label !== label) throw new Error(`decision ${label} of ${safe} is lost`)
  }
}
