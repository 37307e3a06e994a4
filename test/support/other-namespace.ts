/**
 * The words in front of a command that runs in a pid namespace of its own, as another container does. It is killed
 * together with the process that is started. Users other than root need a user namespace for it.
 */
export const otherNamespace: ReadonlyArray<string> = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--mount-proc', '--kill-child', '--'],
]
