// A real vision process with a real (tiny) model on disk, and images that harm it.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { digestOf } from '#platform/artifact-store.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { TINY_LABELS, type TinyShape, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import type { VisionEvent } from '#workers/vision/lives.ts'
import { ProcessVision, type VisionOptions } from '#workers/vision/process-vision.ts'
import type { VisionLimits } from '#workers/vision/vision-limits.ts'
import type { ModelSource } from '#workers/vision/wire/vision-calls.ts'

export const HARMFUL = new URL('./harmful-process.ts', import.meta.url)

/** The same picture to every decoder. */
export const harmful = (image: Uint8Array, harm: 'abort' | 'hang' | 'bloat'): Buffer =>
  Buffer.concat([image, Buffer.from(`harm:${harm}`)])

export interface VisionRig extends AsyncDisposable {
  readonly vision: ProcessVision
  readonly source: ModelSource
  readonly events: VisionEvent[]
}

interface RigModel {
  readonly model?: Uint8Array
  readonly shape?: TinyShape
  readonly batching?: VisionOptions['batching']
}

export async function visionRig(
  limits: Partial<VisionLimits> = {},
  { model = tinyModel(), shape = {}, batching }: RigModel = {},
): Promise<VisionRig> {
  const folder = await tempFolder('vision')
  const file = path.join(folder.path, 'tiny.onnx')
  await writeFile(file, model)
  const source = {
    file,
    digest: digestOf(model),
    name: 'tiny',
    contract: tinyContract(shape),
    labels: TINY_LABELS,
  }
  const events: VisionEvent[] = []
  const onEvent = (event: VisionEvent) => void events.push(event)
  const vision = await ProcessVision.start({
    ...{ model: source, limits, entry: HARMFUL, onEvent },
    ...(batching && { batching }),
  })
  return {
    vision,
    source,
    events,
    async [Symbol.asyncDispose]() {
      await vision[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
