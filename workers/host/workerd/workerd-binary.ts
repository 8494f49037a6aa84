// Where npm has put workerd for this platform. Looked up when asked, since on a platform without a package
// the look-up itself throws, and such a device shall start all the same.

import { createRequire } from 'node:module'

export function workerdBinary(): string {
  const found: { default: string } = createRequire(import.meta.url)('workerd')
  return found.default
}
