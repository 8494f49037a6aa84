// The images that a vision process holds at this moment, by the numbers that its worker gave them. Bytes and pixels
// go when the worker forgets the image, and with them the room that the pixels took. A decoder that has not come
// back a second after its own deadline will not: it ends the process, and the worker starts another one.

import type { ModelInput } from '#contract/model.ts'
import { type DecodedImage, type DecodeOptions, decodeImage } from '#vision/decode.ts'
import { type ImageEntry, imageEntry } from '#vision/image-entry.ts'
import { toInput } from '#vision/session/prepare-input.ts'
import { shortSideFor } from '#vision/shrink-on-load.ts'
import { DecodeRoom } from './decode-room.ts'

/** Half of what a vision process may grow by: pixels that are let go of stay for a moment, and tensors take some. */
const ROOM_BYTES = 256 * 2 ** 20
/** Above, pixels are collected at once. V8 knows their small handles only, and would let hundreds of MB pile up. */
const COLLECT_FROM_BYTES = 16 * 2 ** 20
/** decode.ts gives five seconds. */
const STUCK_MS = 6_000

interface Held {
  readonly entry: ImageEntry
  roomBytes: number
  isForgotten: boolean
}

export class VisionImages {
  readonly #held = new Map<number, Held>()
  readonly #room = new DecodeRoom(ROOM_BYTES)

  /** `bytes` come with the first call for an image, and are empty with the others. */
  get(image: number, bytes: Uint8Array): ImageEntry {
    const known = this.#held.get(image)
    if (known) return known.entry
    const held: Held = {
      roomBytes: 0,
      isForgotten: false,
      entry: imageEntry(bytes, (_, options) => this.#decode(bytes, options, () => held)),
    }
    this.#held.set(image, held)
    return held.entry
  }

  forget(image: number): void {
    const held = this.#held.get(image)
    if (!held) return
    this.#held.delete(image)
    held.isForgotten = true
    if (held.roomBytes === 0) return
    // Ten milliseconds, for an image that took a hundred. What waits for room enters once the memory is free.
    if (held.roomBytes > COLLECT_FROM_BYTES) setImmediate(() => globalThis.gc?.())
    setImmediate(() => setImmediate(() => this.#room.giveBack(held.roomBytes)))
  }

  /** For a reader that wants an image as the model is shown it and nothing else: the whole picture goes at once. */
  async shown(bytes: Uint8Array, input: ModelInput): Promise<DecodedImage> {
    const held: Held = { roomBytes: 0, isForgotten: false, entry: imageEntry(bytes) }
    try {
      const options = { shownTo: input, shortSideMinPx: shortSideFor(input, undefined) }
      return await toInput(await this.#decode(bytes, options, () => held), input)
    } finally {
      held.isForgotten = true
      this.#room.giveBack(held.roomBytes)
    }
  }

  async #decode(bytes: Uint8Array, options: DecodeOptions = {}, held: () => Held): Promise<DecodedImage> {
    let timer: NodeJS.Timeout | undefined
    const admit = async (neededBytes: number) => {
      await this.#room.take(neededBytes, () => held().roomBytes > 0)
      // Forgotten while it waited: nobody would give the room back later.
      if (held().isForgotten) this.#room.giveBack(neededBytes)
      else held().roomBytes += neededBytes
      timer = setTimeout(endUnlessDone, STUCK_MS)
    }
    let isDone = false
    // The loop may have stood still for an inference, with the decoder's answer waiting behind it.
    const endUnlessDone = () => setImmediate(() => setImmediate(() => isDone || process.exit(1)))
    try {
      return await decodeImage(bytes, { ...options, admit })
    } finally {
      isDone = true
      clearTimeout(timer)
    }
  }
}
