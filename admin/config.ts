// The control plane's settings, read from the environment once, at the door.

import path from 'node:path'
import { z } from 'zod'
import { readEnvironment } from '#platform/read-environment.ts'
import type { SignerOptions } from './manifest-signer.ts'

const port = z.coerce.number().int().min(0).max(65_535)

const Environment = z.object({
  TANDEM_HOME: z.string().min(1).default('.tandem'),
  TANDEM_PORT: port.default(7400),
  TANDEM_HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TANDEM_SIGNING_KEY_FILE: z.string().min(1).optional(),
  TANDEM_SIGN_COMMAND: z.string().min(1).optional(),
  /** How long captured images are kept. */
  TANDEM_CAPTURE_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

export interface ControlConfig {
  readonly home: string
  readonly port: number
  readonly host: string
  /** Undefined: the embedded server under `home`. */
  readonly databaseUrl: string | undefined
  /** Who signs manifests; undefined: a key file under `home`. */
  readonly signing?: SignerOptions
  /** Days that captured images are kept for. */
  readonly captureDays: number
  readonly logLevel: string
}

export function readControlConfig(env: NodeJS.ProcessEnv): ControlConfig {
  const e = readEnvironment(Environment, env)
  return {
    home: path.resolve(e.TANDEM_HOME),
    port: e.TANDEM_PORT,
    host: e.TANDEM_HOST,
    databaseUrl: e.DATABASE_URL,
    signing: { keyFile: e.TANDEM_SIGNING_KEY_FILE, command: e.TANDEM_SIGN_COMMAND },
    captureDays: e.TANDEM_CAPTURE_DAYS,
    logLevel: e.LOG_LEVEL,
  }
}
