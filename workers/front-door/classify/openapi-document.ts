// The description of a worker's API for those who write clients (OpenAPI 3.1), made of the same schemas that check
// requests and answers. Only the document comes from @hono/zod-openapi, not the routes: an image has no schema that a
// validator could check, and options come from two places of which one wins. (Its routes would cost nothing that can
// be measured: 0.05 ms a request with and without.)

import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import {
  BATCH_MAX,
  BATCH_MAX_BYTES,
  BatchAnswer,
  ClassifyAnswer,
  ClassifyOptions,
  ErrorBody,
  Health,
  IMAGE_MAX_BYTES,
  OPTION_HEADERS,
  Readiness,
} from '#contract/classify.ts'
import { DEPLOYMENT_HEADER } from '../deployment-header.ts'
import { REQUEST_ID_HEADER } from '../request-id.ts'

const BINARY = { type: 'string', format: 'binary' } as const
const MB = 1024 ** 2

const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

const REFUSALS = {
  400: 'The request is not as described here, or broke off.',
  401: 'The device asks for an API key, and none or a wrong one came.',
  408: 'The request came too slowly.',
  409: `The deployment that ${DEPLOYMENT_HEADER} names does not run here.`,
  413: 'Too many bytes, images or pixels.',
  415: 'Neither JPEG, PNG nor WebP, or encoded.',
  422: 'The image is damaged.',
  500: 'The worker failed.',
  503: 'Not now: nothing is deployed, too many wait, or the deadline passed. Retry-After says when again.',
}

const refusals = () =>
  Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [status, json(ErrorBody, description)]),
  )

const optionHeaders = z.object({
  ...Object.fromEntries(
    Object.entries(OPTION_HEADERS).map(([option, header]) => [
      header,
      ClassifyOptions.shape[option as keyof ClassifyOptions].describe(
        `As "${option}" in the query, which wins.`,
      ),
    ]),
  ),
  [REQUEST_ID_HEADER]: z
    .string()
    .optional()
    .describe(
      'Names the request in the answer and in logs; one is made where it is missing or not harmless.',
    ),
  [DEPLOYMENT_HEADER]: z.string().optional().describe('Only this deployment may answer.'),
})

export function openApiDocument() {
  const app = new OpenAPIHono()
  const { openAPIRegistry: paths } = app
  for (const [name, scheme] of Object.entries(SECURITY))
    paths.registerComponent('securitySchemes', name, scheme)
  paths.registerPath({
    method: 'post',
    path: '/v1/classify',
    operationId: 'classify',
    summary: 'Classify one image, or a batch of them',
    description:
      `The image as it is, of at most ${IMAGE_MAX_BYTES / MB} MB; or a form with 1 to ${BATCH_MAX} parts named ` +
      `"image", together at most ${BATCH_MAX_BYTES / MB} MB. One image is answered by itself, several by a list in ` +
      'their order, in which an error stands in the place of its image.',
    // Empty: no key, where the device asks for none.
    security: [...Object.keys(SECURITY).map((name) => ({ [name]: [] })), {}],
    request: {
      query: ClassifyOptions,
      headers: optionHeaders,
      body: {
        required: true,
        content: {
          'image/jpeg': { schema: BINARY },
          'image/png': { schema: BINARY },
          'image/webp': { schema: BINARY },
          'application/octet-stream': { schema: BINARY },
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['image'],
              properties: { image: { type: 'array', items: BINARY, minItems: 1, maxItems: BATCH_MAX } },
            },
          },
        },
      },
    },
    responses: {
      200: json(z.union([ClassifyAnswer, BatchAnswer]), 'The answer, or the answers of a batch.'),
      ...refusals(),
    },
  })
  paths.registerPath({
    method: 'get',
    path: '/healthz',
    summary: 'Does the process run?',
    responses: { 200: json(Health, 'It does.') },
  })
  paths.registerPath({
    method: 'get',
    path: '/readyz',
    summary: 'Does a deployment answer images?',
    responses: {
      200: json(Readiness, 'One does.'),
      503: json(Readiness, 'None does, or the worker is ending.'),
    },
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Tandem worker', version: '1', description: 'Classifies images, on both tiers alike.' },
  })
}

const SECURITY = {
  bearer: { type: 'http', scheme: 'bearer' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
} as const
