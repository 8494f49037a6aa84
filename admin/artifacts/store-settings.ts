// Where artifacts are kept: in the home folder, or, once TANDEM_S3_BUCKET or any other of its settings is there, in a
// bucket. Half a set of settings is a mistake and is told by the name of what is missing: falling back to the folder
// would hide every artifact of the bucket.

import { z } from 'zod'
import type { S3Settings } from '#platform/artifacts/s3/s3-bucket.ts'

const text = z.string().trim().min(1).optional()

export const storeEnvironment = {
  /** Without the bucket: https://s3.eu-central-1.amazonaws.com, http://minio:9000. */
  TANDEM_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  TANDEM_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
    .optional(),
  TANDEM_S3_REGION: text,
  TANDEM_S3_ACCESS_KEY_ID: text,
  TANDEM_S3_SECRET_ACCESS_KEY: text,
  TANDEM_S3_SECRET_ACCESS_KEY_FILE: text,
  /** Before every key, so that several installations can share a bucket. */
  TANDEM_S3_PREFIX: z
    .string()
    .regex(/^[\w./-]*$/, 'expected letters, digits, ".", "_", "-" and "/"')
    .optional(),
  /** How long nobody may have touched an artifact that nothing refers to before it goes. */
  TANDEM_ARTIFACT_GRACE_HOURS: z.coerce.number().min(1).max(87_600).default(168),
  /** How long an upload in parts waits for its next part; what is staged in a bucket goes after 14 days. */
  TANDEM_UPLOAD_HOURS: z.coerce.number().min(1).max(168).default(24),
}

/** The secret itself, or the file that holds it. */
export type BucketSettings = Omit<S3Settings, 'secretAccessKey'> &
  ({ readonly secretAccessKey: string } | { readonly secretAccessKeyFile: string })

type Environment = z.infer<z.ZodObject<typeof storeEnvironment>>

/** Undefined where no setting asks for a bucket. */
export function bucketSettingsOf(e: Environment): BucketSettings | undefined {
  const asks = Object.entries(e).some(([name, value]) => name.startsWith('TANDEM_S3_') && value !== undefined)
  if (!asks) return undefined
  const needed = (name: keyof Environment): string => {
    const value = e[name]
    if (typeof value === 'string') return value
    throw new Error(`Cannot read setting "${name}": it is missing, and other TANDEM_S3_ settings are there`)
  }
  const file = e.TANDEM_S3_SECRET_ACCESS_KEY_FILE
  if (file !== undefined && e.TANDEM_S3_SECRET_ACCESS_KEY !== undefined)
    throw new Error(
      'Cannot read setting "TANDEM_S3_SECRET_ACCESS_KEY_FILE": TANDEM_S3_SECRET_ACCESS_KEY is there too, expected one',
    )
  const prefix = (e.TANDEM_S3_PREFIX ?? '').replace(/^\/+|\/+$/g, '')
  return {
    endpoint: needed('TANDEM_S3_ENDPOINT'),
    bucket: needed('TANDEM_S3_BUCKET'),
    // Most servers but AWS take any; this one they all know.
    region: e.TANDEM_S3_REGION ?? 'us-east-1',
    accessKeyId: needed('TANDEM_S3_ACCESS_KEY_ID'),
    prefix: prefix === '' ? '' : `${prefix}/`,
    ...(file === undefined
      ? { secretAccessKey: needed('TANDEM_S3_SECRET_ACCESS_KEY') }
      : { secretAccessKeyFile: file }),
  }
}
