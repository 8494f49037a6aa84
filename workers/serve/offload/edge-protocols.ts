// Which client speaks to which edge: by the protocol that the manifest names, this platform's own where it names none.

import { OipEdge } from '../../oip/oip-edge.ts'
import type { EdgeClient, EdgeTarget, ReadLabels } from './edge-client.ts'
import { tandemClient } from './tandem-client.ts'

const CLIENTS: Record<string, (target: EdgeTarget, readLabels?: ReadLabels) => EdgeClient> = {
  tandem: tandemClient,
  'oip-v2': (target, readLabels) => new OipEdge(target, { readLabels }),
}

export function clientFor(target: EdgeTarget, readLabels?: ReadLabels): EdgeClient {
  const { protocol = 'tandem' } = target
  const make = CLIENTS[protocol]
  if (!make)
    throw new RangeError(
      `Cannot speak to edge "${target.url}": its protocol is "${protocol}", expected one of ${Object.keys(CLIENTS).join(', ')}`,
    )
  return make(target, readLabels)
}
