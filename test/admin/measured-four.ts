// Four models, two fake devices and 60 images, profiled. In every ten images
//   light   10 ms   right on 0-5     unsure of exactly those that it fails
//   middle  30 ms   right on 0-6
//   brisk   40 ms   right on 0-7     (of the four that light fails: two)
//   heavy   90 ms   right on 0-8     (three)

import { TINY_LABELS } from '#test/vision/tiny-model.ts'
import type { Control } from './control-rig.ts'
import { enrolDevice, runJobs } from './fake-device.ts'
import { addImages, addTinyModel, labelOf } from './measured-pair.ts'

const MODELS: Readonly<Record<string, { ms: number; rightOf10: number }>> = {
  light: { ms: 10, rightOf10: 6 },
  middle: { ms: 30, rightOf10: 7 },
  brisk: { ms: 40, rightOf10: 8 },
  heavy: { ms: 90, rightOf10: 9 },
}

function outcomeOf(name: string, index: number) {
  const { ms, rightOf10 } = MODELS[name]!
  const isRight = index % 10 < rightOf10
  const label = isRight ? labelOf(index) : (labelOf(index) + 1) % TINY_LABELS.length
  return { top: [{ class: label, p: isRight ? 0.9 : 0.4 }], latencyMs: ms }
}

export async function measureFour(control: Control): Promise<void> {
  const models = Object.keys(MODELS)
  for (const [i, name] of models.entries()) await addTinyModel(control, name, 8 + i)
  await addImages(control, 'scenes')
  const devices = [
    await enrolDevice(control, { name: 'pi', tier: 'local' }),
    await enrolDevice(control, { name: 'tx2', tier: 'edge' }),
  ]
  await control.admin.profiles.create.mutate({ dataset: 'scenes', models })
  for (const device of devices) await runJobs(device, outcomeOf)
}
