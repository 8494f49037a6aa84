// Real photographs and real ImageNet classifiers, where the machine has them: a folder with `labels.csv`
// (file,label,origin), `images/` and `models/`. The project ships none of it; a benchmark that needs it says so and
// skips.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { presetInput } from '#admin/client/zoo/presets.ts'
import type { ModelContract } from '#contract/model.ts'

/** Beside the checkout. */
export const IMAGENET = path.resolve(import.meta.dirname, '../../../shared/data/imagenet')

export const hasImagenet = (): boolean => existsSync(path.join(IMAGENET, 'labels.csv'))

export interface LabelledFile {
  file: string
  label: number
  origin: string
}

export async function labelledFiles(): Promise<LabelledFile[]> {
  const rows: Record<string, string>[] = parse(await readFile(path.join(IMAGENET, 'labels.csv')), {
    columns: true,
  })
  return rows.map((row) => ({ file: row.file!, label: Number(row.label), origin: row.origin! }))
}

/** As TF-Slim, which trained them, evaluated them; of a preset only frame and filter count for 8-bit input. */
export function slimContractOf(sidePx: number): ModelContract {
  const { input, output } = contractOf(sidePx)
  return { input: presetInput('tf-slim-inception', input), output }
}

/** The same crop with the filter of the usual libraries, which loses up to 4 points but can be compared with others. */
export function contractOf(sidePx: number): ModelContract {
  return {
    input: {
      name: 'image',
      layout: 'nhwc',
      dtype: 'uint8',
      width: sidePx,
      height: sidePx,
      crop: 0.875,
      resize: 'bilinear-antialias',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    output: { name: 'probabilities', kind: 'softmax' },
  }
}

export const MODELS = [
  { name: 'mobilenet_v1_0.25', file: 'mobilenet_v1_0.25_128_quant.onnx', sidePx: 128 },
  { name: 'mobilenet_v1_0.5', file: 'mobilenet_v1_0.5_160_quant.onnx', sidePx: 160 },
  { name: 'mobilenet_v1_0.75', file: 'mobilenet_v1_0.75_192_quant.onnx', sidePx: 192 },
  { name: 'mobilenet_v2', file: 'mobilenet_v2_1.0_224_quant.onnx', sidePx: 224 },
] as const
