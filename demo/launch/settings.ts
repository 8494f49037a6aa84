// The start's settings, from the environment once, at the door.

import path from 'node:path'
import { z } from 'zod'
import { readEnvironment } from '#platform/read-environment.ts'

const port = z.coerce.number().int().min(1).max(65_535)

const Environment = z.object({
  TANDEM_HOME: z.string().min(1).default('.tandem'),
  TANDEM_PORT: port.default(7400),
  TANDEM_PI_PORT: port.default(7401),
  TANDEM_TX2_PORT: port.default(7402),
  /** Scenes that the candidates are profiled on. */
  TANDEM_DEMO_SCENES: z.coerce.number().int().min(40).max(20_000).default(1_200),
})

export interface StartSettings {
  readonly home: string
  readonly controlPort: number
  readonly piPort: number
  readonly tx2Port: number
  readonly scenes: number
  /** False with --no-demo: the processes run, and nothing is registered. */
  readonly hasDemo: boolean
}

export function readSettings(env: NodeJS.ProcessEnv, argv: readonly string[]): StartSettings {
  const unknown = argv.find((arg) => arg !== '--no-demo')
  if (unknown !== undefined)
    throw new Error(`Cannot start: option "${unknown}" is unknown, expected --no-demo or none`)
  const e = readEnvironment(Environment, env)
  return {
    home: path.resolve(e.TANDEM_HOME),
    controlPort: e.TANDEM_PORT,
    piPort: e.TANDEM_PI_PORT,
    tx2Port: e.TANDEM_TX2_PORT,
    scenes: e.TANDEM_DEMO_SCENES,
    hasDemo: !argv.includes('--no-demo'),
  }
}
