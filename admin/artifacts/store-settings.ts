// Where artifacts are kept: in the home folder, or, once TANDEM_S3_BUCKET or any other of its settings is there, in a
// bucket. Half a set of settings is a mistake and is told by the name of what is missing: falling back to the folder
// would hide every artifact of the bucket.

import type { z } from 'zod'
import type { S3Settings } from '#platform/artifacts/s3/s3-bucket.ts'
import type { storeSettings } from '#platform/settings/control-settings.ts'

/** The secret itself, or the file that holds it. */
export type BucketSettings = Omit<S3Settings, 'secretAccessKey'> &
  ({ readonly secretAccessKey: string } | { readonly secretAccessKeyFile: string })

type Environment = z.infer<z.ZodObject<typeof storeSettings>>

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
