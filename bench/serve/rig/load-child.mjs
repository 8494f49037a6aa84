// The clients, in a process of their own: so many keep-alive connections, one request on each at a time, one image
// after the other, for a given time. It stays between rounds, so that rounds can take turns with those of a
// competitor. Plain JavaScript on undici: it starts without a loader and takes the least CPU, which here is the
// server's.

import { Pool } from 'undici'

process.once('disconnect', () => process.exit(1))
let target
let next = 0
process.on('message', async (message) => {
  if (message.target) target = message.target
  else process.send(await round(message.round))
})

async function round({ connections, durationMs }) {
  const pool = new Pool(target.url, { connections, pipelining: 1 })
  const latenciesMs = []
  const failures = []
  const begin = performance.now()
  const deadline = begin + durationMs
  const client = async () => {
    while (performance.now() < deadline) {
      const body = target.images[next++ % target.images.length]
      const start = performance.now()
      const response = await pool.request({ method: 'POST', path: target.path, body })
      const text = await response.body.text()
      if (response.statusCode === 200) latenciesMs.push(performance.now() - start)
      else failures.push(`${response.statusCode}: ${text.slice(0, 200)}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  const tookMs = performance.now() - begin
  await pool.close()
  return { latenciesMs: Float64Array.from(latenciesMs), tookMs, failures }
}
