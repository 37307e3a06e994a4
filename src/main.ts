#!/usr/bin/env node
import { actAsOwner } from './adapters/platform/act-as-owner.ts'
import { CloseError } from './adapters/platform/close-all.ts'
import { errnoOf } from './adapters/platform/errno.ts'
import { explainSystemError } from './adapters/platform/explain-system-error.ts'
import { type Command, CommandError, createCommandPrinter, extractJsonFlag } from './cli/command.ts'
import { explainUsage } from './cli/explain-usage.ts'
import { commandHelp, overviewHelp, requestedHelpTopic } from './cli/help.ts'
import { larderVersion } from './cli/larder-version.ts'
import { printWarningsWithoutText } from './cli/quiet-warnings.ts'
import { larderSudoCommand } from './cli/shell-line.ts'
import { loadSettings } from './composition/load-settings.ts'
import { describeMisspelt } from './config/misspelt-settings.ts'
import { InvalidSettingError } from './config/settings.ts'
import { UserError } from './domain/shared/user-error.ts'
import { E } from './fp.ts'
import { printError, printErrorLine } from './terminal/print-error.ts'

/**
 * A module is loaded only when its command runs: `--version` loads no module of a command, and `token` loads only its own.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/serve-command.ts')).serveCommand,
  worker: async () => (await import('./cli/worker-command.ts')).workerCommand,
  migrate: async () => (await import('./cli/migrate-command.ts')).migrateCommand,
  add: async () => (await import('./cli/add-command.ts')).addCommand,
  list: async () => (await import('./cli/list-command.ts')).listCommand,
  show: async () => (await import('./cli/show-command.ts')).showCommand,
  set: async () => (await import('./cli/set-command.ts')).setCommand,
  rm: async () => (await import('./cli/rm-command.ts')).rmCommand,
  refused: async () => (await import('./cli/refused-command.ts')).refusedCommand,
  restore: async () => (await import('./cli/restore-command.ts')).restoreCommand,
  token: async () => (await import('./cli/token-command.ts')).tokenCommand,
  revoke: async () => (await import('./cli/revoke-command.ts')).revokeCommand,
  admin: async () => (await import('./cli/admin-command.ts')).adminCommand,
  check: async () => (await import('./cli/check-command.ts')).checkCommand,
  remake: async () => (await import('./cli/remake-command.ts')).remakeCommand,
  jobs: async () => (await import('./cli/jobs-command.ts')).jobsCommand,
  webhooks: async () => (await import('./cli/webhooks-command.ts')).webhooksCommand,
  sweep: async () => (await import('./cli/sweep-command.ts')).sweepCommand,
  verify: async () => (await import('./cli/verify-command.ts')).verifyCommand,
  purge: async () => (await import('./cli/purge-command.ts')).purgeCommand,
  events: async () => (await import('./cli/events-command.ts')).eventsCommand,
  instances: async () => (await import('./cli/instances-command.ts')).instancesCommand,
  doctor: async () => (await import('./cli/doctor-command.ts')).doctorCommand,
}

const loadCommand = (name: string): Promise<Command> => {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) throw new CommandError(`there is no command ${name}; see: larder help`, 2)
  return load()
}

const helpOfCommands = async (): Promise<string> =>
  overviewHelp(await Promise.all(Object.values(commands).map((load) => load())))

const main = async (name: string | undefined, words: ReadonlyArray<string>): Promise<number> => {
  const { isJson, args } = extractJsonFlag(words)
  const write = (line: string) => {
    process.stdout.write(`${line}\n`)
  }
  const out = createCommandPrinter(write, isJson)
  if (name === undefined) throw new CommandError((await helpOfCommands()).split('\n'), 2)
  if (name === '--version') {
    out.report({ lines: [larderVersion()], json: { version: larderVersion() } })
    return 0
  }
  const helpTopic = requestedHelpTopic(name, args)
  if (helpTopic !== null) {
    const message = helpTopic === 'all' ? await helpOfCommands() : commandHelp(await loadCommand(helpTopic))
    out.report({ lines: message.split('\n'), json: { message } })
    return 0
  }
  const command = await loadCommand(name)
  const config = loadSettings(process.env)
  if (E.isLeft(config)) throw new CommandError(config.left.map((fault) => `bad setting: ${fault}`))
  for (const warning of describeMisspelt(process.env)) printError(warning)
  // New files are accessible to the user of this process only, whatever umask the process inherited.
  process.umask(0o077)
  const context = { config: config.right, args }
  const { dataDir } = config.right
  if (command.needsLibrary(context))
    actAsOwner(dataDir, (uid) => larderSudoCommand(uid, dataDir, [name, ...words]))
  return command.run({ ...context, ...out })
}

/** Returns the message for an error that the user can correct; `null` for a bug. */
const explain = async (error: unknown): Promise<CommandError | null> => {
  if (error instanceof CommandError) return error
  if (error instanceof InvalidSettingError) return new CommandError(error.message)
  if (error instanceof UserError || error instanceof CloseError) return new CommandError(error.message)
  const code = errnoOf(error)
  if (!(error instanceof Error) || code === undefined) return null
  if (code.startsWith('ERR_PARSE_ARGS')) {
    const { usage } = await loadCommand(name ?? '')
    return new CommandError(explainUsage(error, name ?? '', usage), 2)
  }
  const explained = explainSystemError(error)
  return explained === null ? null : new CommandError(explained)
}

// If the reader of standard output closes the pipe, a running server continues.
process.stdout.on('error', () => {})
printWarningsWithoutText((text) => text.split('\n').forEach(printErrorLine))

const [name, ...args] = process.argv.slice(2)
try {
  // All resources are closed by now. Exports in progress would keep the process alive for minutes, so the
  // process exits explicitly.
  process.exit(await main(name, args))
} catch (error) {
  const failure = await explain(error)
  if (failure === null) throw error
  const prefix = failure.message.startsWith('usage:') ? '' : 'larder: '
  for (const line of failure.lines) printErrorLine(`${prefix}${line}`)
  process.exitCode = failure.exitCode
}
