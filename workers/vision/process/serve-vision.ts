// The vision process from inside: answers what its worker asks over one stream, and ends when the stream does, which
// also happens when the worker is killed. Everything that opens a stranger's bytes or runs a model happens here. It
// answers out of order: one image decodes on libvips' threads while another goes through the model.

import { sendFrame } from '../wire/frames.ts'
import { tell } from '../wire/told-errors.ts'
import type { Answer, Call, Question } from '../wire/vision-calls.ts'
import type { Wire } from './open-wire.ts'
import { VisionDesk } from './vision-desk.ts'

/** Often enough for a deadline of seconds, and nothing while there is nothing to do. */
const ALIVE_EVERY_MS = 250

/** `before` sees each call first; tests do harm in it. */
export function serveVision(
  { stream, onFrame }: Wire,
  before: (call: Call, body: Buffer) => void = () => {},
): void {
  const desk = new VisionDesk()
  let atWork = 0
  const send = (answer: Answer, body: Uint8Array[] = []) => sendFrame(stream, answer, body)
  setInterval(() => atWork > 0 && send({ alive: true }), ALIVE_EVERY_MS)
  // Work under way has nobody left to answer to.
  for (const event of ['end', 'error', 'close']) stream.once(event, () => process.exit(0))
  // A Ctrl-C reaches the whole group, but requests in flight are still to be answered: the worker says when.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  onFrame(({ head, body }) => {
    const question = head as Question
    if ('forget' in question) return desk.forget(question.forget)
    const { id, call } = question
    atWork++
    before(call, body)
    desk
      .answer(call, body)
      .then(({ result, body: out }) => send({ id, result }, out === undefined ? [] : [out]))
      .catch((error: unknown) => send({ id, error: tell(error) }))
      .finally(() => atWork--)
  })
}
