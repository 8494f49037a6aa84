// A control plane that is killed as it begins to answer one procedure: what the call did is committed, and nobody hears.

import { ServerResponse } from 'node:http'
import { readControlConfig } from '#admin/config.ts'
import { startControlPlane } from '#admin/wire.ts'

const procedure = process.env.DIES_AT!
const { writeHead } = ServerResponse.prototype
ServerResponse.prototype.writeHead = function (this: ServerResponse, ...args: never[]) {
  if (this.req.url?.includes(procedure)) process.kill(process.pid, 'SIGKILL')
  return (writeHead as (...all: never[]) => ServerResponse).apply(this, args)
} as typeof writeHead

const control = await startControlPlane(readControlConfig(process.env))
process.send?.({ ready: control.url })
