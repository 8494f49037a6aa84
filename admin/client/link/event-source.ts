// Server-sent events over fetch, as far as the API's streams need them: with headers, which browsers' EventSource has
// not and Node 20 has neither. It comes back with the last id that it saw, whether the connection broke, ended, or
// found a proxy without a server behind it; only a refusal (4xx) is final.
//
// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface EventSourceInit {
  readonly withCredentials?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

interface ServerEvent {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

type Listener = (event: Event & Partial<ServerEvent>) => void

const AGAIN_MIN_MS = 250
const AGAIN_MAX_MS = 5_000

export class FetchEventSource {
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSED = 2
  readyState = 0

  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #closing = new AbortController()
  readonly #target = new EventTarget()
  #lastEventId = ''
  #failures = 0

  constructor(url: string, init: EventSourceInit = {}) {
    this.#url = url
    this.#headers = init.headers ?? {}
    void this.#run()
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#target.addEventListener(type, listener as Listener)
  }

  removeEventListener(type: string, listener: (event: never) => void): void {
    this.#target.removeEventListener(type, listener as Listener)
  }

  close(): void {
    this.readyState = this.CLOSED
    this.#closing.abort()
  }

  async #run(): Promise<void> {
    while (this.readyState !== this.CLOSED) {
      this.readyState = this.CONNECTING
      const isFinal = await this.#read().catch(() => false)
      if (this.#closing.signal.aborted) return
      if (isFinal) this.readyState = this.CLOSED
      this.#target.dispatchEvent(new Event('error'))
      if (!isFinal) await this.#pause()
    }
  }

  /** True where there is no use in coming back. */
  async #read(): Promise<boolean> {
    const response = await fetch(this.#url, {
      headers: {
        accept: 'text/event-stream',
        ...this.#headers,
        ...(this.#lastEventId === '' ? {} : { 'last-event-id': this.#lastEventId }),
      },
      signal: this.#closing.signal,
    })
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel()
      return response.status >= 400 && response.status < 500
    }
    this.readyState = this.OPEN
    const parse = eventParser((event) => this.#tell(event), this.#lastEventId)
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      this.#failures = 0
      parse(chunk)
    }
    return false
  }

  #tell({ type, data, lastEventId }: ServerEvent): void {
    this.#lastEventId = lastEventId
    if (this.readyState !== this.CLOSED)
      this.#target.dispatchEvent(Object.assign(new Event(type), { data, lastEventId }))
  }

  async #pause(): Promise<void> {
    const most = Math.min(AGAIN_MAX_MS, AGAIN_MIN_MS * 2 ** this.#failures++)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, most / 2 + (Math.random() * most) / 2)
      this.#closing.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer)
          resolve()
        },
        { once: true },
      )
    })
  }
}

/** Takes text in pieces of any size. The last id outlives a connection: events without one of their own keep it. */
export function eventParser(
  onEvent: (event: ServerEvent) => void,
  lastEventId: string,
): (text: string) => void {
  let rest = ''
  let type = ''
  let data: string[] = []
  return (text) => {
    const lines = (rest + text).split(/\r?\n/)
    rest = lines.pop()!
    for (const line of lines) {
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line)!
      if (field === 'event') type = value!
      else if (field === 'data') data.push(value!)
      else if (field === 'id') lastEventId = value!
      if (line !== '') continue
      if (data.length > 0)
        onEvent({ type: type === '' ? 'message' : type, data: data.join('\n'), lastEventId })
      type = ''
      data = []
    }
  }
}
