// Settings that more than one process of a machine reads, those of the CLI, and those of `npm start`.

import { z } from 'zod'
import { number, port, setting, text, webAddress } from './setting.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export const sharedSettings = {
  TANDEM_HOME: setting(
    z.string().min(1).default('.tandem'),
    'folder of the control plane and, below it, of this machine’s workers',
    { isPath: true },
  ),
  TANDEM_HOST: setting(z.string().default('127.0.0.1'), 'address that a process listens on'),
  TANDEM_PORT: setting(port.default(7400), 'port of the control plane'),
  TANDEM_PI_PORT: setting(port.default(7401), 'port of the local worker'),
  TANDEM_TX2_PORT: setting(port.default(7402), 'port of the edge worker'),
  TANDEM_DEV_PORT: setting(port.default(7403), 'port of a function under development'),
  LOG_LEVEL: setting(z.enum(LEVELS).default('info'), 'how much the processes log'),
}

export const clientSettings = {
  TANDEM_URL: setting(webAddress.optional(), 'the control plane that the CLI asks', {
    otherwise: 'http://127.0.0.1 at TANDEM_PORT',
  }),
  TANDEM_API_KEY: setting(text, 'key of the CLI', {
    isSecret: true,
    otherwise: 'the key in the file admin.key of TANDEM_HOME',
  }),
  TANDEM_WORKER_URL: setting(webAddress.optional(), 'the worker that `tandem classify` asks', {
    otherwise: 'http://127.0.0.1 at TANDEM_PI_PORT',
  }),
  TANDEM_ZOO_MIRROR: setting(webAddress.optional(), 'where `tandem zoo pull` fetches from', {
    otherwise: 'the address that the catalogue names',
  }),
  TANDEM_WORKER_API_KEY: setting(text, 'its key, where it asks for one', { isSecret: true }),
}

export const demoSettings = {
  TANDEM_DEMO_SCENES: setting(
    number().int().min(40).max(20_000).default(1_200),
    'scenes that `npm start` profiles the demo’s candidates on',
  ),
  TANDEM_DEMO_MODELS: setting(
    text,
    'names of the demo’s candidates that `npm start` takes, with commas between them',
    {
      otherwise: 'all twelve',
    },
  ),
}
