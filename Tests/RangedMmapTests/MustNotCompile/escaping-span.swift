import RangedMmap

// Lent bytes don't leave the closure.
#if TWIN
func first(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> Int {
  try file.withBytes(of: receipt) { bytes in bytes.count }
}
#else
func first(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws {
  var kept = Span<UInt8>()
  // expected-error@-1 {{lifetime-dependent variable 'kept' escapes its scope}}
  try file.withBytes(of: receipt) { bytes in
    // expected-note@-1 {{it depends on the lifetime of argument 'bytes'}}
    kept = bytes
  }
  // expected-note@-1 {{this use causes the lifetime-dependent value to escape}}
  _ = kept.count
}
#endif
