// One order for the same images, however they come: by what the models and routers made of them. Resampling draws
// rows by their place, so without it the intervals, if nothing else, would change with the order of a data set. Rows
// that are alike in everything may stand for each other.

import type { PairAnswers } from './deferral.ts'
import type { HeldOut } from './held-out.ts'

export function imageOrder(answers: PairAnswers, routers: readonly HeldOut[]): Int32Array {
  const { localRight, edgeRight } = answers
  const keys = [
    Uint8Array.from(localRight, (right, row) => 2 * right + edgeRight[row]!),
    ...routers.map((router) => router.scores),
    ...routers.flatMap((router) => [router.offloaded, router.sentAfterLocal]),
  ]
  const order = Int32Array.from(localRight, (_, row) => row)
  return order.sort((a, b) => {
    for (const key of keys) if (key[a]! !== key[b]!) return key[a]! < key[b]! ? -1 : 1
    return 0
  })
}

export function answersInOrder({ localRight, edgeRight }: PairAnswers, order: Int32Array): PairAnswers {
  return {
    localRight: Uint8Array.from(order, (row) => localRight[row]!),
    edgeRight: Uint8Array.from(order, (row) => edgeRight[row]!),
  }
}

export function routerInOrder(router: HeldOut, order: Int32Array): HeldOut {
  return {
    ...router,
    scores: Float64Array.from(order, (row) => router.scores[row]!),
    offloaded: Uint8Array.from(order, (row) => router.offloaded[row]!),
    sentAfterLocal: Uint8Array.from(order, (row) => router.sentAfterLocal[row]!),
  }
}
