import RangedMmap

// A lent value is given back.
#if TWIN
func sync(_ file: MmapFile, _ box: HandOver<WriteReceipt>) throws -> FlushedRange? {
  guard let receipt = box.take() else { return nil }
  return try file.sync(receipt)
}
#else
func sync(_ file: MmapFile, _ box: HandOver<WriteReceipt>) throws {
  try box.withValue { receipt in _ = try file.sync(receipt) }
  // expected-error@-1 {{missing reinitialization of inout parameter 'receipt' after consume}}
  // expected-note@-2 {{consumed here}}
}
#endif
