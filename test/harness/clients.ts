// Clients that classify one image after the other without a pause, for as long as something is done to the
// fleet, and remember every answer and every failure.

import type { ClassifyAnswer } from '#contract/classify.ts'

export interface Traffic {
  readonly answers: readonly ClassifyAnswer[]
  readonly failures: readonly unknown[]
}

/** `ask` gets a running number. Each client's answers are a sequence of their own. */
export async function whileAsking(
  clients: number,
  ask: (n: number) => Promise<ClassifyAnswer>,
  work: () => Promise<unknown>,
): Promise<Traffic[]> {
  let isDone = false
  let n = 0
  const client = async (): Promise<Traffic> => {
    const answers: ClassifyAnswer[] = []
    const failures: unknown[] = []
    while (!isDone)
      try {
        answers.push(await ask(n++))
      } catch (error) {
        failures.push(error)
      }
    return { answers, failures }
  }
  const traffic = Array.from({ length: clients }, client)
  try {
    await work()
  } finally {
    isDone = true
  }
  return Promise.all(traffic)
}
