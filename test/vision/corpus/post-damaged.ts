// Posts damaged images to a front door over HTTP, a whole one after every few, and judges the answers: each must be a
// 2xx, or a 4xx that says why by a code; a whole image must be a 2xx whatever was sent before it.

import { Pool } from 'undici'
import type { Damage, DamageKind } from './damage.ts'
import type { WholeImage } from './whole-images.ts'

export interface Posted {
  readonly kind: DamageKind | 'whole'
  readonly name: string
  /** 0 where there was no answer. */
  readonly status: number
  /** The reason that a refusal names, or what went wrong without an answer. */
  readonly reason: string
  readonly ms: number
}

export interface PostPlan {
  readonly url: string
  readonly damages: readonly Damage[]
  readonly whole: readonly WholeImage[]
  readonly connections: number
  readonly onPosted?: (posted: Posted, done: number) => void
}

/** A whole image after so many damaged ones. */
const WHOLE_EVERY = 8
/** Far beyond what any image may take: what is not answered by then hangs. */
const TIMEOUT_MS = 60_000

export async function postDamaged({
  url,
  damages,
  whole,
  connections,
  onPosted,
}: PostPlan): Promise<Posted[]> {
  const pool = new Pool(url, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  const all: Posted[] = []
  let next = 0
  const note = (posted: Posted) => {
    all.push(posted)
    onPosted?.(posted, all.length)
  }
  const client = async () => {
    for (let i = next++; i < damages.length; i = next++) {
      const { kind, name, make } = damages[i]!
      note({ kind, name, ...(await post(pool, await make())) })
      if (i % WHOLE_EVERY !== 0) continue
      const image = whole[(i / WHOLE_EVERY) % whole.length]!
      note({ kind: 'whole', name: image.name, ...(await post(pool, image.bytes)) })
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  await pool.close()
  return all
}

async function post(pool: Pool, body: Buffer): Promise<Pick<Posted, 'status' | 'reason' | 'ms'>> {
  const start = performance.now()
  const took = () => performance.now() - start
  try {
    const response = await pool.request({ method: 'POST', path: '/v1/classify', body })
    const text = await response.body.text()
    return { status: response.statusCode, reason: reasonOf(response.statusCode, text), ms: took() }
  } catch (error) {
    return { status: 0, reason: error instanceof Error ? error.message : 'unknown', ms: took() }
  }
}

function reasonOf(status: number, text: string): string {
  if (status === 200) return ''
  try {
    const code: unknown = JSON.parse(text).error?.code
    return typeof code === 'string' ? code : ''
  } catch {
    return ''
  }
}

/** What may not be: no answer, a 5xx, a refusal without a reason, a whole image that is refused. */
export const isWrong = ({ kind, status, reason }: Posted): boolean =>
  !(status === 200 || (kind !== 'whole' && status >= 400 && status < 500 && reason !== ''))
