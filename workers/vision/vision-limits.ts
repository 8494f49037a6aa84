// How long a vision process may stand still and how large it may grow before it is killed, and how long its worker's
// requests wait for the next one.

export interface VisionLimits {
  /** Reading, verifying and loading the model, and starting Node before. */
  loadMaxMs: number
  /** The process neither answers nor says that it is alive. */
  stallMaxMs: number
  /** An inference stands the process still: so many of the slowest seen are no stall either. */
  stallInferences: number
  /** Above what it took once the model was loaded. */
  grownMaxBytes: number
  /** How long a request waits for a process that is being started again. */
  waitMaxMs: number
  backoffFirstMs: number
  backoffMaxMs: number
  /** Starts that fail one after the other, then the vision is given up, once; it is still tried. */
  failuresMax: number
}

/**
 * ResNet-152 loads in seconds on a small board; a minute is a hang. An image of 24 megapixels takes 264 MB at its
 * worst (16 bit, interlaced), so 512 MB is a bomb. A process is back after half a second here and three on a Pi.
 */
export const VISION_LIMITS: VisionLimits = {
  loadMaxMs: 60_000,
  stallMaxMs: 5_000,
  stallInferences: 20,
  grownMaxBytes: 512 * 2 ** 20,
  waitMaxMs: 20_000,
  backoffFirstMs: 50,
  backoffMaxMs: 5_000,
  failuresMax: 5,
}
