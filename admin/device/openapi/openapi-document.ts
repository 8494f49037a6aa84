// The description of the devices' REST for those who write an agent of their own (OpenAPI 3.1). As for a worker's API
// only the document comes from @hono/zod-openapi: its routes would parse what the handlers parse themselves.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { z } from 'zod'
import { DEVICE_ROUTES, type DeviceRoute, TOKEN_LIVES } from './device-routes.ts'

const PREFIX = '/device/v1'
const TOKEN = 'deviceToken'

export function deviceOpenApi() {
  const app = new OpenAPIHono()
  const { openAPIRegistry: paths } = app
  paths.registerComponent('securitySchemes', TOKEN, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: TOKEN_LIVES,
  })
  for (const route of DEVICE_ROUTES) paths.registerPath(pathOf(route))
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tandem control plane, for devices',
      version: '1',
      description: 'What a device calls; the control plane never opens a connection to a device.',
    },
  })
}

function pathOf({ method, path, summary, isOpen, body, answers, ...request }: DeviceRoute) {
  const { params, query, headers } = request
  return {
    method,
    path: `${PREFIX}${path}`,
    summary,
    security: isOpen ? [] : [{ [TOKEN]: [] }],
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      ...(headers ? { headers } : {}),
      ...(body === undefined ? {} : { body: { required: true, content: contentOf(body) } }),
    },
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, [description, content]]) => [
        status,
        { description, ...(content === undefined ? {} : { content: contentOf(content) }) },
      ]),
    ),
  }
}

const contentOf = (content: z.ZodType | string) =>
  typeof content === 'string'
    ? { [content]: { schema: { type: 'string', format: 'binary' } as const } }
    : { 'application/json': { schema: content } }
