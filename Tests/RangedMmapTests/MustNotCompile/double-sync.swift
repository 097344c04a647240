import RangedMmap

// A receipt may be synced once.
#if TWIN
func sync(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws -> FlushedRange {
  try file.flush(receipt)
  return try file.sync(receipt)
}
#else
func sync(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws {
  // expected-error@-1 {{'receipt' consumed more than once}}
  _ = try file.sync(receipt)
  // expected-note@-1 {{consumed here}}
  _ = try file.sync(receipt)
  // expected-note@-1 {{consumed again here}}
}
#endif
