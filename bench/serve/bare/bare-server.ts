// The near end of bare-server-child.ts, as a contender that is asked over HTTP.

import { ask, type Contender, httpContender, resident } from '../rig/contender.ts'
import type { Workload } from '../rig/workload.ts'

export async function bareServer({ model, images }: Workload): Promise<Contender> {
  const child = resident('../bare/bare-server-child.ts', ['--import', 'tsx'])
  const { url } = await ask<{ url: string }>(child, { setup: { file: model.file, contract: model.contract } })
  const own = {
    async [Symbol.asyncDispose]() {
      child.kill()
    },
  }
  return httpContender('bare loop behind node:http', { pid: child.pid!, url, path: '/', images }, own)
}
