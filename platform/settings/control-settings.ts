// Settings of the control plane, of its job workers and of `tandem db`.

import os from 'node:os'
import { z } from 'zod'
import { number, setting, text, webAddress } from './setting.ts'
import { sharedSettings } from './shared-settings.ts'

const days = number().int().max(3_650)

export const storeSettings = {
  TANDEM_S3_ENDPOINT: setting(
    webAddress.optional(),
    'where the bucket is, without its name: http://minio:9000',
    { otherwise: 'artifacts are in folders of TANDEM_HOME' },
  ),
  TANDEM_S3_BUCKET: setting(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
      .optional(),
    'bucket for artifacts and captures',
  ),
  TANDEM_S3_REGION: setting(text, 'its region', { otherwise: 'us-east-1' }),
  TANDEM_S3_ACCESS_KEY_ID: setting(text, 'its access key'),
  TANDEM_S3_SECRET_ACCESS_KEY: setting(text, 'the secret of that key', { isSecret: true }),
  TANDEM_S3_SECRET_ACCESS_KEY_FILE: setting(text, 'the file that holds that secret', { isPath: true }),
  TANDEM_S3_PREFIX: setting(
    z
      .string()
      .regex(/^[\w./-]*$/, 'expected letters, digits, ".", "_", "-" and "/"')
      .optional(),
    'before every key, so that several installations can share a bucket',
  ),
  TANDEM_ARTIFACT_GRACE_HOURS: setting(
    number().min(1).max(87_600).default(168),
    'how long nobody may have touched an artifact that nothing refers to before it goes',
  ),
  TANDEM_UPLOAD_HOURS: setting(
    number().min(1).max(168).default(24),
    'how long an upload in parts waits for its next part; what is staged in a bucket goes after 14 days',
  ),
}

const { TANDEM_HOME, TANDEM_PORT, TANDEM_HOST, LOG_LEVEL } = sharedSettings

export const controlSettings = {
  ...{ TANDEM_HOME, TANDEM_PORT, TANDEM_HOST, LOG_LEVEL },
  DATABASE_URL: setting(
    z
      .url({ protocol: /^postgres(ql)?$/, message: 'expected an address such as postgres://host/name' })
      .optional(),
    'PostgreSQL; it may hold a password',
    { isSecret: true, otherwise: 'an embedded server in TANDEM_HOME' },
  ),
  TANDEM_SIGNING_KEY_FILE: setting(z.string().min(1).optional(), 'key that signs manifests', {
    isPath: true,
    otherwise: 'keys/manifest.jwk in TANDEM_HOME',
  }),
  TANDEM_SIGN_COMMAND: setting(
    z.string().min(1).optional(),
    'command that signs in place of the key, such as that of a hardware module',
  ),
  TANDEM_CAPTURE_DAYS: setting(days.min(1).default(30), 'how long captured images are kept'),
  TANDEM_DECISION_DAYS: setting(
    days.min(2).default(30),
    'how long decisions are kept one by one; what they add up to stays',
  ),
  TANDEM_PUBLIC_URL: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'where people reach the console; with https their cookies are Secure',
  ),
  TANDEM_AUTH_SECRET: setting(z.string().min(32).optional(), 'signs cookies', {
    isSecret: true,
    otherwise: 'one is made and kept in the database',
  }),
  TANDEM_PROXIES: setting(
    number().int().min(0).max(10).default(0),
    'proxies in front, each of which adds to X-Forwarded-For',
  ),
  TANDEM_JOB_WORKERS: setting(
    number().int().min(0).max(256).default(os.availableParallelism()),
    'trainings and evaluations at once; 0: leave them to workers of their own (docs/jobs.md)',
    { otherwise: 'one a core' },
  ),
  ...storeSettings,
  TANDEM_MODEL_DOMAINS: setting(
    z
      .string()
      .regex(/^[\w.-]+(,[\w.-]+)*$/)
      .optional(),
    'operator domains that models may use beside those of ONNX Runtime, by commas',
  ),
}
