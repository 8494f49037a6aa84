// What a router has to learn (the paper's labels for its pre-classifier): an image needs the edge when the
// edge model is right and the local one is wrong. Where both are right the local answer is cheaper; where
// both are wrong the edge would only cost more, so those stay local too.

/** 1 where the edge is needed; both inputs hold 1 where that model was right. */
export function needsEdge(localRight: Uint8Array, edgeRight: Uint8Array): Uint8Array {
  if (localRight.length !== edgeRight.length)
    throw new RangeError(
      `Cannot label images: are ${localRight.length} local and ${edgeRight.length} edge outcomes, expected as many of both`,
    )
  return localRight.map((right, i) => (right === 0 && edgeRight[i] === 1 ? 1 : 0))
}
