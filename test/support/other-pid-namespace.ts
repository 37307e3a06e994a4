/**
 * Command prefix that runs a command in its own pid namespace, as another container does. The command is
 * killed together with the started process. Users other than root need a user namespace for it.
 */
export const inOtherPidNamespace: ReadonlyArray<string> = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--mount-proc', '--kill-child', '--'],
]
