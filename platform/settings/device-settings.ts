// Settings of a worker. Both workers of a machine read the same ones; the tier brings its own port and folder.

import { z } from 'zod'
import { number, setting } from './setting.ts'
import { sharedSettings } from './shared-settings.ts'

const { TANDEM_HOME, TANDEM_HOST, TANDEM_PI_PORT, TANDEM_TX2_PORT, LOG_LEVEL } = sharedSettings

const words = z.string().min(1).optional()

export const deviceSettings = {
  ...{ TANDEM_HOME, TANDEM_HOST, TANDEM_PI_PORT, TANDEM_TX2_PORT, LOG_LEVEL },
  TANDEM_DEVICE_HOME: setting(words, 'where a device keeps identity, state, artifacts and spool', {
    isPath: true,
    otherwise: 'devices/pi or devices/tx2 in TANDEM_HOME',
  }),
  TANDEM_CONTROL_URL: setting(
    z.url().default('http://127.0.0.1:7400'),
    'the control plane that a worker belongs to',
  ),
  TANDEM_ENROL_CODE: setting(words, 'one-time code, needed at the first start only', { isSecret: true }),
  TANDEM_DEVICE_URL: setting(z.url().optional(), 'how other devices reach this one', {
    otherwise: 'http:// with TANDEM_HOST and the port',
  }),
  TANDEM_ACTIVE_WATTS: setting(
    number().positive().optional(),
    'watts above idle while it computes, where energy is modelled',
    { otherwise: 'the published 0.94 (local) and 7.8 (edge)' },
  ),
  TANDEM_ENERGY_METER: setting(
    z.enum(['auto', 'model', 'rapl', 'ina3221', 'hwmon']).default('auto'),
    'what measures energy',
  ),
  TANDEM_HWMON_LABEL: setting(words, 'which power sensor of hwmon sees the whole device'),
  TANDEM_IDLE_SECONDS: setting(
    number().min(0).max(600).default(5),
    'how long idle is measured before each job; nothing is where energy is modelled',
  ),
  TANDEM_DISK_BUDGET_MB: setting(
    // The largest pair of the paper takes 230 MB a tier and three deployments meet during a switch; the rest is images.
    number().positive().default(4_096),
    'what artifacts and images together may take on disk',
  ),
  TANDEM_GENERATIONS: setting(
    z
      .enum(['1', '2'])
      .default('2')
      .transform((count) => (count === '1' ? 1 : 2)),
    '1 where the memory never holds two models: then nothing is served while a new deployment starts',
  ),
  TANDEM_FUNCTION_HOST: setting(
    z.enum(['auto', 'workerd', 'thread', 'inline']).default('auto'),
    'what runs functions; with inline the worker itself answers for the built-in one',
  ),
  TANDEM_TLS_CERT: setting(words, 'certificate, PEM; HTTPS instead of HTTP where both are named', {
    isPath: true,
  }),
  TANDEM_TLS_KEY: setting(words, 'its key, PEM', { isPath: true }),
  TANDEM_API_KEYS_FILE: setting(words, 'SHA-256 of one API key a line; whoever asks needs one of them', {
    isPath: true,
  }),
  TANDEM_EDGE_API_KEY: setting(words, 'with which the local device asks an edge that wants one', {
    isSecret: true,
  }),
  TANDEM_EDGE_API_KEY_FOR: setting(
    z.string().optional(),
    'the only edges that get it, by their addresses with commas between them',
    { otherwise: 'all of this platform’s own' },
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(z.url().optional(), 'where traces go, OTLP over HTTP', {
    otherwise: 'no traces are made',
  }),
  TANDEM_DRAIN_SECONDS: setting(
    number().min(0).max(300).default(0),
    'how long /readyz says no before an ending worker takes no more requests',
  ),
}
