// Functions as a fleet may meet them: honest, hungry, broken and stuck. Plain modules, no bundler between.

export const HONEST = `
async function call(service, url, input) {
  const response = await service.fetch(url, { method: 'POST', body: JSON.stringify(input) })
  return { status: response.status, body: await response.json() }
}
export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === '/healthz') return new Response('ok')
    const image = request.headers.get('x-tandem-image')
    const { topK } = await request.json()
    const features = await call(env.VISION, 'http://vision/features', { image, names: ['contrast', 'hue1'] })
    const infer = await call(env.VISION, 'http://vision/infer', { image, topK })
    const edge = await call(env.EDGE, 'http://edge/classify', { image, topK })
    return Response.json({ image, features, infer, edge, deployment: JSON.parse(env.DEPLOYMENT).id })
  },
}`

/** Answers pings, and images by `body`, which sees `env` and the request's JSON as `request`. */
export const answering = (body: string): string => `
export default {
  async fetch(raw, env) {
    if (new URL(raw.url).pathname === '/healthz') return new Response('ok')
    const request = await raw.json()
    ${body}
  },
}`

/** By the request's lot: throws at 0.4, grows by 300 MB at 0.7, loops for ever at 0.9 and answers a word at 0.5. */
export const MOODY = `
export default {
  async fetch(request) {
    if (new URL(request.url).pathname === '/healthz') return new Response('ok')
    const { lot } = await request.json()
    if (lot === 0.9) for (;;) {}
    if (lot === 0.6) return new Response('x'.repeat(1e6))
    if (lot === 0.5) return new Response('perhaps')
    if (lot === 0.7) globalThis.hoard = Array.from({ length: 10 }, () => new Uint8Array(30e6).fill(1))
    if (lot === 0.4) throw new Error('out of sorts')
    return Response.json('fine')
  },
}`

export const SYNTAX_ERROR = 'export default { fetch() { return new Response( }'
export const THROWS_AT_IMPORT = `throw new RangeError('no such luck')
export default { fetch() { return new Response('ok') } }`
