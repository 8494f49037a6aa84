// See blackHole() in edge-server.ts.

import { createServer } from 'node:net'

const server = createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(server.address().port))
process.once('disconnect', () => process.exit(0))
