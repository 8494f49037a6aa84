// The image as the control plane passes it on: once as it is served, and once to each tier alone.

import type { ClassifyAnswer, ErrorBody } from '#contract/classify.ts'

type Answer = ClassifyAnswer | ErrorBody

export interface Tried {
  readonly routed: ClassifyAnswer
  readonly local: Answer
  readonly edge: Answer
}

/** Rejects where the device cannot be reached or refuses the image. */
export async function tryImage(device: string, image: File): Promise<Tried> {
  const ask = async (preference: string | undefined): Promise<Answer> => {
    const options = new URLSearchParams({ topK: '5', ...(preference === undefined ? {} : { preference }) })
    const response = await fetch(`/try/${encodeURIComponent(device)}?${options}`, {
      method: 'POST',
      body: image,
    })
    return (await response.json()) as Answer
  }
  const routed = await ask(undefined)
  if ('error' in routed) throw new Error(routed.error.message)
  const [local, edge] = await Promise.all([ask('local-only'), ask('accuracy')])
  return { routed, local, edge }
}
