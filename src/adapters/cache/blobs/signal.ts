/** Something that happens again and again; whoever waits is told of the next time. */
export type Signal = { readonly next: () => Promise<void>; readonly tell: () => void }

export const createSignal = (): Signal => {
  let tell: () => void = () => undefined
  let next = Promise.resolve()
  const renew = () => {
    next = new Promise((resolve) => {
      tell = resolve
    })
  }
  renew()
  return {
    next: () => next,
    tell: () => {
      const told = tell
      renew()
      told()
    },
  }
}
