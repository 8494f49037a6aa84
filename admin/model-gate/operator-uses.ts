// Which operators a graph or a function of the file uses, how often, and where one of them is: kept while the file is
// walked, judged at its end, since a function may be written after the node that calls it.

import type { Seen } from '../onnx-format/read-message.ts'
import { whereIs } from './where-is.ts'

export interface OperatorUse {
  readonly domain: string
  readonly operator: string
  readonly overload: string
  count: number
  /** One of the nodes. */
  readonly where: string
}

/** The main graph, a graph of training, or one local function, with all graphs within. */
export interface Body {
  readonly uses: Map<string, OperatorUse>
  nodes: number
  readonly opsets: Map<string, number>
}
export interface LocalFunction extends Body {
  readonly domain: string
  readonly name: string
  readonly key: string
}

export const newBody = (): Body => ({ uses: new Map(), nodes: 0, opsets: new Map() })

/** 'ai.onnx' is another spelling of ''. */
export const domainOf = (seen: Seen): string => {
  const domain = seen.texts.get('domain') ?? ''
  return domain === 'ai.onnx' ? '' : domain
}

/** What a node calls and a function is called by; a NUL is in no name. */
export const operatorKey = (domain: string, name: string, overload: string): string =>
  [domain, name, overload].join('\0')

export function noteUse(body: Body, node: Seen): void {
  body.nodes++
  const domain = domainOf(node)
  const operator = node.texts.get('opType') ?? ''
  const overload = node.texts.get('overload') ?? ''
  const key = operatorKey(domain, operator, overload)
  const use = body.uses.get(key)
  if (use) use.count++
  else body.uses.set(key, { domain, operator, overload, count: 1, where: whereIs(node) })
}
