// A client that says exactly what it is told to, byte for byte, and reads all answers until the connection ends.

import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Manner {
  /** Closes its half when it has said everything. */
  readonly end?: boolean
  /** Between two parts. */
  readonly pauseMs?: number
}

export async function converse(
  url: string,
  parts: readonly (string | Uint8Array)[],
  { end = false, pauseMs = 0 }: Manner = {},
): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url)
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
  const heard: Buffer[] = []
  socket.on('data', (chunk) => heard.push(chunk))
  // A reset after the answer is one way of ending.
  const closed = new Promise<void>((resolve) => socket.once('error', () => resolve()).once('end', resolve))
  for (const part of parts) {
    if (socket.destroyed) break
    socket.write(part)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  if (end) socket.end()
  await closed
  socket.destroy()
  return readAnswers(Buffer.concat(heard))
}

/** Answers with a length, one after the other. */
function readAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd < 0) throw new Error(`not an answer: ${rest}`)
    const [line, ...lines] = rest.subarray(0, headEnd).toString().split('\r\n')
    const headers = Object.fromEntries(
      lines.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]),
    )
    const status = Number(line!.split(' ')[1])
    const length = status < 200 ? 0 : Number(headers['content-length'])
    if (Number.isNaN(length)) throw new Error(`an answer without its length: ${rest}`)
    const bodyEnd = headEnd + 4 + length
    if (status >= 200) answers.push({ status, headers, body: rest.subarray(headEnd + 4, bodyEnd).toString() })
    rest = rest.subarray(bodyEnd)
  }
  return answers
}
