// The answer to ListMultipartUploads, of which s3mini hands out its XML as it came: one upload is no list there, and
// numbers are texts.

import { z } from 'zod'

export interface OpenUpload {
  readonly key: string
  readonly uploadId: string
  readonly begunAtMs: number
}

const Upload = z.object({ Key: z.string(), UploadId: z.string(), Initiated: z.string() })
const Answer = z.object({
  ListMultipartUploadsResult: z.object({
    Upload: z.union([z.array(Upload), Upload.transform((one) => [one])]).optional(),
  }),
})

export function readOpenUploads(answer: unknown): OpenUpload[] {
  const parsed = Answer.safeParse(answer)
  if (!parsed.success) return []
  return (parsed.data.ListMultipartUploadsResult.Upload ?? []).map(({ Key, UploadId, Initiated }) => ({
    key: Key,
    uploadId: UploadId,
    begunAtMs: Date.parse(Initiated),
  }))
}
