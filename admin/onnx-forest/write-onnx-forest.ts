// A router's forest as an ONNX file that any runtime can run: input `features`, raw values as doubles in the order
// of the router's features; outputs `label` and `probabilities`, whose second column is the score. The class of
// `label` is the more likely one: the router's own threshold is only noted, since ONNX has no place for it.
//
// Equality: thresholds are doubles (ai.onnx.ml 3), moved to raw features by rawTrees, so a runtime takes every
// finite row the same way as forestScore. ONNX Runtime sums doubles and answers float32: its score is ours rounded
// to float32, save that it adds value / trees where we add values and divide: about 1e-16 apart, which can reach
// float32 only where our score lies that close to the middle between two of them. Compare an answer with
// Math.fround(threshold), and every row that offloads here offloads there; a row just below the threshold, by less
// than half a float32 step, may as well.

import { rawTrees } from '#core/forest/raw-trees.ts'
import { ensembleOfTrees } from '#core/forest/tree-ensemble.ts'
import type { ScaledForest } from '#core/route/forest-score.ts'
import { DATA_TYPE } from '../onnx-format/onnx-schema.ts'
import { attributesOfEnsemble } from './ensemble-attributes.ts'
import { OnnxModel } from './onnx-descriptor.ts'

export interface ForestToWrite extends ScaledForest {
  /** Names in the order of the scaler. */
  features: readonly string[]
  featuresVersion?: number
  threshold?: number
}

/** Keys of metadata_props; values are JSON. */
export const METADATA = {
  features: 'tandem.features',
  featuresVersion: 'tandem.features_version',
  threshold: 'tandem.threshold',
} as const

/** That of ONNX 1.11 (2022), the first with ai.onnx.ml 3: no newer than needed, so that old runtimes read the file. */
const IR_VERSION = 8
const OPSETS = [
  { domain: '', version: 15 },
  { domain: 'ai.onnx.ml', version: 3 },
]

/** Throws a RangeError where the router's parts disagree or a feature's span is not finite. */
export function writeOnnxForest(forest: ForestToWrite): Uint8Array {
  const width = forest.features.length
  if (width !== forest.scaler.min.length)
    throw new RangeError(
      `Cannot write ONNX forest: names ${width} features, expected ${forest.scaler.min.length} as it scales`,
    )
  const classifier = {
    name: 'forest',
    opType: 'TreeEnsembleClassifier',
    domain: 'ai.onnx.ml',
    input: ['features'],
    output: ['label', 'probabilities'],
    attribute: attributesOfEnsemble(ensembleOfTrees(rawTrees(forest))),
  }
  const graph = {
    name: 'forest',
    node: [classifier],
    input: [tensor('features', DATA_TYPE.double, width)],
    output: [tensor('label', DATA_TYPE.int64), tensor('probabilities', DATA_TYPE.float, 2)],
  }
  const model = { irVersion: IR_VERSION, producerName: 'tandem', opsetImport: OPSETS, graph }
  return OnnxModel.encode({ ...model, metadataProps: notes(forest) }).finish()
}

/** Any number of rows; a list of them where no width is given. */
function tensor(name: string, elemType: number, width?: number): object {
  const rows = { dimParam: 'rows' }
  const dim = width === undefined ? [rows] : [rows, { dimValue: width }]
  return { name, type: { tensorType: { elemType, shape: { dim } } } }
}

function notes(forest: ForestToWrite): { key: string; value: string }[] {
  return Object.entries(METADATA).flatMap(([name, key]) => {
    const value = forest[name as keyof typeof METADATA]
    return value === undefined ? [] : [{ key, value: JSON.stringify(value) }]
  })
}
