import RangedMmap

// A hole has nothing to flush.
#if TWIN
func punch(_ file: MmapFile, _ receipt: consuming WriteReceipt, _ bytes: [UInt8]) throws -> WriteReceipt {
  let hole = try file.punch(receipt)
  let again = try file.write(bytes, to: hole)
  try file.flush(again)
  return again
}
#else
func punch(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws -> AllocatedRange {
  // expected-error@-1 {{'receipt' used after consume}}
  let hole = try file.punch(receipt)
  // expected-note@-1 {{consumed here}}
  try file.flush(receipt)
  // expected-note@-1 {{used here}}
  return hole
}
#endif
