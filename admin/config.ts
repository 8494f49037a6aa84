// The control plane's settings, read from the environment once, at the door.

import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { readEnvironment } from '#platform/read-environment.ts'
import { type BucketSettings, bucketSettingsOf, storeEnvironment } from './artifacts/store-settings.ts'
import type { AuthSettings } from './auth/auth-settings.ts'
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
  /** How long decisions are kept one by one; what they add up to stays. */
  TANDEM_DECISION_DAYS: z.coerce.number().int().min(2).max(3_650).default(30),
  /** Where people reach the console; with https their cookies are Secure. */
  TANDEM_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Signs cookies; without it the control plane makes one and keeps it in the database. */
  TANDEM_AUTH_SECRET: z.string().min(32).optional(),
  /** Proxies in front, each of which adds to X-Forwarded-For. */
  TANDEM_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** Trainings and evaluations at once; 0: leave them to workers of their own (docs/jobs.md). */
  TANDEM_JOB_WORKERS: z.coerce.number().int().min(0).max(256).default(os.availableParallelism()),
  ...storeEnvironment,
  /** Operator domains that models may use beside those of ONNX Runtime, by commas. */
  TANDEM_MODEL_DOMAINS: z
    .string()
    .regex(/^[\w.-]+(,[\w.-]+)*$/)
    .optional(),
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
  /** Days that decisions and audits are kept for one by one. */
  readonly decisionDays: number
  /** Computations at once in this process, each about a core; 0: none. */
  readonly jobWorkers?: number
  /** Where artifacts and captures are; undefined: in folders of `home`. */
  readonly bucket?: BucketSettings | undefined
  /** How long what nothing refers to is kept. */
  readonly artifactGraceHours?: number
  /** How long an upload in parts waits for its next part. */
  readonly uploadHours?: number
  /** How people come in. */
  readonly auth?: AuthSettings
  /** Operator domains beside those that the runtime ships. */
  readonly modelDomains?: readonly string[] | undefined
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
    decisionDays: e.TANDEM_DECISION_DAYS,
    jobWorkers: e.TANDEM_JOB_WORKERS,
    bucket: bucketSettingsOf(e),
    artifactGraceHours: e.TANDEM_ARTIFACT_GRACE_HOURS,
    uploadHours: e.TANDEM_UPLOAD_HOURS,
    auth: { publicUrl: e.TANDEM_PUBLIC_URL, secret: e.TANDEM_AUTH_SECRET, proxies: e.TANDEM_PROXIES },
    modelDomains: e.TANDEM_MODEL_DOMAINS?.split(','),
    logLevel: e.LOG_LEVEL,
  }
}
