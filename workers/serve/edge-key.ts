// The device's key for edges, and which of them it is meant for. Where no host is named it is for this platform's own
// edges, which enrolled with the same control plane and whose addresses come in signed manifests; a server of others
// never gets it then. Where hosts are named it goes to these alone, whatever they speak. Matched by origin (scheme, host
// and port: RFC 6454), and nobody here follows redirects.

import type { Manifest } from '#contract/manifest.ts'

export interface EdgeKey {
  readonly key: string
  /** Undefined: of no host by name. */
  readonly origins: ReadonlySet<string> | undefined
}

export function keyFor(
  edgeKey: EdgeKey | undefined,
  { url, protocol }: Manifest['edges'][number],
): string | undefined {
  const isMeant = edgeKey?.origins ? edgeKey.origins.has(new URL(url).origin) : protocol === undefined
  return isMeant ? edgeKey?.key : undefined
}
