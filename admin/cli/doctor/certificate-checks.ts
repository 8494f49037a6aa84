// Certificates before they expire: those that others show us, and the one that a worker of this machine shows.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'
import { fileWords } from '../shell/end-of-command.ts'
import { type Check, failed, ok, warning } from './check.ts'

const DAY_MS = 86_400_000
/** Time enough for somebody to renew it by hand. */
const WARN_DAYS = 30
const CONNECT_MAX_MS = 3_000

/** Of the addresses that begin with https; those that cannot be reached are told of elsewhere. */
export async function certificateChecks(
  addresses: readonly string[],
  file: string | undefined,
): Promise<Check[]> {
  const secure = [...new Set(addresses.filter((a) => a.startsWith('https:')).map((a) => new URL(a).origin))]
  const shown = await Promise.all(
    secure.map(async (origin) => {
      const expiresAt = await expiryOf(new URL(origin))
      return expiresAt === undefined ? [] : [expiryCheck(origin, expiresAt)]
    }),
  )
  return [...shown.flat(), ...(file === undefined ? [] : [await fileCheck(file)])]
}

function expiryCheck(of: string, expiresAt: number): Check {
  const days = Math.floor((expiresAt - Date.now()) / DAY_MS)
  const name = `certificate of ${of}`
  const fix = 'renew it, and start anew whoever shows it'
  if (days < 0) return failed(name, `has expired ${-days} days ago`, fix)
  const says = `good for ${days} days more`
  return days < WARN_DAYS ? warning(name, says, fix) : ok(name, says)
}

/** Looked at only: whether it is trusted, fetch decides. */
function expiryOf({ hostname, port }: URL): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: Number(port || 443),
      servername: hostname,
      rejectUnauthorized: false,
      timeout: CONNECT_MAX_MS,
    })
    const end = (expiresAt: number | undefined) => {
      socket.destroy()
      resolve(expiresAt)
    }
    socket.once('secureConnect', () => end(Date.parse(socket.getPeerCertificate().valid_to)))
    socket.once('error', () => end(undefined))
    socket.once('timeout', () => end(undefined))
  })
}

async function fileCheck(file: string): Promise<Check> {
  try {
    return expiryCheck(file, Date.parse(new X509Certificate(await readFile(file)).validTo))
  } catch (error) {
    const why =
      error instanceof Error && 'syscall' in error
        ? fileWords(error as NodeJS.ErrnoException)
        : 'is no certificate'
    return failed(`certificate of ${file}`, why, 'set TANDEM_TLS_CERT to a PEM file that can be read')
  }
}
