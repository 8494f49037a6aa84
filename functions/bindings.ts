// The bindings of contract/function-bindings.ts from the inside: typed calls over the plain `fetch` that every
// driver of the function host gives. Types only from the contract, so that no validator rides along in the
// bundle: the host has checked what it sends, and checks what it gets back.

import type {
  Crop,
  EdgeResult,
  FeaturesResult,
  FunctionDeployment,
  IMAGE_HANDLE_HEADER as ImageHandleHeader,
  InferResult,
} from '#contract/function-bindings.ts'
import type { ClassifyPorts } from '#core/route/classify-flow.ts'

/** The compiler holds this to the contract's own constant, whose module would bring zod with it. */
export const IMAGE_HANDLE_HEADER: typeof ImageHandleHeader = 'x-tandem-image'

interface ServiceBinding {
  fetch(url: string, init: RequestInit): Promise<Response>
}

export interface FunctionEnv {
  VISION: ServiceBinding
  EDGE: ServiceBinding
  /** JSON of a `FunctionDeployment`. */
  DEPLOYMENT: string
}

/** The flow's ports, and what an own function may want beside them. */
export interface FunctionPorts extends ClassifyPorts {
  /** Of the part `crop` of the image; of the model's own central crop where it is left out. */
  infer(topK: number, crop?: Crop): Promise<InferResult>
}

/** For one image. A call that the host refuses, or that fails, throws: let it, the built-in path then answers. */
export function classifyPorts(env: FunctionEnv, image: string): FunctionPorts {
  return {
    features: (names) => call<FeaturesResult>(env.VISION, 'http://vision/features', { image, names }),
    infer: (topK, crop) =>
      call<InferResult>(env.VISION, 'http://vision/infer', { image, topK, ...(crop && { crop }) }),
    offload: (topK) => call<EdgeResult>(env.EDGE, 'http://edge/classify', { image, topK }),
  }
}

async function call<Result>(service: ServiceBinding, url: string, input: object): Promise<Result> {
  const response = await service.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  if (!response.ok)
    throw new Error(
      `Cannot call "${url}": answers ${response.status} "${await response.text()}", expected 200`,
    )
  return (await response.json()) as Result
}

let known: { text: string; deployment: FunctionDeployment } | undefined

/** Parsed once: a forest is megabytes of JSON, and an environment keeps its deployment for life. */
export function deploymentOf(env: FunctionEnv): FunctionDeployment {
  if (known?.text !== env.DEPLOYMENT)
    known = { text: env.DEPLOYMENT, deployment: JSON.parse(env.DEPLOYMENT) as FunctionDeployment }
  return known.deployment
}
