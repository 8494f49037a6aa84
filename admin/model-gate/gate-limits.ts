// How much a model may hold. Far above any image classifier that a board can run: ResNet-152 has 520 nodes, a quantised
// EfficientNet 2,000; and far below what keeps a reader busy. What the file may ask for once it is loaded is bounded
// elsewhere, by the memory and the time of the process that loads it.

import type { FormatLimits } from '../onnx-format/read-message.ts'

export interface GateLimits extends FormatLimits {
  /** In all graphs and functions together. */
  readonly nodesMax: number
  /** The same, with every call of a local function replaced by its nodes, as the runtime does. */
  readonly expandedNodesMax: number
  readonly initializersMax: number
  readonly functionsMax: number
  /** Graphs within attributes of nodes of graphs. */
  readonly graphDepthMax: number
  /** Of one tensor, and of a declared value. */
  readonly elementsMax: number
  /** Operator domains beside those that the runtime ships. */
  readonly domains: readonly string[]
}

export const GATE_LIMITS: GateLimits = {
  // Eight graphs within each other are 27 messages; readers of protocol buffers stop at 100.
  depthMax: 48,
  messagesMax: 500_000,
  fieldsMax: 4_000_000,
  // torch.export writes paths of modules, some hundred bytes.
  nameMaxBytes: 4_096,
  textMaxBytes: 1024 ** 2,
  rankMax: 32,
  nodesMax: 20_000,
  expandedNodesMax: 100_000,
  initializersMax: 20_000,
  functionsMax: 1_000,
  graphDepthMax: 8,
  // 8 GiB of float32.
  elementsMax: 2 ** 31,
  domains: [],
}

/** ONNX Runtime 1.30 takes these and no later ones; before IR 3 a model did not say which operators it means. */
export const IR_VERSIONS = { min: 3, max: 13 } as const

/** Operators of these domains come with ONNX Runtime, with the versions that it knows; '' is ai.onnx. */
export const SHIPPED_DOMAINS: ReadonlyMap<string, { readonly min: number; readonly max: number }> = new Map([
  ['', { min: 7, max: 26 }],
  ['ai.onnx.ml', { min: 1, max: 5 }],
  ['com.microsoft', { min: 1, max: 1 }],
])

/** Operators that no classifier needs and that reach beyond the model or never end, with what is wrong with them. */
export const REFUSED_OPERATORS: ReadonlyMap<string, string> = new Map([
  [':Loop', 'repeats as often as its input says'],
  ['com.microsoft:BeamSearch', 'repeats as often as its input says'],
  ['com.microsoft:GreedySearch', 'repeats as often as its input says'],
  ['com.microsoft:Sampling', 'repeats as often as its input says'],
  ['com.microsoft:WhisperBeamSearch', 'repeats as often as its input says'],
  ['com.microsoft:EPContext', 'runs code of a driver, from another file'],
  ['com.microsoft:PythonOp', 'runs code beside the runtime'],
  ['com.microsoft:PythonOpGrad', 'runs code beside the runtime'],
])
