// The gate's first half: reads a model's structure from its bytes and refuses what no model for a device has, before
// anything that could be harmed opens it. What it lets through is well-formed and bounded, and may still be nonsense:
// ONNX Runtime says so afterwards, in a process of its own.

import { OnnxRefused, quoted } from '../onnx-format/onnx-refused.ts'
import { DATA_TYPE, type MessageType } from '../onnx-format/onnx-schema.ts'
import { readModelFile, type Seen, type Visitor } from '../onnx-format/read-message.ts'
import { type ByteSource, WireCursor } from '../onnx-format/wire-cursor.ts'
import { checkAttribute } from './check-attribute.ts'
import { checkOperators } from './check-operators.ts'
import { checkTensor, elementCount, isDataType } from './check-tensor.ts'
import { GATE_LIMITS, type GateLimits } from './gate-limits.ts'
import { type Body, domainOf, type LocalFunction, newBody, noteUse, operatorKey } from './operator-uses.ts'
import { whereIs } from './where-is.ts'

export interface ModelFigures {
  /** Weights and biases: the numbers in its initializers, without scalars and without the integers that name shapes. */
  readonly params: number
}

/** Throws an `OnnxRefused`. */
export function walkModel(source: ByteSource, limits: GateLimits = GATE_LIMITS): ModelFigures {
  if (source.sizeBytes === 0) throw new OnnxRefused('empty', 'is empty', 'an ONNX file')
  const walk = new ModelWalk(limits)
  readModelFile(new WireCursor(source), walk, limits)
  checkOperators(walk, limits)
  return { params: walk.params }
}

const ARE_SHAPES: ReadonlySet<number> = new Set([DATA_TYPE.int64, DATA_TYPE.string])

class ModelWalk implements Visitor {
  irVersion: number | undefined
  params = 0
  readonly main = newBody()
  readonly functions: LocalFunction[] = []
  readonly limits: GateLimits
  /** That of the function that is being read, else the main one. */
  #body: Body = this.main
  #nodes = 0
  #initializers = 0
  #graphDepth = 0

  constructor(limits: GateLimits) {
    this.limits = limits
  }

  enter(seen: Seen): void {
    const { nodesMax, initializersMax, functionsMax, graphDepthMax } = this.limits
    if (seen.type === 'NodeProto' && ++this.#nodes > nodesMax) tooMany('nodes', nodesMax)
    if (seen.type === 'TensorProto' && seen.parent?.type === 'GraphProto')
      if (++this.#initializers > initializersMax) tooMany('initializers', initializersMax)
    if (seen.type === 'GraphProto' && ++this.#graphDepth > graphDepthMax)
      throw new OnnxRefused('too-deep', `nests over ${graphDepthMax} graphs`, `at most ${graphDepthMax}`)
    if (seen.type !== 'FunctionProto') return
    if (this.functions.length >= functionsMax) tooMany('functions', functionsMax)
    this.#body = newBody()
  }

  leave(seen: Seen): void {
    ON_LEAVING[seen.type]?.(seen, this)
  }

  leaveGraph(): void {
    this.#graphDepth--
  }

  noteNode(seen: Seen): void {
    noteUse(this.#body, seen)
  }

  noteTensor(seen: Seen): void {
    const elements = checkTensor(seen, this.limits.elementsMax)
    const isWeight = seen.dims.length > 0 && !ARE_SHAPES.has(seen.numbers.get('dataType') ?? 0)
    if (seen.parent?.type === 'GraphProto' && isWeight) this.params += elements
  }

  noteOpset(seen: Seen): void {
    const { opsets } = this.#body
    const domain = domainOf(seen)
    const version = seen.numbers.get('version') ?? 0
    if (opsets.has(domain) && opsets.get(domain) !== version)
      throw new OnnxRefused('opset', `names two versions of the operators of ${quoted(domain)}`, 'one')
    opsets.set(domain, version)
    if (opsets.size > this.limits.functionsMax) tooMany('opset imports', this.limits.functionsMax)
  }

  noteFunction(seen: Seen): void {
    const domain = domainOf(seen)
    const name = seen.texts.get('name') ?? ''
    const key = operatorKey(domain, name, seen.texts.get('overload') ?? '')
    this.functions.push({ ...this.#body, domain, name, key })
    this.#body = this.main
  }

  noteModel(seen: Seen): void {
    this.irVersion = seen.numbers.get('irVersion')
    if (!seen.counts.has('graph')) throw new OnnxRefused('truncated', 'has no graph', 'a whole ONNX model')
    if (this.main.nodes === 0) throw new OnnxRefused('operator', 'has no nodes', 'a graph that computes')
  }
}

const ON_LEAVING: Partial<Record<MessageType, (seen: Seen, walk: ModelWalk) => void>> = {
  ModelProto: (seen, walk) => walk.noteModel(seen),
  GraphProto: (_, walk) => walk.leaveGraph(),
  FunctionProto: (seen, walk) => walk.noteFunction(seen),
  NodeProto: (seen, walk) => walk.noteNode(seen),
  OperatorSetIdProto: (seen, walk) => walk.noteOpset(seen),
  AttributeProto: checkAttribute,
  TensorProto: (seen, walk) => walk.noteTensor(seen),
  SparseTensorProto: refuseSparse,
  SparseTypeProto: refuseSparse,
  OpaqueTypeProto: refuseSparse,
  TensorTypeProto: (seen) => {
    if (!isDataType(seen.numbers.get('elemType') ?? 0))
      throw new OnnxRefused('tensor-data', `${whereIs(seen)} is of no type`, 'a type of the ONNX format')
  },
  // A shape is judged whole: each dimension is told to it as it ends.
  DimensionProto: (seen, { limits }) => {
    const size = seen.numbers.get('dimValue')
    if (size !== undefined && seen.parent!.dims.push(size) > limits.rankMax)
      throw new OnnxRefused(
        'dimensions',
        `${whereIs(seen)} has over ${limits.rankMax} dimensions`,
        'as many at most',
      )
  },
  TensorShapeProto: (seen, { limits }) => {
    elementCount(seen, seen.dims, limits.elementsMax)
  },
}

function refuseSparse(seen: Seen): never {
  throw new OnnxRefused('sparse', `${whereIs(seen)} is sparse or opaque`, 'dense tensors')
}

function tooMany(what: string, most: number): never {
  throw new OnnxRefused('too-many', `has over ${most} ${what}`, 'fewer')
}
