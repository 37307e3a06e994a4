/** PostgreSQL settings for data that need not survive a crash. No write waits for the disk. */
export const nonDurablePostgresSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
}
