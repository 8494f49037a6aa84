// Headers that something behind the front door believes when it sees them: workerd's own (MF-*, CF-*) and what the
// host tells a function (x-tandem-*). From a client they are removed before anything reads them, whatever forwards
// headers one day. The deployment's is for clients: the local tier names it to the edge.

import type { IncomingMessage } from 'node:http'
import { DEPLOYMENT_HEADER } from '../deployment-header.ts'

const TRUSTED = /^(?:mf-|cf-|x-tandem-)/i

export function stripTrusted(incoming: IncomingMessage): void {
  const { rawHeaders, headers } = incoming
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!
    if (!TRUSTED.test(name) || name.toLowerCase() === DEPLOYMENT_HEADER) continue
    rawHeaders.splice(i, 2)
    delete headers[name.toLowerCase()]
  }
}
