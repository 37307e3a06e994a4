/** An event that may happen many times. `next` resolves at the next call of `notify`. */
type Condition = { readonly next: () => Promise<void>; readonly notify: () => void }

export const createCondition = (): Condition => {
  let resolveNext: () => void = () => undefined
  let next = Promise.resolve()
  const renew = () => {
    next = new Promise((resolve) => {
      resolveNext = resolve
    })
  }
  renew()
  return {
    next: () => next,
    notify: () => {
      const resolveCurrent = resolveNext
      renew()
      resolveCurrent()
    },
  }
}
