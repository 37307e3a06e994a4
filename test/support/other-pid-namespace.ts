/**
 * A command prefix that runs a command in its own pid namespace, as in another container. When the started
 * process ends, the command is killed. Users other than root need a user namespace for this.
 */
export const inOtherPidNamespace: ReadonlyArray<string> = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--mount-proc', '--kill-child', '--'],
]
