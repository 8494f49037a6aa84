// When a request is really handed to a connection. Before that it waits for one, which may never come: an image that an
// edge never got has cost no upload, whatever was answered in its place.

import type { Dispatcher } from 'undici'

/** Of a request through a dispatcher composed with `toldSends`. */
export interface ToldSends {
  /** Called once the connection is there and takes the request. */
  readonly onSent?: (() => void) | undefined
}

export const toldSends: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { onSent } = options as ToldSends
  const begin = handler.onRequestStart
  // The handler is this request's own: whoever composes wraps it for each.
  if (onSent && begin)
    handler.onRequestStart = (controller, context) => {
      begin.call(handler, controller, context)
      if (!controller.aborted) onSent()
    }
  return dispatch(options, handler)
}
