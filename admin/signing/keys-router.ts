// The keys that the running control plane tells devices, and which devices do not trust each of them yet. The keys
// themselves are files (platform/signing/key-folder.ts); what this process signs with is read once, when it starts.

import type { Page } from '#contract/api/page.ts'
import { trustedKeys } from '#db/queries/polls/trusted-keys.ts'
import { query, router } from '../api/trpc.ts'

/** Names in an answer: enough to go and look. */
const UNAWARE_MAX = 20

interface TrustedKey {
  readonly kid: string
  readonly signs: boolean
  /** How many of the devices. */
  readonly trustedBy: number
  readonly devices: number
  readonly unaware: readonly string[]
}

export const keysRouter = router({
  /** All of them on one page: there are two or three. */
  list: query.query(async ({ ctx }): Promise<Page<TrustedKey>> => {
    const devices = await trustedKeys(ctx.db)
    const items = ctx.signer.publicKeys.map(({ kid }) => {
      const unaware = devices.filter(({ kids }) => !kids.includes(kid)).map(({ name }) => name)
      return {
        kid,
        signs: kid === ctx.signer.publicKey.kid,
        trustedBy: devices.length - unaware.length,
        devices: devices.length,
        unaware: unaware.slice(0, UNAWARE_MAX),
      }
    })
    return { items, nextCursor: null }
  }),
})
