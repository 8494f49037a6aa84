// What a model calls: only operators that ONNX Runtime ships, in versions that it knows, or functions of the model's
// own, which end: a function that calls itself would be expanded for ever, and twenty that each call the next one
// twice a million times.

import { OnnxRefused, quoted } from '../onnx-format/onnx-refused.ts'
import { type GateLimits, IR_VERSIONS, REFUSED_OPERATORS, SHIPPED_DOMAINS } from './gate-limits.ts'
import type { Body, LocalFunction, OperatorUse } from './operator-uses.ts'

export interface ModelParts {
  readonly irVersion: number | undefined
  /** The graph and those of training. */
  readonly main: Body
  readonly functions: readonly LocalFunction[]
}

export function checkOperators({ irVersion, main, functions }: ModelParts, limits: GateLimits): void {
  checkIrVersion(irVersion)
  checkFunctions(functions, limits)
  const local = new Map(functions.map((f) => [f.key, f]))
  for (const body of [main, ...functions]) {
    checkOpsets(body)
    for (const [key, use] of body.uses) if (!local.has(key)) checkUse(use, body, limits)
  }
  checkExpansion(main, local, limits)
}

function checkIrVersion(version: number | undefined): void {
  const { min, max } = IR_VERSIONS
  if (version === undefined || !(version >= min && version <= max))
    throw new OnnxRefused('ir-version', `is of IR version ${version ?? 'none'}`, `${min} to ${max}`)
}

function checkFunctions(functions: readonly LocalFunction[], { domains }: GateLimits): void {
  const seen = new Set<string>()
  for (const { domain, name, key } of functions) {
    if (seen.has(key)) throw new OnnxRefused('function', `defines the function ${quoted(name)} twice`, 'once')
    seen.add(key)
    if (SHIPPED_DOMAINS.has(domain) || domains.includes(domain))
      throw new OnnxRefused(
        'function',
        `defines the function ${quoted(name)} in the domain ${quoted(domain || 'ai.onnx')} of the runtime`,
        "functions in domains of the model's own",
      )
  }
}

/** Versions of domains that nothing is called from harm nobody: tools write all that they know. */
function checkOpsets({ opsets, uses }: Body): void {
  if (opsets.size === 0)
    throw new OnnxRefused('opset', 'names no version of the operators', 'an opset_import')
  for (const domain of new Set([...uses.values()].map((use) => use.domain))) {
    const known = SHIPPED_DOMAINS.get(domain)
    const version = opsets.get(domain)
    if (known && version !== undefined && !(version >= known.min && version <= known.max))
      throw new OnnxRefused(
        'opset',
        `asks for version ${version} of the operators of ${quoted(domain || 'ai.onnx')}`,
        `${known.min} to ${known.max}`,
      )
  }
}

function checkUse({ domain, operator, where }: OperatorUse, { opsets }: Body, { domains }: GateLimits): void {
  if (operator === '') throw new OnnxRefused('operator', `${where} has no operator`, 'one')
  const allowed = [...SHIPPED_DOMAINS.keys(), ...domains]
  if (!allowed.includes(domain))
    throw new OnnxRefused(
      'domain',
      `${where} calls ${quoted(operator)} of the domain ${quoted(domain)}`,
      `one of ${allowed.map((name) => name || 'ai.onnx').join(', ')}`,
    )
  const wrong = REFUSED_OPERATORS.get(`${domain}:${operator}`)
  if (wrong !== undefined)
    throw new OnnxRefused('operator', `${where} calls ${operator}, which ${wrong}`, 'operators that end')
  if (!opsets.has(domain))
    throw new OnnxRefused(
      'opset',
      `${where} calls ${quoted(operator)} of ${quoted(domain || 'ai.onnx')} without a version`,
      'an opset_import of that domain',
    )
}

function checkExpansion(
  main: Body,
  local: ReadonlyMap<string, LocalFunction>,
  { expandedNodesMax }: GateLimits,
): void {
  const counts = new Map<string, number | 'counting'>()
  const expanded = ({ uses, nodes }: Body): number => {
    let sum = nodes
    for (const [key, { count }] of uses) {
      const called = local.get(key)
      if (called) sum += count * countOf(called)
    }
    return sum
  }
  const countOf = (called: LocalFunction): number => {
    const known = counts.get(called.key)
    if (known === 'counting')
      throw new OnnxRefused('function', `the function ${quoted(called.name)} calls itself`, 'calls that end')
    if (known !== undefined) return known
    counts.set(called.key, 'counting')
    const count = expanded(called)
    counts.set(called.key, count)
    return count
  }
  // Functions that nothing calls count as well: they may call themselves.
  const total = Math.max(expanded(main), ...[...local.values()].map(countOf))
  if (total > expandedNodesMax)
    throw new OnnxRefused(
      'too-many',
      `has ${total} nodes with its functions written out`,
      `at most ${expandedNodesMax}`,
    )
}
