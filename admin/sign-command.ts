// The command that signs manifests outside of this process: bytes in, text out, within a time. It gets none of our
// environment but the usual PATH, and what it complains about goes to our log's stream, never into an answer.

import { spawn } from 'node:child_process'

/** A network HSM answers within one second; ten is a hang. */
const TIMEOUT_MS = 10_000
/** A manifest is at most 256 KiB, its JWS a third more. */
const OUTPUT_MAX_BYTES = 512 * 1024

export function runSignCommand(command: string, payload: Uint8Array): Promise<string> {
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > OUTPUT_MAX_BYTES) child.kill('SIGKILL')
      else chunks.push(chunk)
    })
    child.once('error', reject)
    // A command that ends without reading breaks the pipe; its exit code says more.
    child.stdin.on('error', () => undefined)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
      else reject(new Error(`the sign command ended with ${signal ?? code}, expected 0`))
    })
    child.stdin.end(payload)
  })
}
