// What answers the manifest polls of one control plane: who a device is, and what it is to run. One of each, whichever
// way a poll takes.

import type { Context } from '../../context.ts'
import { DeviceAuth } from '../device-auth.ts'
import { ManifestPolls } from '../manifest-polls.ts'

export interface DevicePolls {
  readonly auth: DeviceAuth
  readonly polls: ManifestPolls
}

export function openPolls(ctx: Context): DevicePolls {
  const auth = new DeviceAuth(ctx.db)
  return { auth, polls: new ManifestPolls(ctx, (id) => auth.trusted(id)) }
}
