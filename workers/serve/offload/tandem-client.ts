// Asks an edge worker of this platform: POST /v1/classify, naming the deployment whose edge half must answer.

import { Pool } from 'undici'
import { ClassifyAnswer, OPTION_HEADERS } from '#contract/classify.ts'
import { DEPLOYMENT_HEADER } from '../../front-door/deployment-header.ts'
import type { ServedImage } from '../request-context.ts'
import { connectWithin } from './connect-within.ts'
import {
  type EdgeAnswer,
  type EdgeCall,
  type EdgeClient,
  EdgeRefused,
  type EdgeTarget,
  refusedByStatus,
} from './edge-client.ts'
import { type ToldSends, toldSends } from './told-sends.ts'

/** As many as the edge's front door works on at a time. */
const CONNECTIONS = 8
/** Node closes idle connections after 5 s; whoever sends must let go first. */
const KEEP_ALIVE_MS = 3_000
/** An honest answer has five labels: under 2 KB. */
const ANSWER_MAX_BYTES = 64 * 1024
/** The least that the edge's front door takes for one. */
const DEADLINE_MIN_MS = 10

export function tandemClient({ url, connectMs, apiKey }: EdgeTarget): EdgeClient {
  const pool = new Pool(new URL(url).origin, {
    connections: CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: ANSWER_MAX_BYTES,
    connect: connectWithin(connectMs),
  })
  const line = pool.compose(toldSends)
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  return {
    async classify({ bytes, context }: ServedImage, call: EdgeCall): Promise<EdgeAnswer> {
      const { statusCode, headers, body } = await line.request<null>({
        method: 'POST',
        path: `/v1/classify?topK=${call.topK}`,
        headers: {
          'content-type': 'application/octet-stream',
          [DEPLOYMENT_HEADER]: call.deployment.id,
          [OPTION_HEADERS.deadlineMs]: String(Math.max(DEADLINE_MIN_MS, Math.round(call.deadlineMs))),
          'x-request-id': context.requestId,
          ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
          ...authorization,
        },
        body: bytes,
        signal: call.signal,
        ...({ onSent: call.onSent } satisfies ToldSends),
      })
      if (statusCode !== 200) {
        await body.dump()
        throw refusedByStatus(statusCode, headers['retry-after'])
      }
      return readAnswer(await body.text())
    },
    [Symbol.asyncDispose]: () => pool.close(),
  }
}

function readAnswer(text: string): EdgeAnswer {
  try {
    return ClassifyAnswer.parse(JSON.parse(text))
  } catch (cause) {
    throw new EdgeRefused('failed', 'the edge answered with something that is not an answer', { cause })
  }
}
