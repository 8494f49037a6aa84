// Functions that are well where the client wants `local-only`, as the health check does; else as `body` says.

export const saying = (changes: object) =>
  JSON.stringify({
    labels: [{ index: 2, name: 'said by the function', score: 1 }],
    tier: 'local',
    model: 'light',
    decision: { router: 'none', version: 1, score: null, threshold: null, reason: 'preference' },
    timingsMs: {},
    ...changes,
  })

export const moody = (body: string) => `
export default {
  async fetch(request) {
    if (new URL(request.url).pathname === '/healthz') return new Response('ok')
    const { preference } = await request.json()
    if (preference === 'local-only') return Response.json(${saying({})})
    ${body}
  },
}`
