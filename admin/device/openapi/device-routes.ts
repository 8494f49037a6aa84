// The devices' REST as data: what each route takes and answers, by the schemas that the handlers parse and that devices
// read with. The document is made of it, and so is the test that throws nonsense at every field.

import { z } from 'zod'
import { ErrorBody } from '#contract/classify.ts'
import {
  DecisionAck,
  DecisionBatch,
  DeviceReport,
  EnrolAnswer,
  EnrolRequest,
  FeatureBatch,
  JOBS_HEADER,
  JobAnswer,
  JobDone,
  JobEnded,
  JobFailed,
  JobsSaid,
  OutcomeBatch,
  RowsAck,
} from '#contract/device-api.ts'
import { Digest } from '#contract/digest.ts'
import { CaptureAnswer, CaptureBatch } from '#contract/observe/capture.ts'

export interface DeviceRoute {
  readonly method: 'get' | 'post' | 'put'
  /** Below /device/v1, as OpenAPI writes it. */
  readonly path: string
  readonly summary: string
  /** Without a device's token. */
  readonly isOpen?: true
  /** JSON, or the media type of bytes. */
  readonly body?: z.ZodType | string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  /** By status: what it means, and JSON or the media type of bytes. */
  readonly answers: Readonly<Record<number, readonly [words: string, content?: z.ZodType | string]>>
}

export const TOKEN_LIVES =
  'A JWT (RFC 7519) that the device signs with the Ed25519 key of its enrolment: `kid` and `iss` are its id, `aud` is ' +
  '`tandem-control`, `iat` at most 120 s ago, `exp` set.'

const refused = (words: string) => [words, ErrorBody] as const
const REFUSED = {
  400: refused('The request is not as described here; the sentence names the field.'),
  401: refused('The token is missing or not valid, or the device was revoked.'),
  404: refused('Nothing of that name is there for this device.'),
  409: refused('Not as things stand: the sentence says why.'),
  413: refused('The body is too large.'),
}
const { 400: invalid, 401: unauthorised, 404: missing, 409: conflict, 413: tooLarge } = REFUSED
const POSTED = { 400: invalid, 401: unauthorised, 413: tooLarge }

const ById = z.object({ id: z.string().describe('Of the job.') })
const ByDigest = z.object({ digest: Digest })
const OCTETS = 'application/octet-stream'

export const DEVICE_ROUTES: readonly DeviceRoute[] = [
  {
    method: 'post',
    path: '/enrol',
    summary: 'Enrol with a one-time code',
    isOpen: true,
    body: EnrolRequest,
    answers: {
      201: ['Enrolled: the device pins these keys.', EnrolAnswer],
      ...POSTED,
      401: refused('The code is unknown, used, expired or for the other tier.'),
      409: conflict,
    },
  },
  {
    method: 'get',
    path: '/manifest',
    summary: 'What the device must run now',
    query: z.object({
      wait: z.string().optional().describe('Seconds to wait for something new, at most 30.'),
      jobs: z.literal('tell').optional().describe(`Ends the wait for a job too, and answers ${JOBS_HEADER}.`),
    }),
    headers: z.object({ 'if-none-match': z.string().optional().describe('ETag of the manifest at hand.') }),
    answers: {
      200: [
        `The manifest as a JWS; its digest is the ETag. ${JOBS_HEADER}: ${JobsSaid.options.join(' or ')}.`,
        'application/jose',
      ],
      304: ['Nothing new.'],
      401: unauthorised,
    },
  },
  {
    method: 'post',
    path: '/report',
    summary: 'How far the device is with its manifest',
    body: DeviceReport,
    answers: { 204: ['Recorded.'], ...POSTED },
  },
  {
    method: 'get',
    path: '/artifacts/{digest}',
    summary: 'Bytes that the device was told of, whole or one range',
    params: ByDigest,
    headers: z.object({
      range: z.string().optional().describe('One range of bytes, RFC 9110 section 14.'),
      'if-range': z.string().optional(),
      'if-none-match': z.string().optional(),
    }),
    answers: {
      200: ['All bytes.', OCTETS],
      206: ['The range.', OCTETS],
      304: ['At hand already.'],
      400: invalid,
      401: unauthorised,
      404: missing,
      416: ['The range begins behind the end.'],
    },
  },
  {
    method: 'get',
    path: '/jobs/next',
    summary: 'The measurement to go on with',
    answers: { 200: ['The job, or null.', JobAnswer], 401: unauthorised },
  },
  {
    method: 'post',
    path: '/jobs/{id}/rows',
    summary: 'Rows of a job, in order; a repeated batch changes nothing',
    params: ById,
    body: z.union([OutcomeBatch, FeatureBatch]),
    answers: { 200: ['Stored up to there.', RowsAck], ...POSTED, 404: missing, 409: conflict },
  },
  {
    method: 'post',
    path: '/jobs/{id}/done',
    summary: 'All rows of a job are there',
    params: ById,
    body: JobDone,
    answers: { 200: ['Its state.', JobEnded], ...POSTED, 404: missing, 409: conflict },
  },
  {
    method: 'post',
    path: '/jobs/{id}/failed',
    summary: 'A job cannot be done',
    params: ById,
    body: JobFailed,
    answers: { 200: ['Its state.', JobEnded], ...POSTED, 404: missing },
  },
  {
    method: 'post',
    path: '/captures',
    summary: 'Offer hard images',
    body: CaptureBatch,
    answers: { 200: ['What to do with each.', CaptureAnswer], ...POSTED },
  },
  {
    method: 'put',
    path: '/captures/{digest}',
    summary: 'The bytes of an image that is wanted',
    params: ByDigest,
    headers: z.object({
      'content-range': z
        .string()
        .optional()
        .describe('`bytes FROM-TO/SIZE`, from where the answer to the offer says.'),
    }),
    body: OCTETS,
    answers: { 204: ['Stored.'], 400: invalid, 401: unauthorised, 404: missing, 409: conflict },
  },
  {
    method: 'post',
    path: '/decisions',
    summary: 'Decisions and audits; those that are stored already change nothing',
    body: DecisionBatch,
    answers: { 200: ['All up to there are stored.', DecisionAck], ...POSTED },
  },
]
