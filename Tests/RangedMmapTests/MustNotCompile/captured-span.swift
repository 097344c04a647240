import RangedMmap

// A closure that escapes takes no lent bytes with it.
#if TWIN
func first(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> () -> UInt8 {
  let byte = try file.withBytes(of: receipt) { bytes in bytes[0] }
  return { byte }
}
#else
func first(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> () -> UInt8 {
  var first: () -> UInt8 = { 0 }
  try file.withBytes(of: receipt) { bytes in first = { bytes[0] } }
  // expected-error@-1 {{lifetime-dependent variable 'bytes' escapes its scope}}
  // expected-note@-2 {{it depends on the lifetime of argument 'bytes'}}
  // expected-note@-3 {{this use causes the lifetime-dependent value to escape}}
  return first
}
#endif
