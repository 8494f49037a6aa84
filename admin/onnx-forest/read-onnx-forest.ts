// An ONNX forest to the trees of a router: finds the one TreeEnsembleClassifier of the graph, checks that the
// graph's input reaches it as it is, and leaves what its attributes mean to core. Nothing is run, so no more of
// the file is believed than is read. Imported trees compare raw features; see trees-of-ensemble.ts for what is
// equal to what. Files of skl2onnx and of write-onnx-forest.ts are read alike.

import { z } from 'zod'
import type { Tree } from '#contract/router.ts'
import { treesOfEnsemble } from '#core/forest/trees-of-ensemble.ts'
import { DATA_TYPE } from '../onnx-format/onnx-schema.ts'
import { decodeModel, NODES_MAX } from './decode-model.ts'
import { ensembleOfAttributes } from './ensemble-attributes.ts'
import type { GraphProto, ModelProto, NodeProto } from './onnx-descriptor.ts'
import { OnnxForestRefused } from './onnx-forest-refused.ts'
import { METADATA } from './write-onnx-forest.ts'

export interface ImportedForest {
  trees: Tree[]
  featureCount: number
  /** Of class 0 and class 1; the trees' values are P(class 1). */
  labels: readonly [string, string]
  /** What write-onnx-forest.ts notes beside a forest, where it is there. */
  features?: string[]
  featuresVersion?: number
  threshold?: number
}

/** What may follow the classifier: it renames or reshapes the answer. */
const FOLLOWERS = ['Cast', 'Identity', 'ZipMap']

/** Throws an `OnnxForestRefused` for every file that is not a forest of two classes. */
export function readOnnxForest(bytes: Uint8Array): ImportedForest {
  const model = decodeModel(bytes)
  const graph = model.graph
  if (graph === null) refuse('has no graph', 'an ONNX model')
  if (model.functions.length > 0) refuse('defines functions of its own', 'none')
  const classifier = findClassifier(graph)
  const input = findInput(graph, classifier)
  const { ensemble, labels } = ensembleOfAttributes(classifier.attribute)
  const nodes = ensemble.nodes.treeIds.length
  if (nodes > NODES_MAX)
    throw new OnnxForestRefused(
      'too-large',
      `Cannot read ONNX forest: has ${nodes} nodes, expected at most ${NODES_MAX}`,
    )
  try {
    const trees = treesOfEnsemble(ensemble, input)
    return {
      trees,
      featureCount: input.featureCount,
      labels: [labels[0]!, labels[1]!],
      ...readMetadata(model, input),
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new OnnxForestRefused('wrong-forest', cause.message, { cause })
  }
}

function refuse(what: string, expected: string): never {
  throw new OnnxForestRefused('no-forest', `Cannot read ONNX forest: ${what}, expected ${expected}`)
}

function findClassifier({ node: nodes }: GraphProto): NodeProto {
  const isClassifier = ({ opType, domain }: NodeProto) =>
    opType === 'TreeEnsembleClassifier' && domain === 'ai.onnx.ml'
  const [classifier, ...more] = nodes.filter(isClassifier)
  if (classifier === undefined) refuse('has no TreeEnsembleClassifier of ai.onnx.ml', 'one')
  if (more.length > 0) refuse(`has ${more.length + 1} tree ensembles`, 'one')
  const answers = new Set(classifier.output)
  for (const node of nodes) {
    if (node === classifier) continue
    if (!FOLLOWERS.includes(node.opType) || !node.input.every((name) => answers.has(name)))
      refuse(`has a node "${node.opType}" beside the trees`, `only ${FOLLOWERS.join(', ')} after them`)
    for (const name of node.output) answers.add(name)
  }
  return classifier
}

function findInput({ input: inputs }: GraphProto, classifier: NodeProto) {
  const input = inputs.find(({ name }) => name === classifier.input[0])
  if (input === undefined || classifier.input.length !== 1)
    refuse('the trees do not read the input', 'them to')
  const elemType = input.type?.tensorType?.elemType
  if (elemType !== DATA_TYPE.float && elemType !== DATA_TYPE.double)
    refuse(
      `the input has element type ${elemType ?? 'none'}`,
      `${DATA_TYPE.float} (float) or ${DATA_TYPE.double} (double)`,
    )
  const dims = input.type?.tensorType?.shape?.dim ?? []
  const featureCount = dims[1]?.dimValue
  if (dims.length !== 2 || typeof featureCount !== 'number' || !(featureCount >= 1))
    refuse('the input has no fixed number of features', 'a shape of rows by features')
  return { featureCount, isFloat32: elemType === DATA_TYPE.float }
}

/** Notes of another program under our names are no reason to refuse its forest. */
function readMetadata({ metadataProps }: ModelProto, { featureCount }: { featureCount: number }) {
  const noted = new Map(metadataProps.map(({ key, value }) => [key, value]))
  const read = <T>(key: string, schema: z.ZodType<T>): T | undefined => {
    const text = noted.get(key)
    if (text === undefined) return undefined
    try {
      return schema.safeParse(JSON.parse(text)).data
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }
  const features = read(METADATA.features, z.array(z.string()).length(featureCount))
  const featuresVersion = read(METADATA.featuresVersion, z.number().int())
  const threshold = read(METADATA.threshold, z.number())
  return {
    ...(features === undefined ? {} : { features }),
    ...(featuresVersion === undefined ? {} : { featuresVersion }),
    ...(threshold === undefined ? {} : { threshold }),
  }
}
