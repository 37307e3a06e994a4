/** Reports whether this process is shutting down. During a shutdown, readiness checks fail. */
export type ServerLifecycle = { readonly isStopping: () => boolean }
