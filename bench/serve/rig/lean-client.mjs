// A client over one keep-alive connection that does next to nothing itself: on a machine whose cores clients and
// servers share, what a client's HTTP library takes is missing from the server and stands in its latency. One request
// at a time; the answer's length from `Content-Length` or from the last chunk, nothing else of it is read.

import { connect } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')
/** Bytes; answers that are longer are put together. */
const READ_BYTES = 64 * 1024

/** @returns {Promise<{post(head: Buffer, body: Uint8Array): Promise<{status: number, text: string}>, close(): void}>} */
export async function leanClient(port) {
  let waiting
  let received = Buffer.alloc(0)
  const socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: { buffer: Buffer.allocUnsafe(READ_BYTES), callback: onRead },
  })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.removeAllListeners('error')
  const fail = (error) => waiting?.reject(error ?? new Error('the server hung up'))
  socket.on('error', fail).on('close', () => fail())

  function onRead(length, buffer) {
    received = Buffer.concat([received, buffer.subarray(0, length)])
    const answer = answerIn(received)
    if (!answer || !waiting) return true
    received = received.subarray(received.length)
    const { resolve } = waiting
    waiting = undefined
    resolve(answer)
    return true
  }

  return {
    post: (head, body) =>
      new Promise((resolve, reject) => {
        // What is written to it would be lost without a word.
        if (socket.destroyed) return reject(new Error('the server hung up'))
        waiting = { resolve, reject }
        socket.cork()
        socket.write(head)
        socket.write(body)
        socket.uncork()
      }),
    close: () => socket.destroy(),
  }
}

/** Head of a `POST`, as bytes. */
export const headOf = (url, path, length) =>
  Buffer.from(`POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: ${length}\r\n\r\n`)

function answerIn(bytes) {
  const end = bytes.indexOf(HEAD_END)
  if (end < 0) return undefined
  const head = bytes.latin1Slice(0, end)
  const body = end + HEAD_END.length
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const isWhole =
    length === undefined
      ? bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
      : bytes.length >= body + Number(length)
  return isWhole ? { status: Number(head.slice(9, 12)), text: bytes.toString('utf8', body) } : undefined
}
