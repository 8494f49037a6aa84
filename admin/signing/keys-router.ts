// The keys that the running control plane tells devices, and which devices do not trust each of them yet. The keys
// themselves are files (platform/signing/key-folder.ts); what this process signs with is read once, when it starts.

import { trustedKeys } from '#db/queries/polls/trusted-keys.ts'
import { query, router } from '../api/trpc.ts'

/** Names in an answer: enough to go and look. */
const UNAWARE_MAX = 20

export const keysRouter = router({
  list: query.query(async ({ ctx }) => {
    const devices = await trustedKeys(ctx.db)
    return ctx.signer.publicKeys.map(({ kid }) => {
      const unaware = devices.filter(({ kids }) => !kids.includes(kid)).map(({ name }) => name)
      return {
        kid,
        signs: kid === ctx.signer.publicKey.kid,
        trustedBy: devices.length - unaware.length,
        devices: devices.length,
        unaware: unaware.slice(0, UNAWARE_MAX),
      }
    })
  }),
})
