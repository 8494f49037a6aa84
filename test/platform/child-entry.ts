// A child for ask-child.test.ts that does what it is told.

import { answerParent } from '#platform/ask-child.ts'

export type Order = {
  readonly do: 'double' | 'hang' | 'throw' | 'die' | 'kill' | 'count'
  readonly numbers?: Float64Array
}

answerParent(async (order: Order, tell: (news: number) => void) => {
  if (order.do === 'count') {
    for (let n = 1; n <= 3; n++) tell(n)
    return 'counted'
  }
  if (order.do === 'throw') {
    Error.stackTraceLimit = 0 // Node prints what ends it; a line is enough in a test's output.
    throw new Error('meant: the child is told to throw')
  }
  if (order.do === 'die') process.exit(7)
  if (order.do === 'kill') process.kill(process.pid, 'SIGSEGV')
  if (order.do === 'double') return order.numbers!.map((n) => n * 2)
  return new Promise(() => setInterval(() => undefined, 1_000))
})
