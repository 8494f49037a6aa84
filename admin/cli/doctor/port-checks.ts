// The ports of this machine: free, held by the part of Tandem that belongs there, or by somebody else.

import { createServer } from 'node:net'
import { type Check, failed, ok, warning } from './check.ts'

const ASK_MAX_MS = 2_000

export interface Port {
  readonly name: string
  readonly variable: string
  readonly port: number
  /** Whether this machine is meant to run it at all. */
  readonly isNeeded: boolean
}

export const portChecks = (ports: readonly Port[], host: string): Promise<Check[]> =>
  Promise.all(ports.map((port) => portCheck(port, host)))

async function portCheck({ name, variable, port, isNeeded }: Port, host: string): Promise<Check> {
  const title = `port ${port}`
  if (await isFree(port, host)) return ok(title, `free for the ${name}`)
  if (await isOurs(`http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}/healthz`))
    return ok(title, `held by Tandem’s ${name}`)
  const says = `another program holds the port of the ${name}`
  return (isNeeded ? failed : warning)(title, says, `end it, or set ${variable} to another port`)
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** All parts of Tandem answer in JSON with a status there, whatever it is. */
async function isOurs(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_MAX_MS) })
    const { status } = (await response.json()) as { status?: unknown }
    return typeof status === 'string'
  } catch {
    // Whatever came: no answer of ours.
    return false
  }
}
