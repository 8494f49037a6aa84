// What serving is measured with: the heaviest classifier and photographs of ../shared/data/imagenet where they are at
// hand, in the size in which cameras of their time made them; otherwise the largest demo model and rendered scenes as
// JPEG, which are so small that ratios to them mean little (`isReference` says so).

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { ModelContract } from '#contract/model.ts'
import { SIDE_PX } from '#demo/scenes/canvas.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { contractOf, hasImagenet, IMAGENET, labelledFiles, MODELS } from '../../imagenet/source.ts'
import type { ServedModel } from './served-device.ts'

const DEMO_MODELS = path.resolve(import.meta.dirname, '../../../demo/models')
/** Enough that no round sees few of them often. */
const COUNT = 96

export interface Workload {
  readonly isReference: boolean
  readonly model: ServedModel
  readonly images: readonly Uint8Array[]
  /** For people: what the images are. */
  readonly what: string
}

export async function loadWorkload(): Promise<Workload> {
  return hasImagenet() ? photographs() : scenes(COUNT)
}

async function photographs(): Promise<Workload> {
  const model = MODELS.at(-1)!
  const files = await labelledFiles()
  // Only those of full size: the median over two sizes would lie in the gap between them and jump.
  const chosen = files.filter((file) => file.origin === 'sample').slice(0, COUNT)
  const images = await Promise.all(chosen.map(({ file }) => readFile(path.join(IMAGENET, file))))
  const labels = (await readFile(path.join(IMAGENET, 'classes.txt'), 'utf8')).trimEnd().split('\n')
  return {
    isReference: true,
    model: {
      name: model.name,
      file: await readFile(path.join(IMAGENET, 'models', model.file)),
      contract: contractOf(model.sidePx),
      labels,
    },
    images,
    what: `${images.length} photographs of full size, ${meanKb(images)} KB on average`,
  }
}

/** JPEGs of rendered scenes, with the model of that name in demo/models. */
export async function scenes(count: number, modelName = 'inception_v4'): Promise<Workload> {
  const raw = { width: SIDE_PX, height: SIDE_PX, channels: 3 } as const
  const images = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      sharp(renderScene({ split: 'test', index }).pixels, { raw })
        .jpeg()
        .toBuffer(),
    ),
  )
  const card = JSON.parse(await readFile(path.join(DEMO_MODELS, `${modelName}.json`), 'utf8'))
  return {
    isReference: false,
    model: {
      name: modelName,
      file: await readFile(path.join(DEMO_MODELS, `${modelName}.onnx`)),
      contract: ModelContract.parse(card.contract),
      labels: (await readFile(path.join(DEMO_MODELS, 'classes.txt'), 'utf8')).trimEnd().split('\n'),
    },
    images,
    what: `${count} rendered scenes of ${SIDE_PX}x${SIDE_PX} as JPEG, ${meanKb(images)} KB on average`,
  }
}

const meanKb = (images: readonly Uint8Array[]): string =>
  (images.reduce((sum, image) => sum + image.length, 0) / images.length / 1024).toFixed(0)
