// Moments that two processes agree on. `performance.now()` counts from the start of each; the clock under it is the
// machine's own, and nobody sets it.

const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** From the clock of `performance.now()`. */
export const toMachineMs = (atMs: number): number => machineMs() + (atMs - performance.now())

/** To the clock of `performance.now()` of whoever asks. */
export const fromMachineMs = (machineAtMs: number): number => performance.now() + (machineAtMs - machineMs())
