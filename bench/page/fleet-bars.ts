// Bars of devices and their control plane: updates, promotions, polls, lists, jobs.

import type { Chapter } from './bar.ts'

const DAY = '2026-11-23'
const TESTED = 'at every commit'

export const DEVICES: Chapter = {
  title: 'Devices and rollouts',
  bars: [
    {
      what: 'Requests lost in switches under load',
      goal: '0 in 200 switches under 100,000',
      noted: {
        measured: '0',
        verdict: 'kept',
        how: '`node --import tsx bench/serve/switches.ts 200 100000 2 mobilenet_v1`',
        when: `${DAY}, load not told`,
      },
    },
    {
      what: 'p99 during a switch over that between (40 switches)',
      goal: 'at most 1.5',
      source: { bench: 'switches', line: 'switches: p99 during a switch over that between' },
      because:
        'A new generation starts two processes and loads a model on the same two cores. They start and end at the lowest priority; runs of 40 switches gave 1.42 to 1.64; in the last p99 was 9.4 ms between and 15.4 during a switch.',
    },
    {
      what: 'Crash at every durable step of an update, and 200 random `kill -9`',
      goal: 'always boots one whole deployment, within 5 s',
      noted: {
        measured: '532 blows, each booted one whole deployment; at most 1.6 s on a quiet machine',
        ratio: 0.32,
        verdict: 'kept',
        how: '`node --import tsx bench/device/crash-points.ts 200`: bench/results/device.md',
        when: `${DAY}, load 15 to 48, then quiet`,
      },
      because: '43 boots took over 5 s, 13.9 s the longest, all while the machine was swamped.',
    },
    {
      what: 'Corruption, replay, freeze, mix of two deployments',
      goal: 'refused, reported, serving goes on',
      noted: {
        measured: 'all of them',
        verdict: 'kept',
        how: '`npx vitest run test/workers/agent`',
        when: TESTED,
      },
    },
    {
      what: 'Control plane gone for a whole test',
      goal: 'devices serve, restart, serve',
      noted: {
        measured: 'they do',
        verdict: 'kept',
        how: '`npx vitest run test/control-plane-gone.test.ts`',
        when: TESTED,
      },
    },
    {
      what: 'PostgreSQL killed 100 times during promotions',
      goal: 'one current deployment, no manifest for what is not recorded',
      noted: {
        measured: 'no damage',
        verdict: 'kept',
        how: '`node --import tsx bench/fleet/promotions.ts`',
        when: `${DAY}, load not told`,
      },
    },
    {
      what: '10,000 devices that poll',
      goal: 'measured; memory flat; a table to 1,000,000',
      noted: {
        measured: '997 requests/s of a long poll each: 42 % of a core, 32 % for PostgreSQL; +1.6 MB a minute',
        verdict: 'kept',
        how: '`node --import tsx bench/fleet/pollers.ts 10000 100 2 60`: bench/results/fleet.md',
        when: `${DAY}, load 5.2`,
      },
    },
    {
      what: 'Soak under faults: answers lost, double or stored otherwise',
      goal: '0',
      source: { bench: 'soak', line: 'soak: answers lost, double or stored otherwise' },
    },
    {
      what: 'Soak: requests failed while their worker was alive',
      goal: '0',
      source: { bench: 'soak', line: 'soak: requests failed while their worker was alive' },
    },
    {
      what: 'Soak: what grows',
      goal: 'nothing',
      source: { bench: 'soak', line: 'soak: what grows' },
      because:
        'No life of a process is longer than twelve minutes there, since faults end them, and four are left out: a slope over the rest cannot tell a leak from a heap that finds its size. The plot shows the workers’ memory as a saw between 150 and 230 MB, with the same peaks in every life (V8 collects when the heap has grown fivefold), and workerd’s rising towards the 32 MB that its heap may have. Lives without faults are what `npm run bench -- growth` is for: a million requests, and nothing grew.',
    },
  ],
}

export const CONTROL: Chapter = {
  title: 'Control plane',
  bars: [
    {
      what: 'Manifest poll with 304, of a bare Hono route',
      goal: 'at least 0.7',
      source: { bench: 'polls' },
      because:
        'A poll verifies a token, must see a revocation and a new promotion at once, and therefore asks the database. Tried: remembered tokens (10 to 4.4 times the CPU), queries shared by those who ask together, idle devices answered from memory.',
    },
    {
      what: 'Decisions in',
      goal: 'at least 20,000 a second',
      source: { bench: 'ingest', line: 'ingest, 20,000 decisions/s over measured' },
    },
    {
      what: 'Both algorithms over 12 x 50,000 stored outcomes',
      goal: 'under 1 s',
      source: { bench: 'select', line: 'select: 12 models x 50000 images, on two devices, selected' },
    },
    {
      what: 'These outcomes stored',
      goal: 'under 100 MB',
      source: { bench: 'select', line: 'select: 12 models x 50000 images, stored' },
    },
    {
      what: 'List calls and /metrics at p95 with 1,000,000 decisions and 100,000 devices, the slowest',
      goal: 'under 20 ms',
      source: { bench: 'lists' },
    },
    {
      what: 'Plans of the hot queries',
      goal: 'no sequential scan',
      noted: { measured: 'none', verdict: 'kept', how: '`npx vitest run test/db/decisions`', when: TESTED },
    },
    {
      what: 'Malformed and hostile JSON on every route',
      goal: 'no 5xx, stack, path or SQL in an answer',
      noted: {
        measured: '51,236 requests, none',
        verdict: 'kept',
        how: '`npx vitest run test/admin`',
        when: TESTED,
      },
    },
    {
      what: 'Permissions',
      goal: 'every procedure x every role x no credentials',
      noted: {
        measured: 'every procedure and route x 15 callers',
        verdict: 'kept',
        how: '`npx vitest run test/admin/auth`',
        when: TESTED,
      },
    },
    {
      what: 'A killed worker’s job goes on elsewhere',
      goal: 'within 10 s, from its last step',
      noted: {
        measured: '6.3 and 6.6 s',
        ratio: 0.66,
        verdict: 'kept',
        how: '`npx vitest run test/admin/jobs`',
        when: `${DAY}, load not told`,
      },
    },
    {
      what: 'devices.list against bare tRPC, calls a second',
      goal: 'told',
      source: { bench: 'calls', line: 'calls: bare tRPC over devices.list, calls a second' },
    },
  ],
}

export const PEOPLE: Chapter = {
  title: 'Starts, sizes, console',
  bars: [
    {
      what: 'First `npm start` to the first explained answer',
      goal: 'under 3 minutes with `npm ci`',
      source: { bench: 'npm-start', line: 'start: npm start, first, of 180 s' },
    },
    {
      what: 'Second `npm start`',
      goal: 'under 10 s',
      source: { bench: 'npm-start', line: 'start: npm start, second, of 10 s' },
    },
    {
      what: 'All processes together, idle',
      goal: 'under 1.5 GB',
      source: { bench: 'memory', line: 'memory: all processes idle, of 1500 MB' },
    },
    {
      what: 'All processes together, under load',
      goal: 'under 1.5 GB',
      source: { bench: 'memory', line: 'memory: all processes under load, of 1500 MB' },
    },
    {
      what: 'Script of the console’s first page, gzipped',
      goal: 'under 300 KB',
      source: { bench: 'console', line: 'console: script of the first page' },
    },
    {
      what: 'Console pages with 10,000 devices and 100,000 decisions, the slowest',
      goal: 'at most 5 times a page that reads next to nothing',
      source: { bench: 'console', line: 'console: Overview, beside Settings' },
    },
  ],
}
