// `tandem` as a tree of commands, in the order of the flow. Whoever wants the tree alone (the reference, the completion,
// the tests) gets it here without running anything.

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addArtifactCommands } from './artifacts/artifact-commands.ts'
import { addCompletionCommand } from './completion/completion-command.ts'
import { addDatabaseCommands } from './db/db-commands.ts'
import { addDoctorCommand } from './doctor/doctor-command.ts'
import { addEnergyCommands } from './energy-commands.ts'
import { addEvaluateCommand } from './evaluate-commands.ts'
import { addDeviceCommands } from './fleet/device-commands.ts'
import { addEdgeCommands } from './fleet/edge-commands.ts'
import { addKeyCommands } from './fleet/key-commands.ts'
import { addFunctionCommands } from './function-commands.ts'
import { addJobCommands } from './jobs/job-commands.ts'
import { addCaptureCommands } from './observe/capture-commands.ts'
import { addDecisionCommand } from './observe/decision-command.ts'
import { addDatasetCommands, addModelCommands, addProfileCommand } from './profile-commands.ts'
import { addPromoteCommands } from './promote/promote-commands.ts'
import { showExamples } from './reference/examples.ts'
import { addSelectCommand } from './select-command.ts'
import { addServeCommands } from './serve-commands.ts'
import { address } from './session.ts'
import { addConfigCommands } from './settings/config-commands.ts'
import { exitCodeLines } from './shell/end-of-command.ts'
import { addTrainCommands } from './train-commands.ts'
import { addApiKeyCommands } from './users/api-key-commands.ts'
import { addAuditCommand } from './users/audit-command.ts'
import { addUserCommands } from './users/user-commands.ts'
import { addImportCommands } from './zoo/import-commands.ts'
import { addZooCommands } from './zoo/zoo-commands.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const STAGES: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  'Profile:': [
    addModelCommands,
    addZooCommands,
    addImportCommands,
    addDatasetCommands,
    addDeviceCommands,
    addProfileCommand,
    addEnergyCommands,
  ],
  'Select and train:': [addSelectCommand, addEvaluateCommand, addTrainCommands, addJobCommands],
  'Promote:': [addPromoteCommands, addFunctionCommands, addEdgeCommands],
  'Serve and observe:': [addServeCommands, addDecisionCommand, addCaptureCommands],
  'Run Tandem:': [
    addDoctorCommand,
    addConfigCommands,
    addArtifactCommands,
    addKeyCommands,
    addDatabaseCommands,
    addUserCommands,
    addApiKeyCommands,
    addAuditCommand,
    addCompletionCommand,
  ],
}

export function openProgram(): Command {
  const program = new Command('tandem')
    .description(
      'Two image classifiers ride together: each image goes to the model that is good enough for it.',
    )
    .version(version)
    .option('--json', 'answer as JSON')
    .option('--url <url>', 'control plane (TANDEM_URL; http://127.0.0.1:7400 where left out)', address)
    .option('--home <folder>', 'folder with the admin key (TANDEM_HOME; .tandem where left out)')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows how it is called)')
    .exitOverride()
    .addHelpText('after', flowAndCodes)
  for (const [stage, adders] of Object.entries(STAGES)) {
    program.commandsGroup(stage)
    for (const add of adders) add(program)
  }
  showExamples(program)
  return program
}

const flowAndCodes = () => `
The flow, on your own models and images:
  tandem models add light.onnx --name light --labels classes.txt --crop 0.875
  tandem models add heavy.onnx --name heavy --labels classes.txt --crop 0.875
  tandem datasets add labels.csv --name mine --labels classes.txt
  tandem profile --dataset mine
  tandem select --dataset mine
  tandem evaluate
  tandem train
  tandem promote
  tandem classify photo.jpg

Settings come from flags, else the environment, else ./tandem.json, else ~/.config/tandem/config.json.

Exit codes:
${exitCodeLines()}`
