// The manifests that a device knows: the one that it boots, the one before, the newest that it has seen, and the keys
// that it trusts. Everything here is on disk before it is acted on (state.ts, identity.ts).
//
// A manifest is believed by its signature, refused where it is older than the newest that was seen or has expired.
// Expiry is judged by the later of the system's clock and the newest manifest's own date: a board that wakes up in
// 1970 knows at least that much. So a device without a clock can be shown a manifest that expired while it was off,
// though never an older one than it had; expiry blocks installing and never serving, nor mending what was installed.

import type { Logger } from 'pino'
import type { Deployment } from '#contract/deployment.ts'
import type { Manifest } from '#contract/manifest.ts'
import { openIdentity } from '../identity.ts'
import {
  type DeviceState,
  readState,
  type Seen,
  type StoredManifest,
  trustedNow,
  writeSeen,
  writeState,
} from '../state.ts'
import {
  checkInstallable,
  ManifestRefused,
  openManifest,
  openStored,
  type Recipient,
  signerOf,
} from '../verify-manifest.ts'

/** A manifest from disk and what it says. */
export interface Known {
  readonly stored: StoredManifest
  readonly manifest: Manifest
}

export interface KnownDeployment extends Known {
  readonly deployment: Deployment
}

export class KnownManifests {
  readonly #home: string
  readonly #log: Logger
  #recipient: Recipient
  #state: DeviceState = { current: null, previous: null, sequence: 0 }
  #seen: Seen = { sequence: 0, issuedAt: new Date(0).toISOString() }

  constructor(home: string, recipient: Recipient, log: Logger) {
    this.#home = home
    this.#recipient = recipient
    this.#log = log
  }

  /** Of what was installed last. */
  get sequence(): number {
    return this.#state.sequence
  }

  get seenSequence(): number {
    return this.#seen.sequence
  }

  /** Reads what is there and heals what is damaged; answers what somebody should know of it. */
  async load(): Promise<string | undefined> {
    const { state, seen, damaged, isLost, heal } = await readState(this.#home)
    this.#state = state
    this.#seen = seen
    await heal().catch((err: unknown) => this.#log.error({ err }, 'cannot write a damaged file again'))
    if (isLost) return 'no copy of the state can be read: nothing can be booted until a manifest comes'
    if (damaged.length > 0) return `${damaged.join(', ')} could not be read, its other copy was used`
    return undefined
  }

  /** Current, then previous; one that cannot be opened any more counts as none: it must not hold up its successor. */
  async known(): Promise<Known[]> {
    const known: Known[] = []
    for (const stored of [this.#state.current, this.#state.previous]) {
      if (!stored) continue
      try {
        known.push({ stored, manifest: await openStored(stored, this.#recipient) })
      } catch (err) {
        if (!(err instanceof ManifestRefused)) throw err
        this.#log.error({ err }, 'cannot open a manifest from disk')
      }
    }
    return known
  }

  async deployments(): Promise<KnownDeployment[]> {
    const known = await this.known()
    return known.flatMap((k) => (k.manifest.deployment ? [{ ...k, deployment: k.manifest.deployment }] : []))
  }

  isCurrent(stored: StoredManifest): boolean {
    return stored === this.#state.current
  }

  /** What may be installed now; undefined for what runs already. Throws a `ManifestRefused`. */
  async accept(received: StoredManifest, servingId: string | undefined): Promise<Known | undefined> {
    const manifest = await openManifest(received.jws, this.#recipient)
    const signedBy = signerOf(received.jws, this.#recipient.manifestKeys)
    const isInstalled = manifest.sequence === this.#state.sequence
    if (isInstalled && servingId === manifest.deployment?.id) return undefined
    // What was seen but never installed may come again; what was installed and does not run may be mended.
    const installed = isInstalled ? manifest.sequence - 1 : this.#state.sequence
    const last = Math.max(installed, this.#seen.sequence - 1)
    checkInstallable(manifest, last, trustedNow(new Date(), this.#seen))
    await this.#see(manifest)
    await this.#pin(manifest)
    return { manifest, stored: signedBy ? { ...received, signedBy } : received }
  }

  /** From here on the device boots with `current`. */
  async remember(current: Known, previous: StoredManifest | null): Promise<void> {
    const state = { current: current.stored, previous, sequence: current.manifest.sequence }
    if (JSON.stringify(state) !== JSON.stringify(this.#state)) await writeState(this.#home, state)
    this.#state = state
  }

  /** From here on nothing older is accepted, whatever becomes of this one. */
  async #see({ sequence, issuedAt }: Manifest): Promise<void> {
    if (sequence === this.#seen.sequence && issuedAt === this.#seen.issuedAt) return
    const isLater = Date.parse(issuedAt) > Date.parse(this.#seen.issuedAt)
    const seen = {
      sequence: Math.max(sequence, this.#seen.sequence),
      issuedAt: isLater ? issuedAt : this.#seen.issuedAt,
    }
    await writeSeen(this.#home, seen)
    this.#seen = seen
  }

  /**
   * The keys that a verified manifest brings take the place of the pinned ones, before it is acted on. What is
   * stored notes first who signed it: a device must boot also what a key signed that has gone since.
   */
  async #pin({ manifestKeys }: Manifest): Promise<void> {
    if (!manifestKeys || JSON.stringify(manifestKeys) === JSON.stringify(this.#recipient.manifestKeys)) return
    const { current, previous, sequence } = this.#state
    if ([current, previous].some((stored) => stored && !stored.signedBy)) {
      const state = { current: this.#signed(current), previous: this.#signed(previous), sequence }
      await writeState(this.#home, state)
      this.#state = state
    }
    const identity = await openIdentity(this.#home)
    if (identity.enrolment) await identity.remember({ ...identity.enrolment, manifestKeys })
    this.#recipient = { ...this.#recipient, manifestKeys }
    this.#log.info({ keys: manifestKeys.map((key) => key.kid) }, 'keys pinned')
  }

  #signed(stored: StoredManifest | null): StoredManifest | null {
    const signedBy = stored && (stored.signedBy ?? signerOf(stored.jws, this.#recipient.manifestKeys))
    return stored && signedBy ? { ...stored, signedBy } : stored
  }
}
