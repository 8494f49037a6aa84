// `tandem`: the flow, verb by verb. Answers go to stdout, news and progress to stderr; exit code 0 is done, 1 is
// refused or "no" as an answer, 2 is a wrong call.

import { Command, CommanderError } from 'commander'
import { sentenceOf } from '../client/api.ts'
import { addArtifactCommands } from './artifacts/artifact-commands.ts'
import { addDatabaseCommands } from './db/db-commands.ts'
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
import { addPromoteCommands } from './promote-commands.ts'
import { addSelectCommand } from './select-command.ts'
import { addServeCommands } from './serve-commands.ts'
import { addTrainCommands } from './train-commands.ts'
import { addApiKeyCommands } from './users/api-key-commands.ts'
import { addAuditCommand } from './users/audit-command.ts'
import { addUserCommands } from './users/user-commands.ts'

const program = new Command('tandem')
  .description(
    'Two image classifiers ride together: each image goes to the model that is good enough for it.',
  )
  .option('--json', 'answer as JSON')
  .option('--url <url>', 'control plane (TANDEM_URL, default http://127.0.0.1:7400)')
  .option('--home <folder>', 'folder with the admin key (TANDEM_HOME, default .tandem)')
  .showHelpAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    `
The flow, on your own models and images:
  tandem models add light.onnx --name light --labels classes.txt --crop 0.875
  tandem models add heavy.onnx --name heavy --labels classes.txt --crop 0.875
  tandem datasets add labels.csv --name mine --labels classes.txt
  tandem profile --dataset mine
  tandem select --dataset mine
  tandem evaluate
  tandem train
  tandem promote
  tandem classify photo.jpg`,
  )

addModelCommands(program)
addDatasetCommands(program)
addDeviceCommands(program)
addEdgeCommands(program)
addKeyCommands(program)
addArtifactCommands(program)
addProfileCommand(program)
addEnergyCommands(program)
addSelectCommand(program)
addEvaluateCommand(program)
addTrainCommands(program)
addJobCommands(program)
addFunctionCommands(program)
addPromoteCommands(program)
addServeCommands(program)
addDecisionCommand(program)
addCaptureCommands(program)
addDatabaseCommands(program)
addUserCommands(program)
addApiKeyCommands(program)
addAuditCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    const sentence = sentenceOf(error)
    if (sentence === undefined) throw error
    process.stderr.write(`${sentence}\n`)
    process.exitCode = 1
  }
}
