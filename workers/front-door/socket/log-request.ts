// One line for each request, when its answer is out or its client is gone: at debug, or as a warning where the worker
// could not answer. Paths without their query; what is in an image or a key is in no log.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'

export function logRequest(
  log: Logger,
  requestId: string,
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
): void {
  const atMs = performance.now()
  outgoing.once('close', () => {
    const level = outgoing.statusCode >= 500 ? 'warn' : 'debug'
    if (!log.isLevelEnabled(level)) return
    log[level](
      {
        requestId,
        method: incoming.method,
        path: incoming.url?.split('?', 1)[0],
        status: outgoing.statusCode,
        // The client had left, or was cut, before it had its answer.
        isCut: !outgoing.writableFinished,
        ms: performance.now() - atMs,
      },
      'request',
    )
  })
}
