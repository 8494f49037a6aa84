// A tensor in memory: row major, without padding. Of the protocol's data types only those that image classifiers
// take and give are read: FP32 and UINT8 (what a model's contract may ask for), FP16 and FP64 as scores, widened or
// narrowed to FP32, and BYTES for encoded images and class strings. All others are refused by name.

import { invalid } from '../oip-refused.ts'

export type OipTensor = { readonly name: string; readonly shape: readonly number[] } & (
  | { readonly datatype: 'FP32'; readonly data: Float32Array }
  | { readonly datatype: 'UINT8'; readonly data: Uint8Array }
  | { readonly datatype: 'BYTES'; readonly data: readonly Uint8Array[] }
)

/** What is known of a tensor before its data is read. */
export interface TensorHead {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

/** The numbers of a body of 64 MB, each of one byte: what a longer shape says cannot be there. */
const ELEMENTS_MAX = 64 * 1024 ** 2

/** The product of a shape; a hostile one is refused before anything is made in its size. */
export function elementCount({ name, shape }: TensorHead): number {
  let count = 1
  for (const size of shape) {
    // Each factor is a safe integer and the product is cut early, so that no step loses digits.
    if (!Number.isSafeInteger(size) || size < 1 || size > ELEMENTS_MAX / count)
      throw invalid(
        `Cannot read tensor "${name}": is of shape [${shape.join(',')}], expected 1 to ${ELEMENTS_MAX} elements`,
      )
    count *= size
  }
  return count
}

export function spellHead({ datatype, shape }: TensorHead): string {
  return `${datatype} [${shape.join(',')}]`
}

/** A shape of metadata, in which -1 stands for any size. */
export function fitsShape(shape: readonly number[], declared: readonly number[]): boolean {
  return shape.length === declared.length && declared.every((size, i) => size === -1 || size === shape[i])
}
