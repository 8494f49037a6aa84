// The secret that signs cookies and encrypts the seeds of second factors, one for all control planes on a database:
// the first to start proposes one, and whoever comes second takes what is there.

import type { Db } from '../../db.ts'
import { authSecrets } from '../../schema/auth.ts'

export async function sharedSecret(db: Db, proposed: string): Promise<string> {
  const [present] = await db.select().from(authSecrets)
  if (present) return present.secret
  await db.insert(authSecrets).values({ secret: proposed }).onConflictDoNothing()
  return (await db.select().from(authSecrets))[0]!.secret
}
