// At least one call of every command, as a person would type it: shown by --help and in docs/cli.md. A test parses each by
// the commands themselves, so none of them can go stale.

import type { Command } from 'commander'
import { listCommands } from './command-tree.ts'

/** By the words of the command; the lines go without `tandem` and them. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'models add': [
    'light.onnx --name light --labels classes.txt --crop 0.875',
    'heavy.onnx --name heavy --labels classes.txt --mean 123.7,116.3,103.5 --std 58.4,57.1,57.4',
    'odd.onnx --name odd --labels classes.txt --contract odd.json',
  ],
  'models list': ['', '--json'],
  'zoo list': [''],
  'zoo show': ['resnet50-v1-12'],
  'zoo pull': [
    'mobilenetv2-12 resnet50-v1-12 --accept-licence --register',
    'resnet50-v1-12 --mirror http://files.intern/models --accept-licence',
    'mobilenet_v1_0.25_128_quant --from /media/usb/models --accept-licence',
  ],
  'import onnx': ['resnet50.onnx --name resnet50 --labels classes.txt --preset torchvision'],
  'import keras-contract': [
    'model.json > contract.json',
    'MobileNetV2 --input-name input --output-name scores > contract.json',
  ],
  'datasets add': ['labels.csv --name mine --labels classes.txt', 'photos/ --name mine --labels classes.txt'],
  'datasets list': [''],
  'devices list': ['', '--group default --state failed,installing'],
  'devices show': ['pi'],
  'devices enrol': ['pi-2 --tier local', 'jetson --tier edge --group lab'],
  'devices revoke': ['pi-2'],
  profile: ['--dataset mine', '--dataset mine --models light,heavy --devices pi'],
  'profile list': [''],
  'profile cancel': ['job_2x9k'],
  'energy import': [
    '--profile job_2x9k --csv monsoon.csv --marker 12.5',
    '--profile job_2x9k --csv meter.csv --offset-ms 0 --idle 0..5s',
  ],
  select: [
    '--dataset mine',
    '--dataset mine --accuracy-min 0.7 --local-latency-max 300 --size-max 16MB',
    '--dataset mine --weight-latency 1 --weight-energy 1',
  ],
  evaluate: ['', '--kinds forest,confidence --out report', '--id evl_7f3c'],
  train: ['', '--kind confidence --offload 0.3', '--guarantee 0.05,0.05'],
  'routers list': [''],
  'routers show': ['3'],
  'routers export': ['3 --onnx forest.onnx'],
  'routers import': ['forest.onnx --trained-on-other-images'],
  'jobs list': ['', '--state running,queued', '--all --limit 200'],
  'jobs show': ['wrk_4d1a --wait'],
  'jobs cancel': ['wrk_4d1a'],
  'jobs work': [''],
  'aliases list': [''],
  'aliases set': ['canary 4 --reason "looks good"'],
  'aliases approve': ['stable --reason "agreed with the lab"'],
  'aliases protect': ['stable', 'stable --off'],
  'aliases history': ['stable'],
  'rollouts list': ['', '--all'],
  'rollouts show': ['rol_91ab'],
  'rollouts watch': ['rol_91ab'],
  'rollouts pause': ['rol_91ab --reason "the link is slow today"'],
  'rollouts resume': ['rol_91ab'],
  'rollouts approve': ['rol_91ab --reason "figures are good"'],
  'rollouts abort': ['rol_91ab --reason "too many fallbacks"'],
  promote: [
    '',
    '3 --group lab --audit-share 2%',
    "--stages 10%,50%,100% --soak 10m --quality 'offload<=0.5,p95<=200ms'",
    '--edge-url http://triton:8000 --edge-model resnet',
  ],
  rollback: ['', '--group lab --to 2'],
  history: ['', '--group lab --limit 5'],
  'functions new': ['my-function', 'my-function --from two-crops'],
  'functions dev': ['my-function/function.ts --port 7403'],
  'functions check': ['my-function/function.ts'],
  'functions deploy': ['my-function/function.ts --name my-function'],
  'functions list': [''],
  'functions show': ['my-function'],
  'edges declare': ['http://triton:8000 --model resnet --group lab'],
  'edges list': ['', '--all'],
  'edges revoke': ['edg_5c2e'],
  classify: ['photo.jpg', '*.jpg --batch --top 3', 'photo.jpg --preference accuracy --deadline 200'],
  decisions: ['', '--hours 168', '--disagreement'],
  'captures list': ['--limit 10'],
  'captures export': ['to-label', 'to-label --deployment 4'],
  doctor: ['', '--json'],
  'config show': ['', 'port'],
  'config set': ['url http://control:7400', 'piPort 7501 --project'],
  'config unset': ['url'],
  'artifacts list': ['--limit 10'],
  'artifacts show': ['sha256:9f86d081'],
  'artifacts fetch': ['sha256:9f86d081 model.onnx'],
  'artifacts gc': ['--dry-run', '--grace-hours 24'],
  'keys list': [''],
  'keys add': ['', '--public module.jwk'],
  'keys rotate': ['3Fq7'],
  'keys retire': ['8kPx'],
  'db backup': ['tandem.backup --artifacts'],
  'db verify': ['tandem.backup'],
  'db restore': ['tandem.backup --artifacts', 'tandem.backup --force'],
  'users list': [''],
  'users add': ['ada --role operator --invite', 'ada --role viewer --password-stdin < password.txt'],
  'users role': ['ada --role admin'],
  'users disable': ['ada'],
  'users enable': ['ada'],
  'users reset-password': ['ada --drop-second-factor'],
  whoami: [''],
  'api-keys list': ['--all'],
  'api-keys add': ['ci --role operator --scopes models,artifacts --expires-in-days 90'],
  'api-keys revoke': ['ci'],
  audit: ['--limit 20', '--actor usr_3c --since 2026-01-31T00:00:00Z'],
  completion: ['bash', 'zsh', 'fish'],
}

export const examplesOf = (words: string): string[] =>
  (EXAMPLES[words] ?? []).map((rest) => `tandem ${words} ${rest}`.trimEnd())

export function showExamples(program: Command): void {
  for (const { words, command } of listCommands(program)) {
    const lines = examplesOf(words)
    if (lines.length === 0) continue
    const title = lines.length === 1 ? 'Example:' : 'Examples:'
    command.addHelpText('after', ['', title, ...lines.map((line) => `  ${line}`)].join('\n'))
  }
}
