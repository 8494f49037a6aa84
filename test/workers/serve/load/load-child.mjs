// A client in a process of its own, so that its work does not count as the server's: a fixed number of keep-alive
// connections, one request on each at a time. It tells of every request when it began and ended (by the monotonic
// clock, which processes share) and how: the status, or 0 where the connection failed. Plain JavaScript: it starts
// without a loader.

import { Pool } from 'undici'

const TELL_EVERY_MS = 100

process.once('disconnect', () => process.exit(1))
process.once('message', run)

/** Milliseconds since the machine started. */
const now = () => Number(process.hrtime.bigint()) / 1e6

async function run({ url, path, image, connections, requests, timeoutMs }) {
  const pool = new Pool(url, { connections, pipelining: 1 })
  let left = requests
  let rows = []
  let errors = []
  const tell = () => {
    if (rows.length > 0) process.send({ rows: Float64Array.from(rows), errors })
    rows = []
    errors = []
  }
  const timer = setInterval(tell, TELL_EVERY_MS)
  process.once('message', () => {
    left = 0
  })
  const one = async () => {
    const begin = now()
    let status = 0
    let byFallback = 0
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await pool.request({ method: 'POST', path, body: image, signal })
      const text = await response.body.text()
      status = response.statusCode
      if (status === 200) byFallback = Number(JSON.parse(text).byFallback)
      else errors.push(text.slice(0, 300))
    } catch (error) {
      errors.push(`${error.name} ${error.code ?? ''}: ${error.message}`)
    }
    rows.push(begin, now(), status, byFallback)
  }
  const client = async () => {
    while (left > 0) {
      left--
      await one()
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  clearInterval(timer)
  tell()
  await pool.close()
  process.send({ done: true }, () => process.exit(0))
}
