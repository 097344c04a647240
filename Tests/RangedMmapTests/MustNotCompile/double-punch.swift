import RangedMmap

// What was punched is punched once; to do it again, the range that came back is given.
#if TWIN
func punch(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws -> AllocatedRange {
  let hole = try file.punch(receipt)
  return try file.punch(hole)
}
#else
func punch(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws {
  // expected-error@-1 {{'receipt' consumed more than once}}
  _ = try file.punch(receipt)
  // expected-note@-1 {{consumed here}}
  _ = try file.punch(receipt)
  // expected-note@-1 {{consumed again here}}
}
#endif
