// How much of its machine a device may take, from its settings.

export interface DeviceLimits {
  /** For artifacts and images together. */
  readonly diskBudgetBytes: number
  /** One: the old generation stops before the new one starts, whatever the memory. */
  readonly generationsMax: 1 | 2
}

/** The largest pair of the paper takes 230 MB a tier and three deployments meet during a switch; the rest is images. */
export const DEFAULT_LIMITS: DeviceLimits = { diskBudgetBytes: 4 * 1024 ** 3, generationsMax: 2 }
