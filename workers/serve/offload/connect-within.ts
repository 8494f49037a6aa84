// A limit on connecting that is kept to the millisecond: undici's own counts in steps of half a second, so that
// 250 ms become up to a second (measured 999), all of which a client waits while the edge is gone.

import { buildConnector, errors } from 'undici'
import { afterOwnTime } from './own-time.ts'

export function connectWithin(timeoutMs: number): buildConnector.connector {
  // Its own limit still ends the attempt itself, a moment later.
  const connect = buildConnector({ timeout: timeoutMs })
  return (options, callback) => {
    let isLate = false
    const timer = afterOwnTime(timeoutMs, timeoutMs, () => {
      isLate = true
      callback(new errors.ConnectTimeoutError(`no connection within ${timeoutMs} ms`), null)
    })
    connect(options, (...[error, socket]) => {
      timer.cancel()
      if (isLate) return void socket?.destroy()
      if (error) callback(error, null)
      else callback(null, socket!)
    })
  }
}
