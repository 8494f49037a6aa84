// The control plane's settings, read once, at the door, from the environment with the files of settings beneath it.

import path from 'node:path'
import { z } from 'zod'
import { readEnvironment } from '#platform/read-environment.ts'
import { controlSettings } from '#platform/settings/control-settings.ts'
import { type BucketSettings, bucketSettingsOf } from './artifacts/store-settings.ts'
import type { AuthSettings } from './auth/auth-settings.ts'
import type { SignerOptions } from './manifest-signer.ts'

const Environment = z.object(controlSettings)

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
