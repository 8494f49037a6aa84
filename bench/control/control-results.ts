// bench/results/control.md: what the control plane was measured at.

import type { ResultsFile } from '../serve/rig/results.ts'

export const CONTROL: ResultsFile = {
  name: 'control.md',
  title: '# The control plane',
  intro:
    'Written by the benches in `bench/control/`, section by section. Control plane, PostgreSQL (fsync on) and load are ' +
    'processes on one machine and share its cores. Ratios to what was measured in the same run hold better than ' +
    'absolute times.',
  sections: ['Decisions in', 'Lists', 'Manifest polls', 'Calls of the admin API'],
}
