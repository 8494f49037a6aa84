// Tells what it sees of its environment, and whether it can have so many bytes.

import { answerParent } from '#platform/ask-child.ts'

answerParent((sizeBytes: number) => {
  const environment = Object.keys(process.env)
  try {
    return { environment, allocated: Buffer.alloc(sizeBytes, 1).length === sizeBytes }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { environment, allocated: false }
  }
})
