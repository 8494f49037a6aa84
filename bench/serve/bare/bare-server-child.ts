// The bare loop behind node:http and nothing else: no check, no limit, no error but a dead connection. What any server
// in front of the same work costs at least in Node; the difference to it is what a product's promises cost.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BareClassifier, type BareModel, openBareClassifier } from './bare-classify.ts'

let classifier: BareClassifier
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const best = await classifier.classify(Buffer.concat(chunks))
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ labels: [{ index: best }] }))
})

process.once('disconnect', () => process.exit(1))
process.once('message', async ({ setup }: { setup: BareModel }) => {
  classifier = await openBareClassifier(setup)
  server.listen(0, '127.0.0.1', () =>
    process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  )
})
