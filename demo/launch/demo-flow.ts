// The flow on the demo world, through the public door and step by step as a user would: register, profile,
// select, train, promote. Every step finds what an earlier run has done and goes on from there.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { showProgress } from '#admin/cli/progress.ts'
import { evaluationReport, profileReport, selectionReport } from '#admin/cli/report.ts'
import { addDataset } from '#admin/client/add-dataset.ts'
import { addModel } from '#admin/client/add-model.ts'
import type { Api } from '#admin/client/api.ts'
import { profileLines } from '#admin/client/profile-lines.ts'
import { waitForJobs, waitForServing } from '#admin/client/wait.ts'
import { trainRouter } from '#admin/client/work.ts'
import { ModelContract } from '#contract/model.ts'
import { promotionGate } from '#core/promote/gate.ts'
import type { CandidateName } from '../candidate-names.ts'
import { writeScenes } from '../write-scenes.ts'

const MODELS = fileURLToPath(new URL('../models/', import.meta.url))
const DATASET = 'scenes'
const SERVING_TIMEOUT_MS = 120_000

const ModelDocument = z.object({
  name: z.string(),
  family: z.string(),
  contract: ModelContract,
  params: z.number().int(),
  layers: z.number().int(),
})

export interface Stage {
  /** Opens a stage; its time is told when the next one opens. */
  begin(title: string): void
  say(text: string): void
}

export interface DemoWorld {
  readonly api: Api
  readonly scenesFolder: string
  readonly scenes: number
  readonly models: readonly CandidateName[]
  readonly stage: Stage
  /** The devices that this start launched; whoever else is enrolled may be away. */
  readonly devices: readonly string[]
}

export async function makeScenes({
  scenesFolder,
  scenes,
}: Pick<DemoWorld, 'scenesFolder' | 'scenes'>): Promise<void> {
  const progress = showProgress('scenes')
  await writeScenes({ folder: scenesFolder, split: 'test', count: scenes, onProgress: progress.to })
  progress.end()
}

async function registerCandidates({ api, scenesFolder, models, stage }: DemoWorld): Promise<void> {
  for (const name of models) {
    const text = await readFile(path.join(MODELS, `${name}.json`), 'utf8')
    const document = ModelDocument.parse(JSON.parse(text))
    const file = path.join(MODELS, `${name}.onnx`)
    await addModel(api, { ...document, file, labels: path.join(scenesFolder, 'classes.txt') })
    stage.say(`  ${name}: ${document.params} parameters, input ${document.contract.input.width} px`)
  }
  const progress = showProgress('upload')
  await addDataset(api, {
    source: path.join(scenesFolder, 'labels.csv'),
    name: DATASET,
    labels: path.join(scenesFolder, 'classes.txt'),
    onProgress: progress.to,
  })
  progress.end()
}

async function profile({ api, models, stage, devices }: DemoWorld): Promise<void> {
  const jobs = await api.trpc.profiles.create.mutate({
    dataset: DATASET,
    models: [...models],
    devices: [...devices],
  })
  const progress = showProgress('profile')
  const done = await waitForJobs(api, jobs, progress.to)
  progress.end()
  stage.say(profileReport(await profileLines(api, done)))
}

/** The paper's forest; where the gate would refuse it by what was measured here, the local model's own confidence. */
async function trainPromotable({ api, stage }: DemoWorld, selection: string) {
  stage.begin('training a forest router on seven image features')
  const forest = await trainRouter(api, { selection, kind: 'forest' })
  stage.say(evaluationReport(forest.evaluation))
  const gate = promotionGate(forest.evaluation)
  if (gate.ok) return forest
  stage.say(gate.words)
  stage.begin("training a router on the local model's confidence instead")
  const confidence = await trainRouter(api, { selection, kind: 'confidence' })
  stage.say(evaluationReport(confidence.evaluation))
  return confidence
}

export async function runDemoFlow(world: DemoWorld): Promise<void> {
  const { api, stage, devices } = world
  stage.begin('making the demo data')
  await makeScenes(world)
  stage.begin('registering the candidates')
  await registerCandidates(world)
  stage.begin('profiling every candidate on both devices')
  await profile(world)
  stage.begin('selecting the pair (algorithms 1 and 2)')
  const selection = await api.trpc.selections.create.mutate({
    dataset: DATASET,
    localDevice: devices.find((name) => name.startsWith('pi'))!,
    edgeDevice: devices.find((name) => name.startsWith('tx2'))!,
  })
  stage.say(selectionReport(selection.result))
  const router = await trainPromotable(world, selection.id)
  stage.begin('promoting the deployment')
  const { deployment } = await api.trpc.rollouts.promote.mutate({ router: router.id })
  const target = {
    deploymentId: deployment.id,
    group: 'default',
    timeoutMs: SERVING_TIMEOUT_MS,
    names: devices,
  }
  await waitForServing(api, target, (line) => stage.say(`  ${line}`))
}
