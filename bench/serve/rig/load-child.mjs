// The clients, in a process of their own: so many keep-alive connections, one request on each at a time, one image
// after the other, for a given time. It stays between rounds, so that rounds can take turns with those of a
// competitor. Plain JavaScript, so that it starts without a loader.

import { headOf, leanClient } from './lean-client.mjs'

process.once('disconnect', () => process.exit(1))
let target
let next = 0
process.on('message', async (message) => {
  if (message.target) target = message.target
  else process.send(await round(message.round))
})

async function round({ connections, durationMs }) {
  const url = new URL(target.url)
  const clients = await Promise.all(Array.from({ length: connections }, () => leanClient(Number(url.port))))
  const latenciesMs = []
  const failures = []
  const begin = performance.now()
  const deadline = begin + durationMs
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < deadline) {
        const body = target.images[next++ % target.images.length]
        const start = performance.now()
        const { status, text } = await client.post(headOf(url, target.path, body.length), body)
        if (status === 200) latenciesMs.push(performance.now() - start)
        else failures.push(`${status}: ${text.slice(0, 200)}`)
      }
    }),
  )
  const tookMs = performance.now() - begin
  for (const client of clients) client.close()
  return { latenciesMs: Float64Array.from(latenciesMs), tookMs, failures }
}
