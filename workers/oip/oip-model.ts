// A model as the protocol serves it, whatever runs it: what it is called, what it takes and gives, and its two
// doors, one for tensors that a client prepared itself and one for encoded images.

import type { TensorMetadata } from '#contract/oip/metadata.ts'
import type { OipTensor } from './tensor/oip-tensor.ts'

export interface OipModel {
  readonly name: string
  /** Those that a client may ask for; the one that answers is the first. */
  readonly versions: readonly string[]
  readonly platform: string
  /** One, as image classifiers have; its first dimension counts images. */
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
  /** In the order of the output's classes. */
  readonly labels: readonly string[]
  /** A ready tensor of the input's type and shape to one of the output's. */
  run(input: OipTensor): Promise<OipTensor>
  /** Encoded images (JPEG, PNG, WebP), decoded and prepared as the model wants them. Rejects with `ImageRefused`. */
  runImages(images: readonly Uint8Array[]): Promise<OipTensor>
}

export interface OipPorts {
  models(): readonly OipModel[]
  /** Whether what is installed here can answer; the other tier has no part in it. */
  isReady(): boolean
  /** Any version where none is named. */
  find(name: string, version: string | undefined): OipModel | undefined
  /** What went wrong here and is not the client's business. */
  onError(error: unknown, path: string): void
}
