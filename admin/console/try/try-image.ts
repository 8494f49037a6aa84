// The image as the control plane passes it on: once as it is served, with what the router saw, and once to each tier alone.

import type { ClassifyAnswer, ErrorBody } from '#contract/classify.ts'
import { isImage } from '../upload/is-image.ts'

export type Answer = ClassifyAnswer | ErrorBody

export interface Tried {
  readonly routed: ClassifyAnswer
  readonly local: Answer
  readonly edge: Answer
}

/** Rejects where the device cannot be reached or refuses the image. */
export async function tryImage(device: string, image: File): Promise<Tried> {
  if (!(await isImage(image)))
    throw new Error(`Cannot try "${image.name}": is no image by its first bytes, expected JPEG, PNG or WebP`)
  const ask = async (more: Record<string, string>): Promise<Answer> => {
    const options = new URLSearchParams({ topK: '5', ...more })
    const response = await fetch(`/try/${encodeURIComponent(device)}?${options}`, {
      method: 'POST',
      body: image,
    }).catch((cause: unknown) => {
      throw new Error('The control plane does not answer. Check that it runs, then try again.', { cause })
    })
    return (await response.json()) as Answer
  }
  const routed = await ask({ explain: 'features' })
  if ('error' in routed) throw new Error(routed.error.message)
  const [local, edge] = await Promise.all([
    ask({ preference: 'local-only' }),
    ask({ preference: 'accuracy' }),
  ])
  return { routed, local, edge }
}
