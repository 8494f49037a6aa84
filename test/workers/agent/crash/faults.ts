// Strikes a device at its n-th operation. Three ways to die: `kill` leaves what was written to the system (kill -9),
// `torn` leaves half of a write, `power` leaves only what was synced: files that were not are cut to half, renames and
// removals whose folder was not are undone, as a disk may that loses its power. Or the operation fails, once, as a
// full or broken disk fails, and the device goes on.
//
// Dying inside a test: every operation from then on throws and has no effect. In a process of its own: SIGKILL.

import { AsyncLocalStorage } from 'node:async_hooks'
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Around, type FaultPoint, injectFaults } from '#platform/fault-point.ts'

export type Blow =
  /** `at`: counts only operations that match, as `operation path`. */
  | { readonly how: 'kill' | 'torn' | 'power'; readonly n: number; readonly at?: string }
  | { readonly how: 'fail'; readonly code: string; readonly n: number; readonly times?: number }

export class Died extends Error {}

/** What the disk has been promised and what not yet. */
class PowerCut {
  readonly #unsynced = new Map<string, number>()
  readonly #undo: { folder: string; undo: () => void }[] = []

  before(point: FaultPoint): void {
    const file = path.resolve(point.path)
    if (point.operation === 'write') {
      if (!this.#unsynced.has(file)) this.#unsynced.set(file, statSync(file).size)
    } else if (point.operation === 'rename') {
      const to = path.resolve(point.to!)
      const old = existsSync(to) ? readFileSync(to) : undefined
      // The file itself was synced or not; its new name is not safe before the folder is.
      const undo = () => (old ? writeFileSync(to, old) : rmSync(to, { force: true }))
      this.#undo.push({ folder: path.dirname(to), undo })
    } else if (point.operation === 'create' && !existsSync(file)) {
      this.#undo.push({ folder: path.dirname(file), undo: () => rmSync(file, { force: true }) })
    } else if (point.operation === 'make-folder' && !existsSync(file)) {
      let top = file
      while (!existsSync(path.dirname(top))) top = path.dirname(top)
      const undo = () => rmSync(top, { recursive: true, force: true })
      this.#undo.push({ folder: path.dirname(top), undo })
    }
  }

  after(point: FaultPoint): void {
    const file = path.resolve(point.path)
    if (point.operation === 'sync') this.#unsynced.delete(file)
    if (point.operation === 'sync-folder') {
      const left = this.#undo.filter(({ folder }) => folder !== file)
      this.#undo.splice(0, Number.POSITIVE_INFINITY, ...left)
    }
    if (point.operation === 'rename') {
      const size = this.#unsynced.get(file)
      this.#unsynced.delete(file)
      if (size !== undefined) this.#unsynced.set(path.resolve(point.to!), size)
    }
  }

  strike(): void {
    for (const [file, safe] of this.#unsynced)
      if (existsSync(file)) truncateSync(file, safe + ((statSync(file).size - safe) >> 1))
    for (const { undo } of this.#undo.reverse()) undo()
  }
}

export class Striker {
  readonly #blow: Blow | undefined
  readonly #die: () => void
  readonly #power = new PowerCut()
  /** Every operation so far, `operation path`. */
  readonly seen: FaultPoint[] = []
  isDead = false

  /** `die` ends the process, or where it is left out, nothing more of this device has an effect. */
  constructor(blow?: Blow, die: () => void = () => undefined) {
    this.#blow = blow
    this.#die = die
  }

  readonly around: Around = async (point, run) => {
    if (this.isDead) throw new Died()
    const blow = this.#blow
    // A disk that fails does not fail the network, and only a write can be torn.
    if (blow?.how === 'fail' && point.operation === 'call') return run()
    if (blow?.how === 'torn' && !point.half) return run()
    if (blow && 'at' in blow && !`${point.operation} ${point.to ?? point.path}`.match(blow.at!)) return run()
    const n = this.seen.push(point)
    if (blow?.how === 'fail' && n >= blow.n && n < blow.n + (blow.times ?? 1))
      throw Object.assign(new Error(`${blow.code}: injected`), {
        code: blow.code,
        errno: -1,
        syscall: 'write',
      })
    if (blow && blow.how !== 'fail' && n === blow.n) {
      await (blow.how === 'torn' && point.half?.())
      this.isDead = true
      if (blow.how === 'power') this.#power.strike()
      this.#die()
      throw new Died()
    }
    if (blow?.how !== 'power') return run()
    this.#power.before(point)
    const result = await run()
    if (!this.isDead) this.#power.after(point)
    return result
  }
}

const strikers = new AsyncLocalStorage<Striker>()

/** Runs one device of several in this process under its own striker. */
export function under<T>(striker: Striker, device: () => Promise<T>): Promise<T> {
  injectFaults((point, run) => strikers.getStore()?.around(point, run) ?? run())
  return strikers.run(striker, device)
}
