// The shortest way to a control plane where something can be promoted: two models, a data set of 60 images that
// nobody will decode, two fake devices that have profiled them, and the selected pair. The local model knows when
// it is wrong, and the features are noise: a confidence router is good, a forest is no better than chance.

import type { FeatureRow } from '#contract/outcome.ts'
import { ensureFunction } from '#db/queries/functions.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import type { Control } from './control-rig.ts'
import { enrolDevice, type FakeDevice, runJobs } from './fake-device.ts'

export const IMAGES = 60
export const labelOf = (index: number): number => index % TINY_LABELS.length

const isRight = (model: string, index: number): boolean =>
  model === 'light' ? index % 5 < 3 : index % 10 !== 9

export function madeUpOutcome(model: string, index: number) {
  const right = isRight(model, index)
  // Never twice the same: images that are equally unsure leave together or stay together.
  const p = (right ? 0.9 : 0.4) - index / 1_000
  return {
    top: [{ class: right ? labelOf(index) : (labelOf(index) + 1) % TINY_LABELS.length, p }],
    latencyMs: model === 'light' ? 10 : 50,
  }
}

export async function addTinyModel(control: Control, name: string, side: number) {
  const shape = { side }
  return control.admin.models.create.mutate({
    name,
    file: await control.put(tinyModel(shape)),
    labels: await control.put(JSON.stringify(TINY_LABELS)),
    contract: tinyContract(shape),
  })
}

export async function addImages(control: Control, name: string, count = IMAGES) {
  const images = []
  for (let i = 0; i < count; i++)
    images.push({
      digest: await control.put(`image ${i} of ${count}`),
      label: labelOf(i),
      path: `${i}.png`,
    })
  const labels = await control.put(JSON.stringify(TINY_LABELS))
  return control.admin.datasets.create.mutate({ name, labels, images })
}

export interface MeasuredPair {
  readonly pi: FakeDevice
  readonly tx2: FakeDevice
  readonly selectionId: string
}

export async function measurePair(
  control: Control,
  rowOf?: (index: number) => FeatureRow,
): Promise<MeasuredPair> {
  await Promise.all([addTinyModel(control, 'light', 8), addTinyModel(control, 'heavy', 12)])
  await addImages(control, 'scenes')
  const pi = await enrolDevice(control, { name: 'pi', tier: 'local' })
  const tx2 = await enrolDevice(control, { name: 'tx2', tier: 'edge' })
  await control.admin.profiles.create.mutate({ dataset: 'scenes', models: ['light', 'heavy'] })
  await runJobs(pi, madeUpOutcome, rowOf)
  await runJobs(tx2, madeUpOutcome)
  const { id, result } = await control.admin.selections.create.mutate({ dataset: 'scenes' })
  if (!result.ok) throw new Error(result.reasons.join(' '))
  // As a control plane that starts stores the built-in one: nobody may create it.
  const bundle = await control.put('export default { fetch: () => new Response() }')
  await ensureFunction(control.ctx.db, 'classify', bundle)
  return { pi, tx2, selectionId: id }
}
