// Bars of the data path: what a request costs, what happens to it when something is lost.

import type { Chapter } from './bar.ts'

export const SERVING: Chapter = {
  title: 'Serving',
  bars: [
    {
      what: 'p50 of a local classify, one at a time, over the bare loop',
      goal: 'at most 1.10',
      source: { bench: 'overhead', line: 'serve: p50 over bare loop' },
      because:
        'In turn with others, 0.7 s each, a request takes 2 ms beyond the bare loop’s 8 to 10; 0.8 of these any server in Node takes (the bare loop behind node:http and nothing else: 1.07), for a body of 107 KB and an answer; the rest is the way to the vision process and back, which keeps a native crash from taking the front door down, and the decision. Alone for half a minute the same code takes 0.4 to 0.6 ms beside decoding and inference (docs/where-time-goes.md), and 1.10 to 1.15 of the bare loop: it wakes on warm caches then. Done for it: V8 lets its heap grow before it marks it (1.1 ms), bodies read into one buffer, plain JPEGs decoded straight to the model’s size, one question to vision and one answer (0.3 ms), counting after the answer, clients that take next to nothing, workers that have served some thousand requests before.',
    },
    {
      what: 'Bare loop’s throughput over ours, at saturation',
      goal: 'at most 1.11 (0.90 of it)',
      source: { bench: 'overhead', line: 'serve: bare loop over throughput' },
      because:
        'The same costs, in CPU: 1.2 of the bare loop’s an image, with the clients on the same two cores. The bare loop behind node:http alone reaches 0.91 to 0.93.',
    },
    {
      what: 'What workerd adds at the median',
      goal: 'at most 1.5 ms',
      source: { bench: 'overhead', line: 'serve: ms that workerd adds' },
    },
    {
      what: 'transformers.js behind Hono, its throughput over ours',
      goal: 'at most 0.50 (we do twice)',
      source: { bench: 'transformers', line: 'serve: transformers.js over throughput' },
      because:
        'Out of reach on this machine: the bare loop, which no server can beat, makes 1.7 to 2.0 times what transformers.js does there (the line of the bench says it), because both run the same ONNX Runtime and the session is two thirds of an image. Ours spends 14.6 ms of CPU an image, the library 17.7 and 23.9 (with one and with its own number of threads). The function runs in workerd here, as it is installed; built in (`TANDEM_FUNCTION_HOST=inline`) an image takes 1.8 ms less. The model is a copy with float32 NCHW input, which the library wants.',
    },
    {
      what: 'p99 with eight clients, over transformers.js',
      goal: 'below 1',
      source: { bench: 'transformers', line: 'serve: p99 over transformers.js' },
    },
    {
      what: 'OpenCV’s dnn behind FastAPI, its throughput over ours',
      goal: 'at most 1',
      source: { bench: 'opencv', line: 'serve: OpenCV behind FastAPI over throughput' },
      because:
        'Its importer refuses 8-bit models, so both serve a small float model of the demo world: inference is short and what surrounds it decides. Here that is a decision that is stored, a decoder and a function that are isolated; there none of them.',
    },
    {
      what: 'p99 with eight clients, over OpenCV’s',
      goal: 'below 1',
      source: { bench: 'opencv', line: 'serve: p99 over OpenCV behind FastAPI' },
      because: 'As above.',
    },
    {
      what: 'Edge lost in nine ways: added in the first second',
      goal: 'at most 250 ms',
      source: { bench: 'lost-edge', line: 'lost edge: added in the first second, of 250 ms' },
      because:
        'An edge that falls silent is waited for a multiple of what it usually takes: on a machine so loaded that it takes over 115 ms, that is over 250.',
    },
    {
      what: 'Afterwards, at the median',
      goal: 'at most 1 ms',
      source: { bench: 'lost-edge', line: 'lost edge: added afterwards at the median, of 1 ms' },
    },
    {
      what: 'Requests failed meanwhile',
      goal: 'none',
      source: { bench: 'lost-edge', line: 'lost edge: requests failed' },
    },
    {
      what: 'Found again',
      goal: 'within 5 s',
      source: { bench: 'lost-edge', line: 'lost edge: until found again, of 5 s' },
    },
    {
      what: '1,000 slow connections: the last is gone',
      goal: 'within 15 s',
      source: { bench: 'slow-clients', line: 'serve: slow connections, until the last is gone' },
    },
    {
      what: 'Well-behaved clients that failed meanwhile',
      goal: 'none',
      source: { bench: 'slow-clients', line: 'serve: well-behaved clients failed meanwhile' },
    },
    {
      what: 'Classify requests without growth of memory, files or threads',
      goal: '1,000,000',
      source: { bench: 'growth', line: 'serve: what grows under load' },
    },
    {
      what: 'Over 5,000 damaged images: answered wrongly',
      goal: '0 crashes, 0 5xx, whole images 200',
      source: { bench: 'corpus', line: 'serve: damaged images answered wrongly' },
    },
    {
      what: '100,000 decisions through `kill -9` of worker and control plane',
      goal: 'none lost, none double',
      source: { bench: 'decisions', line: 'decisions lost, double or other than answered' },
    },
  ],
}
