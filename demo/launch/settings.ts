// The start's settings, from the environment once, at the door.

import path from 'node:path'
import { z } from 'zod'
import { readEnvironment } from '#platform/read-environment.ts'
import { demoSettings, sharedSettings } from '#platform/settings/shared-settings.ts'
import { type CandidateName, CandidateNames } from '../candidate-names.ts'

const { TANDEM_HOME, TANDEM_PORT, TANDEM_PI_PORT, TANDEM_TX2_PORT } = sharedSettings
/** Printed and asked at, so none that the system chooses. */
const chosen = <T extends z.ZodType<number>>(port: T) => port.refine((n) => n > 0, 'expected a port above 0')

const Environment = z.object({
  TANDEM_HOME,
  TANDEM_PORT: chosen(TANDEM_PORT),
  TANDEM_PI_PORT: chosen(TANDEM_PI_PORT),
  TANDEM_TX2_PORT: chosen(TANDEM_TX2_PORT),
  ...demoSettings,
  TANDEM_DEMO_MODELS: CandidateNames,
})

export interface StartSettings {
  readonly home: string
  readonly controlPort: number
  readonly piPort: number
  readonly tx2Port: number
  readonly scenes: number
  readonly models: readonly CandidateName[]
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
    models: e.TANDEM_DEMO_MODELS,
    hasDemo: !argv.includes('--no-demo'),
  }
}
