// Which client speaks to which edge: by the protocol that the manifest names, this platform's own where it names none.

import type { EdgeClient, EdgeTarget } from './edge-client.ts'
import { tandemClient } from './tandem-client.ts'

const CLIENTS: Record<string, (target: EdgeTarget) => EdgeClient> = {
  tandem: tandemClient,
}

export function clientFor(target: EdgeTarget): EdgeClient {
  const protocol = 'protocol' in target ? String(target.protocol) : 'tandem'
  const make = CLIENTS[protocol]
  if (!make)
    throw new RangeError(
      `Cannot speak to edge "${target.url}": its protocol is "${protocol}", expected one of ${Object.keys(CLIENTS).join(', ')}`,
    )
  return make(target)
}
